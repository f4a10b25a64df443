//! Agreement with the published `standardwebhooks` library, both ways. It knows v1 only.

use std::time::UNIX_EPOCH;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hooktide_verify::standard_webhooks::{
    SYMMETRIC_BYTES_MAX, SYMMETRIC_BYTES_MIN, SigningKey, VerifyingKey, sign,
};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use standardwebhooks::Webhook;

use super::support::Request;

/// The published verifier reads the system's clock, so this is the one test that must.
fn now_s() -> i64 {
    let since_epoch = UNIX_EPOCH.elapsed().expect("the clock is past 1970");
    i64::try_from(since_epoch.as_secs()).expect("seconds fit for ages")
}

fn published_headers(id: &str, timestamp_s: i64, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_str(id).expect("the id is printable"));
    headers.insert("webhook-timestamp", HeaderValue::from(timestamp_s));
    headers.insert("webhook-signature", HeaderValue::from_str(signature).expect("base64 is printable"));
    headers
}

fn secret() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<u8>(), SYMMETRIC_BYTES_MIN..=SYMMETRIC_BYTES_MAX)
        .prop_map(|bytes| format!("whsec_{}", STANDARD.encode(bytes)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    // The published library takes text bodies only.
    #[test]
    fn published_library_accepts_what_we_sign(secret in secret(), id in "[!-\\-/-~]{1,40}", body in any::<String>()) {
        let now_s = now_s();
        let newest = SigningKey::generate(hooktide_verify::KeyKind::Ed25519, |buffer| buffer.fill(1));
        let keys = [newest, SigningKey::parse(&secret).unwrap()];
        let signature = sign(&keys, &id, now_s, body.as_bytes()).unwrap();
        let published = Webhook::new(&secret).unwrap();
        let verified = published.verify(body.as_bytes(), &published_headers(&id, now_s, &signature));
        prop_assert!(verified.is_ok(), "{verified:?}");
    }

    #[test]
    fn we_accept_what_the_published_library_signs(
        secret in secret(),
        id in "[!-\\-/-~]{1,40}",
        timestamp_s in 0..i64::MAX,
        body in any::<String>(),
    ) {
        let signature = Webhook::new(&secret).unwrap().sign(&id, timestamp_s, body.as_bytes()).unwrap();
        let ours = sign(&[SigningKey::parse(&secret).unwrap()], &id, timestamp_s, body.as_bytes()).unwrap();
        prop_assert_eq!(&ours, &signature);
        let request = Request {
            id: id.into(),
            timestamp: timestamp_s.to_string().into(),
            signature: signature.into(),
            body: body.into(),
        };
        let held = [VerifyingKey::parse(&secret).unwrap()];
        prop_assert!(request.verify_at(&held, timestamp_s, 0).is_ok());
    }
}
