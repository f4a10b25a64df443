use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Body {
    event_type: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    inner: Option<Inner>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Inner {
    rate: u16,
}

fn refusal(text: &str) -> FieldError {
    match parse_json::<Body>(text.as_bytes()) {
        Err(ApiError::Invalid(fields)) if fields.len() == 1 => fields.into_iter().next().unwrap(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn each_misfit_is_named_by_its_json_place() {
    let table: &[(&str, &[&str])] = &[
        ("{}", &["body", "eventType"]),
        (r#"{"eventType": 5}"#, &["body", "eventType"]),
        (r#"{"eventType": null}"#, &["body", "eventType"]),
        (r#"{"eventType": "a", "tags": ["x", 1]}"#, &["body", "tags", "[1]"]),
        (r#"{"eventType": "a", "inner": {}}"#, &["body", "inner", "rate"]),
        (r#"{"eventType": "a", "inner": {"rate": 65536}}"#, &["body", "inner", "rate"]),
        ("", &["body"]),
        ("   ", &["body"]),
        ("{", &["body"]),
        (r#"{"eventType": "a"} x"#, &["body"]),
        (r#"{"eventType": "a",}"#, &["body"]),
        ("[]", &["body"]),
        ("\"text\"", &["body"]),
    ];
    for (text, loc) in table {
        let error = refusal(text);
        assert_eq!(error.loc, *loc, "{text}: {}", error.msg);
        assert_eq!(error.kind, JSON_ERROR, "{text}");
        assert!(!error.msg.is_empty());
    }
}

#[test]
fn long_input_is_not_quoted_whole() {
    let text = format!(r#"{{"eventType": "a", "inner": {{"rate": "{}"}}}}"#, "x".repeat(10_000));
    assert!(refusal(&text).msg.len() < 400);
}

#[test]
fn invalid_utf8_is_refused() {
    assert!(matches!(parse_json::<Body>(b"{\"eventType\": \"\xff\"}"), Err(ApiError::Invalid(_))));
}

proptest! {
    #[test]
    fn any_bytes_give_a_value_or_a_422(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = parse_json::<Body>(&bytes) {
            prop_assert_eq!(error.status(), http::StatusCode::UNPROCESSABLE_ENTITY);
        }
    }

    #[test]
    fn cutting_a_good_body_short_gives_a_422(end in 0_usize..60) {
        let good = br#"{"eventType": "invoice.paid", "tags": ["a"], "inner": {"rate": 7}}"#;
        prop_assert!(parse_json::<Body>(&good[..end]).is_err());
    }
}
