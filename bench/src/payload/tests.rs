//! The stamp survives the trip; what is not ours has none.

use super::{HEAD, PAYLOAD_BYTES, Payloads, STAMP_DIGITS, stamp_ns};

#[test]
fn stamp_survives_the_trip_and_the_body_is_json() {
    let payloads = Payloads::new();
    for due_ns in [0, 1, 999_999_999, 123_456_789_012_345] {
        let body = payloads.body(br#"{"eventType":"a","payload":"#, due_ns, due_ns);
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(json["payload"]["lines"].as_array().unwrap().len() > 3);
        let payload = &body[br#"{"eventType":"a","payload":"#.len()..body.len() - 1];
        assert_eq!(payload.len(), PAYLOAD_BYTES);
        assert_eq!(stamp_ns(payload), Some(due_ns));
    }
}

#[test]
fn what_is_not_ours_has_no_stamp() {
    assert_eq!(stamp_ns(b"{}"), None);
    assert_eq!(stamp_ns(&[HEAD, &[b'9'; STAMP_DIGITS - 1]].concat()), None);
    assert_eq!(stamp_ns(&[HEAD, &[b'0'; STAMP_DIGITS]].concat()), None);
}
