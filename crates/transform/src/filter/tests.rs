//! What a filter accepts, what it says about a webhook, and what it refuses to be.

mod mistakes;
mod operators;
mod properties;

use serde_json::{Value, json};

use super::{Decision, Filter};
use crate::subject::Subject;

fn filter(filter: Value) -> Filter {
    Filter::parse(&filter).unwrap_or_else(|mistakes| panic!("{filter}: {mistakes}"))
}

/// The decision, which both ways of asking agree on.
fn decide(written: Value, subject: &Subject<'_>) -> Decision {
    let filter = filter(written);
    let decision = filter.explain(subject);
    assert_eq!(decision.passed, filter.matches(subject), "{decision}");
    decision
}

fn passes(written: Value, body: &Value) -> bool {
    let body = body.to_string();
    decide(written, &Subject::new(body.as_bytes())).passed
}
