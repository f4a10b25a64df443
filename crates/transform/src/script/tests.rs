//! Scripts of users and of enemies.

mod hostile;
mod shape;

use super::{Budget, Moment, ScriptError, ScriptErrorKind, Webhook, compile_check, run};

fn webhook(payload: &[u8]) -> Webhook {
    Webhook {
        headers: vec![("X-One".into(), "1".into())],
        event_type: Some("invoice.paid".into()),
        channels: vec!["blue".into()],
        variables: [("KEY".to_owned(), "v".to_owned())].into(),
        params: Some(serde_json::json!({ "p": 1 })),
        ..Webhook::new("POST", "https://example.com/in", payload.to_vec())
    }
}

/// Runs the statements as the body of `handler`.
fn body_over(statements: &str, payload: &[u8]) -> Result<Webhook, ScriptError> {
    run(&format!("function handler(webhook) {{ {statements} }}"), &webhook(payload), Budget::steps_only())
}

fn body(statements: &str) -> Result<Webhook, ScriptError> {
    body_over(statements, br#"{"a": 1, "b": [1, 2]}"#)
}

/// The text that the script makes of the expression.
fn value_of(expression: &str) -> String {
    let sent = body(&format!("webhook.payload = String({expression}); return webhook;"));
    String::from_utf8(sent.unwrap().payload).unwrap()
}

fn payload_of(statements: &str, payload: &[u8]) -> String {
    String::from_utf8(body_over(&format!("{statements}; return webhook;"), payload).unwrap().payload).unwrap()
}

fn kind_of(statements: &str) -> ScriptErrorKind {
    body(statements).unwrap_err().kind
}
