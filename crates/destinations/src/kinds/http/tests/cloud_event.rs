//! The two modes of CloudEvents over HTTP.

use http::HeaderMap;
use serde_json::{Value, json};

use crate::kinds::http::cloud_event::Attributes;

fn attributes(content_type: &str) -> Attributes<'_> {
    Attributes {
        id: "msg_1",
        source: "https://shop.example.com/é 1%",
        event_type: "order.paid",
        time: "2026-01-01T00:00:00Z",
        content_type,
    }
}

#[test]
fn binary_attributes_are_encoded_headers() {
    let mut headers = HeaderMap::new();
    attributes("application/json").put_into(&mut headers);
    assert_eq!(headers["ce-specversion"], "1.0");
    assert_eq!(headers["ce-source"], "https://shop.example.com/%C3%A9%201%25");
    assert_eq!(
        (&headers["ce-id"], &headers["ce-type"]),
        (&"msg_1".parse().unwrap(), &"order.paid".parse().unwrap())
    );
}

#[test]
fn structured_data_is_what_was_published() {
    let wrap = |content_type: &str, payload: &[u8]| attributes(content_type).wrap(payload);
    let document = wrap("application/json", b"{ \"n\":1.00,\"n\":2 }");
    let text = std::str::from_utf8(&document).unwrap();
    assert!(text.contains("\"data\":{ \"n\":1.00,\"n\":2 }"), "JSON stays as it was written: {text}");
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    let document = read(&document);
    assert_eq!(document["source"], "https://shop.example.com/é 1%");
    assert_eq!(
        (&document["type"], &document["datacontenttype"]),
        (&json!("order.paid"), &json!("application/json"))
    );
    assert_eq!(read(&wrap("application/vnd.shop+json; v=1", b"[1]"))["data"], json!([1]));
    assert_eq!(read(&wrap("text/plain", b"hello"))["data"], json!("hello"));
    for (content_type, payload) in
        [("image/png", &b"\x89PNG"[..]), ("application/json", b"{not json"), ("text/plain", b"\xff")]
    {
        let document = read(&wrap(content_type, payload));
        assert!(document["data"].is_null() && document["data_base64"].is_string(), "{document}");
    }
}
