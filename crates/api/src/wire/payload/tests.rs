use super::*;

fn shown(bytes: &'static [u8], content_type: &str) -> String {
    let payload = PayloadOut::Shown(Bytes::from_static(bytes), ContentType::from_text(content_type));
    serde_json::to_string(&payload).unwrap()
}

#[test]
fn a_json_object_is_shown_byte_for_byte() {
    let text = br#"{ "b" : 1e400, "a":"\u00e9",  "n": 123456789012345678901234567890 }"#;
    assert_eq!(shown(text, "application/json").as_bytes(), text);
}

#[test]
fn other_content_is_shown_as_text_or_base64_with_its_type() {
    assert_eq!(shown(b"<a/>", "application/xml"), r#"{"rawPayload":"<a/>","contentType":"application/xml"}"#);
    assert_eq!(shown(b"[1]", "application/json"), r#"{"rawPayload":"[1]","contentType":"application/json"}"#);
    assert_eq!(shown(b"{}", "text/plain"), r#"{"rawPayload":"{}","contentType":"text/plain"}"#);
    assert_eq!(shown(b"\xff\x00", "image/png"), r#"{"payloadBase64":"/wA=","contentType":"image/png"}"#);
}

#[test]
fn what_is_not_shown_says_why() {
    assert_eq!(serde_json::to_string(&PayloadOut::Hidden).unwrap(), "{}");
    assert_eq!(serde_json::to_string(&PayloadOut::Expired).unwrap(), r#"{"expired":true}"#);
}
