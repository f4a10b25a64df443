//! A parsed filter: a tree of clauses, each of which knows where it stood.
//!
//! `parse` builds it, `evaluate` and `explain` walk it. What must stay true: the tree is no deeper than `DEPTH_MAX`
//! allows, so that walking it needs no limit of its own.

use serde_json::Value;

use super::decision::Decision;
use super::parse::{Mistakes, parse};
use super::{evaluate, explain};
use crate::expression::Expression;
use crate::subject::Subject;

/// A filter that was found to be right. The module documentation describes what can be written.
#[derive(Debug)]
pub struct Filter {
    pub(super) root: Node,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// All mistakes at once, each with the JSON path where it stands and the way out.
    pub fn parse(filter: &Value) -> Result<Self, Mistakes> {
        parse(filter).map(|root| Self { root })
    }

    /// Whether the webhook passes.
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        evaluate::matches(&self.root, subject)
    }

    /// Whether the webhook passes, which clause decided it and why. Slower than [`Filter::matches`].
    pub fn explain(&self, subject: &Subject<'_>) -> Decision {
        explain::explain(&self.root, subject)
    }
}

/// A clause and where it stands in the filter.
#[derive(Debug)]
pub(super) struct Node {
    /// As a JSON path, `$.body.amount.$gt`.
    pub(super) path: String,
    pub(super) clause: Clause,
}

#[derive(Debug)]
pub(super) enum Clause {
    /// All hold.
    All(Vec<Node>),
    /// One holds.
    Any(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// It holds for this part of the webhook.
    Part(Part, Box<Node>),
    /// It holds for one value of this header (lower case) or parameter.
    Named(Names, String, Box<Node>),
    /// All hold for fields of the one object, or of one element.
    Fields(Vec<(String, Node)>),
    /// For each of these some element fits.
    Elements(Vec<Node>),
    /// A plain value.
    Like(Value),
    /// An operator with what it compares with.
    Test(Operator, Operand),
    /// There or not.
    Exist(bool),
    /// The expert form.
    Expression(Box<Expression>),
}

/// A part of the webhook that is one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Body,
    Path,
    EventType,
}

/// A part of the webhook that is a list of names and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Headers,
    Query,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Contains,
    StartsWith,
    EndsWith,
}

/// Every operator that compares, as it is written.
pub(super) const OPERATORS: [(&str, Operator); 12] = [
    ("$eq", Operator::Eq),
    ("$ne", Operator::Ne),
    ("$neq", Operator::Ne),
    ("$gt", Operator::Gt),
    ("$gte", Operator::Gte),
    ("$lt", Operator::Lt),
    ("$lte", Operator::Lte),
    ("$in", Operator::In),
    ("$nin", Operator::Nin),
    ("$contains", Operator::Contains),
    ("$startsWith", Operator::StartsWith),
    ("$endsWith", Operator::EndsWith),
];

#[derive(Debug)]
pub(super) enum Operand {
    Constant(Value),
    Reference(Reference),
}

/// A place in the webhook.
#[derive(Debug)]
pub(super) struct Reference {
    /// As it was written.
    pub(super) text: String,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) enum Place {
    Part(Part, Vec<Segment>),
    Named(Names, String),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}
