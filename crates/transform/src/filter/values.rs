//! What a clause finds in the webhook, and how two such values compare.
//!
//! `evaluate` and `explain` share it, so that they cannot disagree. What must stay true: comparing two values costs no
//! more than walking the smaller one, and nothing here allocates.

use std::cmp::Ordering;

use serde_json::Value;

use super::clause::{Names, Operand, Operator, Part, Place, Reference, Segment};
use crate::number;
use crate::subject::Subject;

/// Searching this much text counts as one comparison.
const TEXT_BYTES_PER_STEP: usize = 64;

#[derive(Clone, Copy, Debug)]
pub(super) enum View<'a> {
    Json(&'a Value),
    Text(&'a str),
    Missing,
    /// The body is not JSON: nothing can be said about what is in it.
    Unreadable,
}

impl<'a> View<'a> {
    pub(super) fn field(self, name: &str) -> View<'a> {
        match self {
            View::Json(Value::Object(fields)) => fields.get(name).map_or(View::Missing, View::Json),
            View::Unreadable => View::Unreadable,
            _ => View::Missing,
        }
    }

    pub(super) fn is_there(self) -> bool {
        matches!(self, View::Json(_) | View::Text(_))
    }

    pub(super) fn kind(self) -> &'static str {
        match self {
            View::Json(Value::Null) => "null",
            View::Json(Value::Bool(_)) => "a boolean",
            View::Json(Value::Number(_)) => "a number",
            View::Text(_) | View::Json(Value::String(_)) => "a text",
            View::Json(Value::Array(_)) => "a list",
            View::Json(Value::Object(_)) => "an object",
            View::Missing => "missing",
            View::Unreadable => "unreadable",
        }
    }

    fn text(self) -> Option<&'a str> {
        match self {
            View::Text(text) => Some(text),
            View::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}

/// One part of the webhook.
pub(super) fn part<'a>(subject: &'a Subject<'_>, part: Part) -> View<'a> {
    match part {
        Part::Body => subject.json().map_or(View::Unreadable, View::Json),
        Part::Path => subject.path_text().map_or(View::Missing, View::Text),
        Part::EventType => subject.event_type_text().map_or(View::Missing, View::Text),
    }
}

/// Every value of a header or parameter.
pub(super) fn named<'a>(
    subject: &'a Subject<'_>,
    names: Names,
    name: &'a str,
) -> impl Iterator<Item = &'a str> {
    let headers = (names == Names::Headers).then(|| subject.headers()).into_iter().flatten();
    let query = (names == Names::Query).then(|| subject.query_pairs()).into_iter().flatten();
    let headers = headers.filter(move |(found, _)| found.eq_ignore_ascii_case(name));
    headers.chain(query.filter(move |(found, _)| *found == name)).map(|(_, value)| value)
}

/// What an operator compares with; of a repeated header or parameter the first value.
pub(super) fn operand<'a>(subject: &'a Subject<'_>, operand: &'a Operand) -> View<'a> {
    match operand {
        Operand::Constant(value) => View::Json(value),
        Operand::Reference(reference) => resolve(subject, reference),
    }
}

fn resolve<'a>(subject: &'a Subject<'_>, reference: &'a Reference) -> View<'a> {
    match &reference.place {
        Place::Named(names, name) => named(subject, *names, name).next().map_or(View::Missing, View::Text),
        Place::Part(from, segments) => {
            segments.iter().fold(part(subject, *from), |view, segment| match segment {
                Segment::Key(key) => view.field(key),
                Segment::Index(index) => match view {
                    View::Json(Value::Array(items)) => items.get(*index).map_or(View::Missing, View::Json),
                    View::Unreadable => View::Unreadable,
                    _ => View::Missing,
                },
            })
        }
    }
}

/// Whether the operator holds. A value that is missing, on either side, never does.
pub(super) fn holds(operator: Operator, actual: View<'_>, expected: View<'_>) -> bool {
    if !actual.is_there() || !expected.is_there() {
        return false;
    }
    match operator {
        Operator::Eq => equal(actual, expected),
        Operator::Ne => !equal(actual, expected),
        Operator::Gt => order(actual, expected) == Some(Ordering::Greater),
        Operator::Gte => matches!(order(actual, expected), Some(Ordering::Greater | Ordering::Equal)),
        Operator::Lt => order(actual, expected) == Some(Ordering::Less),
        Operator::Lte => matches!(order(actual, expected), Some(Ordering::Less | Ordering::Equal)),
        Operator::In => {
            list(expected).is_some_and(|items| items.iter().any(|item| equal(actual, View::Json(item))))
        }
        Operator::Nin => {
            list(expected).is_some_and(|items| !items.iter().any(|item| equal(actual, View::Json(item))))
        }
        Operator::Contains => contains(actual, expected),
        Operator::StartsWith => {
            both_texts(actual, expected).is_some_and(|(text, start)| text.starts_with(start))
        }
        Operator::EndsWith => both_texts(actual, expected).is_some_and(|(text, end)| text.ends_with(end)),
    }
}

/// How many comparisons of whole values the operator makes, for the limit on steps.
pub(super) fn comparisons(operator: Operator, actual: View<'_>, expected: View<'_>) -> usize {
    match operator {
        Operator::In | Operator::Nin => list(expected).map_or(1, <[Value]>::len),
        Operator::Contains => match list(actual) {
            Some(items) => items.len(),
            None => actual.text().map_or(1, |text| 1 + text.len() / TEXT_BYTES_PER_STEP),
        },
        _ => 1,
    }
}

/// Whether the operator could ever hold between values of these kinds.
pub(super) fn comparable(operator: Operator, actual: View<'_>, expected: View<'_>) -> bool {
    match operator {
        Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte => order(actual, expected).is_some(),
        Operator::StartsWith | Operator::EndsWith => both_texts(actual, expected).is_some(),
        Operator::Contains => list(actual).is_some() || both_texts(actual, expected).is_some(),
        Operator::Eq | Operator::Ne | Operator::In | Operator::Nin => true,
    }
}

pub(super) fn list(view: View<'_>) -> Option<&[Value]> {
    match view {
        View::Json(Value::Array(items)) => Some(items),
        _ => None,
    }
}

fn both_texts<'a>(left: View<'a>, right: View<'a>) -> Option<(&'a str, &'a str)> {
    Some((left.text()?, right.text()?))
}

fn contains(actual: View<'_>, wanted: View<'_>) -> bool {
    if let Some(items) = list(actual) {
        return items.iter().any(|item| equal(View::Json(item), wanted));
    }
    both_texts(actual, wanted).is_some_and(|(text, part)| text.contains(part))
}

fn order(left: View<'_>, right: View<'_>) -> Option<Ordering> {
    match (left, right) {
        (View::Json(Value::Number(left)), View::Json(Value::Number(right))) => number::compare(left, right),
        _ => both_texts(left, right).map(|(left, right)| left.cmp(right)),
    }
}

pub(super) fn equal(left: View<'_>, right: View<'_>) -> bool {
    match (left, right) {
        (View::Json(left), View::Json(right)) => equal_json(left, right),
        _ => both_texts(left, right).is_some_and(|(left, right)| left == right),
    }
}

fn equal_json(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => number::compare(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal_json(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| equal_json(left, right)))
        }
        _ => left == right,
    }
}
