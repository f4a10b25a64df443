//! Whether a filter passes, without a word about why: nothing here allocates.
//!
//! Called for each message and endpoint. What must stay true: it ends within [`STEPS_MAX`] comparisons, and past them
//! the answer is no, whatever `$not` stands around it.

use std::cell::Cell;

use serde_json::Value;

use super::clause::{Clause, Node};
use super::values::{View, comparisons, equal, holds, list, named, operand, part};
use crate::subject::Subject;

/// The comparisons of values that one evaluation may make: some ten milliseconds.
pub const STEPS_MAX: usize = 1_000_000;

pub(super) fn matches(root: &Node, subject: &Subject<'_>) -> bool {
    let run = Run::new(subject);
    run.holds(root, View::Missing) && !run.is_exhausted()
}

/// One evaluation: the webhook and the steps that are left.
pub(super) struct Run<'s, 'a> {
    pub(super) subject: &'s Subject<'a>,
    steps_left: Cell<usize>,
    is_exhausted: Cell<bool>,
}

impl<'s, 'a> Run<'s, 'a> {
    pub(super) fn new(subject: &'s Subject<'a>) -> Self {
        Self { subject, steps_left: Cell::new(STEPS_MAX), is_exhausted: Cell::new(false) }
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.is_exhausted.get()
    }

    fn spend(&self, steps: usize) -> bool {
        match self.steps_left.get().checked_sub(steps) {
            Some(left) => self.steps_left.set(left),
            None => {
                self.steps_left.set(0);
                self.is_exhausted.set(true);
            }
        }
        !self.is_exhausted.get()
    }

    pub(super) fn holds(&self, node: &Node, view: View<'_>) -> bool {
        self.spend(1)
            && match &node.clause {
                Clause::All(nodes) => nodes.iter().all(|node| self.holds(node, view)),
                Clause::Any(nodes) => nodes.iter().any(|node| self.holds(node, view)),
                Clause::Not(inner) => !self.holds(inner, view),
                Clause::Part(which, inner) => self.holds(inner, part(self.subject, *which)),
                Clause::Named(names, name, inner) => {
                    let mut values = named(self.subject, *names, name).map(View::Text).peekable();
                    match values.peek() {
                        None => self.holds(inner, View::Missing),
                        Some(_) => values.any(|value| self.holds(inner, value)),
                    }
                }
                Clause::Fields(fields) => self.fields_hold(fields, view),
                Clause::Elements(wanted) => list(view).is_some_and(|items| {
                    wanted.iter().all(|node| items.iter().any(|item| self.holds(node, View::Json(item))))
                }),
                Clause::Like(wanted) => self.is_like(view, wanted),
                Clause::Test(operator, wanted) => {
                    let wanted = operand(self.subject, wanted);
                    self.spend(comparisons(*operator, view, wanted)) && holds(*operator, view, wanted)
                }
                Clause::Exist(wanted) => !matches!(view, View::Unreadable) && view.is_there() == *wanted,
                Clause::Expression(expression) => expression.matches(self.subject),
            }
    }

    fn fields_hold(&self, fields: &[(String, Node)], view: View<'_>) -> bool {
        match list(view) {
            Some(items) => {
                self.spend(items.len())
                    && items
                        .iter()
                        .any(|item| item.is_object() && self.object_holds(fields, View::Json(item)))
            }
            None => self.object_holds(fields, view),
        }
    }

    pub(super) fn object_holds(&self, fields: &[(String, Node)], view: View<'_>) -> bool {
        self.spend(1) && fields.iter().all(|(name, node)| self.holds(node, view.field(name)))
    }

    fn is_like(&self, view: View<'_>, wanted: &Value) -> bool {
        match list(view) {
            Some(items) => {
                self.spend(items.len())
                    && items.iter().any(|item| equal(View::Json(item), View::Json(wanted)))
            }
            None => equal(view, View::Json(wanted)),
        }
    }
}
