use proptest::prelude::*;

use super::*;
use crate::error::FieldError;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T10:00:00Z").unwrap()
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn limits() -> ApiLimits {
    ApiLimits { payload_retention: DAY, payload_bytes_max: 100, ..ApiLimits::default() }
}

fn read(text: &str) -> Result<MessageDraft, ApiError> {
    MessageDraft::read(&Bytes::copy_from_slice(text.as_bytes()), now(), &limits())
}

fn broken(text: &str) -> Vec<String> {
    match read(text) {
        Err(ApiError::Invalid(fields)) => {
            fields.iter().map(|field: &FieldError| field.loc[1..].join(".")).collect()
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_payload_is_a_slice_of_the_request() {
    let body = Bytes::from_static(br#"{"eventType":"a", "payload" :  { "x" : 1.0e2 , "x": "\u0041" } }"#);
    let draft = MessageDraft::read(&body, now(), &limits()).unwrap();
    assert_eq!(draft.payload, r#"{ "x" : 1.0e2 , "x": "\u0041" }"#);
    assert!(body.as_ptr_range().contains(&draft.payload.as_ptr()));
    assert_eq!(draft.content_type, ContentType::Json);
    assert_eq!(draft.payload_expires_at, now().plus(DAY));
}

#[test]
fn a_payload_must_be_an_object() {
    for payload in ["1", "\"x\"", "[]", "null", "true"] {
        assert_eq!(broken(&format!(r#"{{"eventType":"a","payload":{payload}}}"#)), ["payload"], "{payload}");
    }
    assert_eq!(broken(r#"{"eventType":"a"}"#), ["payload"]);
    assert_eq!(broken(r#"{"payload":{}}"#), ["eventType"]);
}

#[test]
fn every_broken_rule_is_named() {
    let text = r#"{
        "eventType": "a b", "payload": [], "eventId": "msg_1", "channels": ["x", "no way"],
        "tags": ["1","2","3","4","5","6"], "payloadRetentionPeriod": 0, "application": {"name": ""}
    }"#;
    let expected = [
        "eventType",
        "payloadRetentionPeriod",
        "eventId",
        "channels.[1]",
        "tags",
        "payload",
        "application.name",
    ];
    assert_eq!(broken(text), expected);
}

#[test]
fn raw_text_replaces_the_payload_and_brings_its_type() {
    let draft = read(
        r#"{"eventType":"a","payload":{},"transformationsParams":
            {"rawPayload":"<x>\u00e9</x>","headers":{"Content-Type":"application/xml"},"other":[1]}}"#,
    )
    .unwrap();
    assert_eq!(draft.payload, "<x>é</x>");
    assert_eq!(draft.content_type, ContentType::Other("application/xml".to_owned()));
    let told = r#"{"headers":{"Content-Type":"application/xml"},"other":[1]}"#;
    assert_eq!(draft.params.as_deref(), Some(told), "what a script has already is not repeated");
}

#[test]
fn what_scripts_are_told_is_bounded() {
    let of_bytes = |bytes: usize| {
        let text = "v".repeat(bytes - 8);
        read(&format!(r#"{{"eventType":"a","payload":{{}},"transformationsParams":{{"k":"{text}"}}}}"#))
    };
    assert_eq!(of_bytes(PARAMS_BYTES_MAX).unwrap().params.unwrap().len(), PARAMS_BYTES_MAX);
    assert!(of_bytes(PARAMS_BYTES_MAX + 1).is_err());
    assert_eq!(read(r#"{"eventType":"a","payload":{},"transformationsParams":{}}"#).unwrap().params, None);
}

#[test]
fn raw_text_without_a_type_is_json() {
    let draft = read(r#"{"eventType":"a","transformationsParams":{"rawPayload":"[1]"}}"#).unwrap();
    assert_eq!((draft.payload.as_ref(), draft.content_type), (&b"[1]"[..], ContentType::Json));
}

#[test]
fn bytes_in_base64_keep_every_byte() {
    let draft = read(r#"{"eventType":"a","payloadBase64":"AP8K","contentType":"image/png"}"#).unwrap();
    assert_eq!(draft.payload.as_ref(), [0, 255, 10]);
    assert_eq!(draft.content_type, ContentType::Other("image/png".to_owned()));
    assert_eq!(broken(r#"{"eventType":"a","payloadBase64":"AP8K"}"#), ["contentType"]);
    assert_eq!(broken(r#"{"eventType":"a","payloadBase64":"?","contentType":"a/b"}"#), ["payloadBase64"]);
}

#[test]
fn a_content_type_cannot_break_out_of_its_header() {
    for bad in [
        "",
        "xml",
        "text/",
        "/plain",
        "text/plain\\r\\nx: y",
        "text/plain\\u0000",
        "te xt/plain",
        "text/plain; é",
    ] {
        let text = format!(r#"{{"eventType":"a","payloadBase64":"","contentType":"{bad}"}}"#);
        assert_eq!(broken(&text), ["contentType"], "{bad}");
    }
    assert!(
        read(r#"{"eventType":"a","payloadBase64":"","contentType":"text/plain; charset=utf-8"}"#).is_ok()
    );
}

#[test]
fn other_headers_of_one_message_are_refused_and_not_dropped() {
    let text = r#"{"eventType":"a","payload":{},"transformationsParams":{"headers":{"x-a":"1"}}}"#;
    assert_eq!(broken(text), ["transformationsParams.headers.x-a"]);
}

#[test]
fn a_payload_above_its_limit_is_413() {
    let of_bytes =
        |bytes: usize| read(&format!(r#"{{"eventType":"a","payload":{{"k":"{}"}}}}"#, "v".repeat(bytes - 8)));
    assert_eq!(of_bytes(100).unwrap().payload.len(), 100);
    assert_eq!(of_bytes(101).unwrap_err().status(), http::StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn hours_win_over_days_and_the_default() {
    let kept = |fields: &str| {
        let draft = read(&format!(r#"{{"eventType":"a","payload":{{}}{fields}}}"#)).unwrap();
        draft.payload_expires_at.since(now())
    };
    assert_eq!(kept(""), DAY);
    assert_eq!(kept(r#","payloadRetentionPeriod":90"#), DAY * 90);
    assert_eq!(kept(r#","payloadRetentionPeriod":90,"payloadRetentionHours":1"#), DAY / 24);
}

#[test]
fn delivery_must_come_before_the_payload_is_dropped() {
    let at = |time: &str| format!(r#"{{"eventType":"a","payload":{{}},"deliverAt":"{time}"}}"#);
    assert_eq!(broken(&at("2026-11-21T10:00:00Z")), ["deliverAt"]);
    assert!(read(&at("2026-11-21T09:59:59Z")).unwrap().deliver_at.is_some());
    assert_eq!(read(&at("2020-01-01T00:00:00Z")).unwrap().deliver_at, None);
    assert_eq!(broken(&at("tomorrow")), ["deliverAt"]);
}

proptest! {
    #[test]
    fn any_json_object_is_kept_exactly(keys in proptest::collection::vec(("[a-z]{0,5}", any::<i16>(), " {0,2}"), 0..5)) {
        let fields: Vec<String> = keys.iter().map(|(key, value, pad)| format!("{pad}\"{key}\":{pad}{value}")).collect();
        let payload = format!("{{{}}}", fields.join(","));
        let draft = read(&format!(r#"{{"payload":{payload},"eventType":"a"}}"#)).unwrap();
        prop_assert_eq!(draft.payload.as_ref(), payload.as_bytes());
    }

    #[test]
    fn any_text_gives_a_draft_or_a_422(text in r#"(\{"eventType":"a",)?[ -~]{0,60}"#) {
        if let Err(error) = read(&text) {
            prop_assert_eq!(error.status(), http::StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
}
