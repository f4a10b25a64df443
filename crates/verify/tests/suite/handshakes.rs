//! Handshakes answer their own shape and method only, with exactly what the provider wants.

use hooktide_verify::{Answer, Now, Request, Secret, answer, provider};

fn ask(name: &str, method: &str, body: &[u8]) -> Option<Answer> {
    let request = Request { method, url: None, target: "/in", headers: &[], body };
    let secrets = [Secret::new("current", "zm-secret-token-example")];
    answer(provider(name).expect("it is listed").handshakes, &request, &secrets, Now::from_unix_s(0))
}

#[test]
fn the_slack_challenge_is_echoed_as_plain_text_once_verified() {
    let body = br#"{"type":"url_verification","challenge":"<b>3eZb</b>"}"#;
    let found = ask("slack", "POST", body).expect("a handshake");
    assert!(found.needs_verification);
    assert_eq!((found.status, found.body.as_slice()), (200, &b"<b>3eZb</b>"[..]));
    assert!(found.headers.contains(&("x-content-type-options".into(), "nosniff".into())));
    for method in ["GET", "HEAD", "OPTIONS", "PUT"] {
        assert!(ask("slack", method, body).is_none(), "{method}");
    }
    assert!(ask("slack", "POST", br#"{"type":"event_callback","challenge":"x"}"#).is_none());
    assert!(ask("github", "POST", body).is_none());
}

#[test]
fn a_challenge_too_long_to_echo_is_not_answered() {
    let long = "x".repeat(hooktide_verify::ECHO_BYTES_MAX + 1);
    let body = format!(r#"{{"type":"url_verification","challenge":"{long}"}}"#);
    assert!(ask("slack", "POST", body.as_bytes()).is_none());
}

#[test]
fn the_zoom_token_is_answered_with_its_hmac() {
    let body = br#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let found = ask("zoom", "POST", body).expect("a handshake");
    let json: serde_json::Value = serde_json::from_slice(&found.body).unwrap();
    assert_eq!(json["plainToken"], "qgg8vlvZRS6UYooatFL8Aw");
    assert_eq!(json["encryptedToken"], ZOOM_ENCRYPTED);
}

/// Computed with another implementation of HMAC-SHA256.
const ZOOM_ENCRYPTED: &str = "6960602df36f953241f386f4331438274e838169915a40c6c9f8a828a083ab6c";
