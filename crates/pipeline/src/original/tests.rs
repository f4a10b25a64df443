//! What of a provider's headers goes further.

use super::{mapped, sent_on};
use hooktide_model::ReceiptHead;
use hooktide_model::receipt::text_of_bytes;

fn head(lines: &[(&str, &[u8])]) -> ReceiptHead {
    ReceiptHead {
        received_ms: 0,
        method: "POST".to_owned(),
        target: "/in/token".to_owned(),
        url: None,
        headers: lines.iter().map(|(name, value)| ((*name).to_owned(), text_of_bytes(value))).collect(),
        peer: None,
        code: "accepted".to_owned(),
        detail: String::new(),
        secret: None,
        status: 200,
        dedupe_key: None,
        body_bytes: Some(2),
        replay_of: None,
        events: None,
        part_of: None,
        secret_names: Vec::new(),
    }
}

#[test]
fn provider_headers_go_on_byte_for_byte_and_those_of_the_connection_do_not() {
    let head = head(&[
        ("host", b"in.example.com"),
        ("Connection", b"keep-alive, X-Hop"),
        ("x-hop", b"1"),
        ("content-length", b"2"),
        ("transfer-encoding", b"chunked"),
        ("X-Forwarded-For", b"203.0.113.1"),
        ("hooktide-hops", b"7"),
        ("Content-Type", b"application/json;charset=UTF-8"),
        ("X-Hub-Signature-256", b"sha256=00"),
        ("x-name", b"Ren\xe9"),
        ("x-twice", b"a"),
        ("x-twice", b"b"),
        ("authorization", b"Bearer t"),
    ]);
    let sent = sent_on(&head);
    let lines: Vec<(&str, &[u8])> =
        sent.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    assert_eq!(
        lines,
        [
            ("content-type", &b"application/json;charset=UTF-8"[..]),
            ("x-hub-signature-256", b"sha256=00"),
            ("x-name", b"Ren\xe9"),
            ("x-twice", b"a"),
            ("x-twice", b"b"),
            ("authorization", b"Bearer t"),
        ]
    );
    let mapped = mapped(&head);
    assert!(mapped.contains(&("x-hub-signature-256".to_owned(), "sha256=00".to_owned())), "{mapped:?}");
    assert!(mapped.iter().all(|(name, _)| name != "authorization" && name != "host"), "{mapped:?}");
}
