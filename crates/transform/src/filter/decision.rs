//! What a filter says about one webhook.

use std::fmt;

/// The answer of a filter, and what it rests on.
///
/// The values of headers and parameters whose name speaks of a secret are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the webhook passes.
    pub passed: bool,
    /// The clause that decided, as a JSON path into the filter: `$.body.amount.$gt`.
    pub clause: String,
    /// What was found there, as JSON, cut to `EXCERPT_CHARS_MAX`; `None` if nothing is there or no one value decided.
    pub actual: Option<String>,
    /// What the clause wanted, as JSON, cut alike.
    pub expected: Option<String>,
    /// The reason as a sentence.
    pub explanation: String,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.passed { "passes" } else { "does not pass" };
        write!(f, "{verb}, by {}: {}", self.clause, self.explanation)
    }
}
