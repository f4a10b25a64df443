//! Filters and transformations: whether a webhook is for an endpoint, and what it looks like when it is sent there.
//!
//! The API checks them when they are saved, the delivery pipeline evaluates them, and the dry run does both. All of it
//! is computation: no I/O, no async, no clock and no randomness of its own. It may take milliseconds of a processor, so
//! callers run it on a thread that may block.
//!
//! What must stay true: whatever is saved and whatever arrives, nothing here panics, runs on or grows without a limit;
//! a filter says which clause decided; and an error of a script leaves the message as it was.
//!
//! # Filters
//!
//! ```
//! use hooktide_transform::{Filter, Subject};
//! use serde_json::json;
//!
//! let filter = Filter::parse(&json!({
//!     "event_type": { "$startsWith": "invoice." },
//!     "body": { "amount": { "$gte": 100 }, "tags": "vip" }
//! }))?;
//!
//! let subject = Subject::new(br#"{"amount":99,"tags":["vip"]}"#).event_type("invoice.paid");
//! let decision = filter.explain(&subject);
//! assert!(!decision.passed);
//! assert_eq!(decision.clause, "$.body.amount.$gte");
//! assert_eq!(decision.actual.as_deref(), Some("99"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The expert form is an expression of the Common Expression Language, alone or beside the operators:
//!
//! ```
//! use hooktide_transform::{Filter, Subject};
//! use serde_json::json;
//!
//! let filter = Filter::parse(&json!({ "$cel": "body.items.exists(item, item.price * 2 > 30)" }))?;
//! assert!(filter.matches(&Subject::new(br#"{"items":[{"price":10},{"price":20}]}"#)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Transformations
//!
//! ```
//! use hooktide_transform::{Budget, Webhook, run};
//!
//! let source = "function handler(webhook) { webhook.payload.seen = true; return webhook; }";
//! let webhook = Webhook::new("POST", "https://example.com/hook", br#"{"id":1}"#.to_vec());
//! let sent = run(source, &webhook, Budget::steps_only())?;
//! assert_eq!(sent.payload, br#"{"id":1,"seen":true}"#);
//! # Ok::<(), hooktide_transform::ScriptError>(())
//! ```

mod expression;
mod filter;
mod number;
mod script;
mod subject;

pub use expression::{
    ADDITIONS_MAX, EXPRESSION_BODY_BYTES_MAX, EXPRESSION_BYTES_MAX, EXPRESSION_DEPTH_MAX,
    EXPRESSION_WORK_MAX, Expression, ExpressionError, LOOPS_NESTED_MAX,
};
pub use filter::{
    CLAUSES_MAX, DEPTH_MAX, Decision, EXCERPT_CHARS_MAX, FILTER_BYTES_MAX, Filter, LIST_ITEMS_MAX,
    MISTAKES_MAX, Mistake, Mistakes, STEPS_MAX,
};
pub use script::{
    Budget, HEADERS_MAX, INTERRUPTS_MAX, JOBS_MAX, MEMORY_BYTES_MAX, MESSAGE_CHARS_MAX, METHODS, Moment,
    OUTPUT_BYTES_MAX, OriginalRequest, SOURCE_BYTES_MAX, SOURCE_BYTES_MIN, STACK_BYTES_MAX, ScriptError,
    ScriptErrorKind, Webhook, compile_check, run,
};
pub use subject::{NotJson, SUBJECT_BODY_BYTES_MAX, Subject};
