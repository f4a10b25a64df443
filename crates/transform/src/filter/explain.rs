//! Why a filter passes or does not: the clause that decided, what it found and what it wanted.
//!
//! The dry run and the view of a message call it. What must stay true: each judgement is the one of `evaluate`, so that
//! the two agree, and the value of a header or parameter that looks like a secret is never shown.

use serde_json::Value;

use super::clause::{Clause, Names, Node, Operand, Operator, Part, Place};
use super::decision::Decision;
use super::evaluate::{Run, STEPS_MAX, matches};
use super::excerpt::{excerpt, is_secret, of_json, redacted};
use super::values::{View, comparable, list, named, operand, part};
use crate::subject::Subject;

pub(super) fn explain(root: &Node, subject: &Subject<'_>) -> Decision {
    let explainer = Explainer { run: Run::new(subject) };
    let decision = explainer.node(root, At { view: View::Missing, is_secret: false });
    if !explainer.run.is_exhausted() {
        return decision;
    }
    // Explaining looks twice where evaluating looks once, so it can run out first.
    let explanation = format!("telling why takes more than {STEPS_MAX} comparisons in this webhook");
    told(root, matches(root, subject), explanation)
}

/// The value at which a clause stands.
#[derive(Clone, Copy)]
struct At<'a> {
    view: View<'a>,
    is_secret: bool,
}

impl<'a> At<'a> {
    fn see(self, view: View<'a>) -> Self {
        Self { view, ..self }
    }
}

fn told(node: &Node, passed: bool, explanation: impl Into<String>) -> Decision {
    Decision {
        passed,
        clause: node.path.clone(),
        actual: None,
        expected: None,
        explanation: explanation.into(),
    }
}

struct Explainer<'s, 'a> {
    run: Run<'s, 'a>,
}

impl Explainer<'_, '_> {
    fn node(&self, node: &Node, at: At<'_>) -> Decision {
        match &node.clause {
            Clause::All(nodes) => self.all(node, nodes.iter().map(|node| (node, at.view)), at),
            Clause::Any(nodes) => self.any(node, nodes, at),
            Clause::Not(inner) => self.not(node, inner, at),
            Clause::Part(which, inner) => self.part(*which, inner, at),
            Clause::Named(names, name, inner) => self.named(*names, name, inner),
            Clause::Fields(fields) => self.fields(node, fields, at),
            Clause::Elements(wanted) => self.elements(node, wanted, at),
            Clause::Like(wanted) => self.like(node, wanted, at),
            Clause::Test(operator, wanted) => self.test(node, *operator, wanted, at),
            Clause::Exist(wanted) => self.exist(node, *wanted, at),
            Clause::Expression(expression) => {
                let (passed, explanation) = expression.explain(self.run.subject);
                told(node, passed, explanation)
            }
        }
    }

    /// The first clause that fails decides; if none does and there is but one, it decides.
    fn all<'n, 'v>(
        &self,
        node: &Node,
        nodes: impl Iterator<Item = (&'n Node, View<'v>)>,
        at: At<'v>,
    ) -> Decision {
        let mut first = None;
        let mut count = 0_usize;
        for (child, view) in nodes {
            if !self.run.holds(child, view) {
                return self.node(child, at.see(view));
            }
            first = first.or(Some((child, view)));
            count += 1;
        }
        match first {
            None => told(node, true, "a filter without clauses passes everything"),
            Some((child, view)) if count == 1 => self.node(child, at.see(view)),
            Some(_) => told(node, true, format!("all {count} clauses hold")),
        }
    }

    fn any(&self, node: &Node, nodes: &[Node], at: At<'_>) -> Decision {
        if let Some(child) = nodes.iter().find(|child| self.run.holds(child, at.view)) {
            return self.node(child, at);
        }
        match nodes.first() {
            Some(child) if nodes.len() == 1 => self.node(child, at),
            Some(child) => {
                let first = self.node(child, at).explanation;
                told(
                    node,
                    false,
                    format!("none of the {} alternatives holds; of the first: {first}", nodes.len()),
                )
            }
            None => told(node, false, "there is no alternative"),
        }
    }

    fn not(&self, node: &Node, inner: &Node, at: At<'_>) -> Decision {
        let inside = self.node(inner, at);
        let effect =
            if inside.passed { "`$not` refuses what holds" } else { "`$not` accepts what does not hold" };
        Decision {
            passed: !inside.passed,
            clause: node.path.clone(),
            explanation: format!("{effect}: {}", inside.explanation),
            ..inside
        }
    }

    fn part(&self, which: Part, inner: &Node, at: At<'_>) -> Decision {
        let mut decision = self.node(inner, at.see(part(self.run.subject, which)));
        if let (Part::Body, false, Err(reason)) = (which, decision.passed, self.run.subject.json()) {
            decision.explanation = reason.to_string();
        }
        decision
    }

    fn named(&self, names: Names, name: &str, inner: &Node) -> Decision {
        let at = |view| At { view, is_secret: is_secret(name) };
        let mut values = named(self.run.subject, names, name).map(View::Text);
        let Some(first) = values.next() else {
            return self.node(inner, at(View::Missing));
        };
        let holds = |view: &View<'_>| self.run.holds(inner, *view);
        let decisive = if holds(&first) { first } else { values.find(holds).unwrap_or(first) };
        self.node(inner, at(decisive))
    }

    fn fields(&self, node: &Node, fields: &[(String, Node)], at: At<'_>) -> Decision {
        let Some(items) = list(at.view) else {
            return self.all(node, fields.iter().map(|(name, child)| (child, at.view.field(name))), at);
        };
        let objects =
            items.iter().map(View::Json).filter(|item| matches!(item, View::Json(Value::Object(_))));
        let decisive = objects.enumerate().find(|(_, item)| self.run.object_holds(fields, *item));
        match decisive {
            Some((index, _)) => {
                told(node, true, format!("all {} fields fit object {} of the list", fields.len(), index + 1))
            }
            None => told(
                node,
                false,
                format!("of the {} elements of the list none has all fields that fit", items.len()),
            ),
        }
    }

    fn elements(&self, node: &Node, wanted: &[Node], at: At<'_>) -> Decision {
        let Some(items) = list(at.view) else {
            return self.compared(
                node,
                at,
                None,
                false,
                format!("a list is wanted, the value is {}", at.view.kind()),
            );
        };
        let fits = |child: &Node| items.iter().any(|item| self.run.holds(child, View::Json(item)));
        match wanted.iter().find(|child| !fits(child)) {
            Some(child) => told(child, false, format!("no element of the {} in the list fits", items.len())),
            None => told(node, true, format!("each of the {} wanted elements is in the list", wanted.len())),
        }
    }

    fn like(&self, node: &Node, wanted: &Value, at: At<'_>) -> Decision {
        let passed = self.run.holds(node, at.view);
        let explanation = match (at.view, list(at.view), passed) {
            (View::Missing, ..) => "nothing is there".to_owned(),
            (_, Some(items), true) => format!("one of the {} elements equals it", items.len()),
            (_, Some(items), false) => format!("none of the {} elements equals it", items.len()),
            (_, None, true) => "the value equals it".to_owned(),
            (_, None, false) => "the value differs".to_owned(),
        };
        self.compared(node, at, Some(of_json(wanted)), passed, explanation)
    }

    fn test(&self, node: &Node, operator: Operator, wanted: &Operand, at: At<'_>) -> Decision {
        let passed = self.run.holds(node, at.view);
        let expected = operand(self.run.subject, wanted);
        let (reference, is_hidden) = match wanted {
            Operand::Constant(_) => (None, false),
            Operand::Reference(reference) => {
                let is_hidden = matches!(&reference.place, Place::Named(_, name) if is_secret(name));
                (Some(reference.text.as_str()), is_hidden)
            }
        };
        let explanation = match (at.view, expected, reference) {
            (View::Missing, ..) => "nothing is there".to_owned(),
            (_, View::Missing | View::Unreadable, Some(text)) => {
                format!("nothing is at `{text}` to compare with")
            }
            _ if !comparable(operator, at.view, expected) => {
                format!("{} does not compare with {} this way", at.view.kind(), expected.kind())
            }
            _ => format!("the value {} {}", phrase(operator, passed), reference.unwrap_or("what is wanted")),
        };
        let at = At { is_secret: at.is_secret || is_hidden, ..at };
        self.compared(node, at, excerpt(expected), passed, explanation)
    }

    fn exist(&self, node: &Node, wanted: bool, at: At<'_>) -> Decision {
        let explanation = if at.view.is_there() { "a value is there" } else { "nothing is there" };
        self.compared(
            node,
            at,
            Some(wanted.to_string()),
            self.run.holds(node, at.view),
            explanation.to_owned(),
        )
    }

    fn compared(
        &self,
        node: &Node,
        at: At<'_>,
        expected: Option<String>,
        passed: bool,
        explanation: String,
    ) -> Decision {
        let hide = |shown: Option<String>| if at.is_secret { shown.map(|_| redacted()) } else { shown };
        Decision {
            actual: hide(excerpt(at.view)),
            expected: hide(expected),
            ..told(node, passed, explanation)
        }
    }
}

/// "is greater than" or "is not greater than".
fn phrase(operator: Operator, passed: bool) -> &'static str {
    match (operator, passed) {
        (Operator::Eq, true) | (Operator::Ne, false) => "equals",
        (Operator::Eq, false) | (Operator::Ne, true) => "differs from",
        (Operator::Gt, true) => "is greater than",
        (Operator::Gt, false) => "is not greater than",
        (Operator::Gte, true) => "is at least",
        (Operator::Gte, false) => "is less than",
        (Operator::Lt, true) => "is less than",
        (Operator::Lt, false) => "is not less than",
        (Operator::Lte, true) => "is at most",
        (Operator::Lte, false) => "is greater than",
        (Operator::In, true) | (Operator::Nin, false) => "is one of",
        (Operator::In, false) | (Operator::Nin, true) => "is none of",
        (Operator::Contains, true) => "contains",
        (Operator::Contains, false) => "does not contain",
        (Operator::StartsWith, true) => "starts with",
        (Operator::StartsWith, false) => "does not start with",
        (Operator::EndsWith, true) => "ends with",
        (Operator::EndsWith, false) => "does not end with",
    }
}
