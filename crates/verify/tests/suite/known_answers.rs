//! Signatures computed elsewhere: ours must be the same bytes.

use hooktide_verify::standard_webhooks::{SigningKey, VerifyingKey, sign};

use super::support::Request;

const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIMESTAMP_S: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;

// The example of Standard Webhooks 1.0.0.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

// The first key pair of RFC 8032, section 7.1, over the same text; the signature was computed with OpenSSL 3.
const PRIVATE: &str =
    "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
const PUBLIC: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const V1A: &str =
    "v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbzEHoVmAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw==";

#[test]
fn v1_signature_is_the_one_of_the_standard() {
    let keys = [SigningKey::parse(SECRET).unwrap()];
    assert_eq!(sign(&keys, ID, TIMESTAMP_S, BODY).unwrap(), V1);
}

#[test]
fn v1a_signature_is_the_one_openssl_makes() {
    let keys = [SigningKey::parse(PRIVATE).unwrap()];
    assert_eq!(sign(&keys, ID, TIMESTAMP_S, BODY).unwrap(), V1A);
}

#[test]
fn several_keys_are_listed_in_their_order_with_single_spaces() {
    let keys = [SigningKey::parse(PRIVATE).unwrap(), SigningKey::parse(SECRET).unwrap()];
    assert_eq!(sign(&keys, ID, TIMESTAMP_S, BODY).unwrap(), format!("{V1A} {V1}"));
}

#[test]
fn known_signatures_verify_with_the_keys_a_receiver_holds() {
    for (key, signature) in [(SECRET, V1), (PUBLIC, V1A)] {
        let request = Request {
            id: ID.into(),
            timestamp: TIMESTAMP_S.to_string().into(),
            signature: signature.into(),
            body: BODY.into(),
        };
        let keys = [VerifyingKey::parse(key).unwrap()];
        assert!(request.verify_at(&keys, TIMESTAMP_S, 0).is_ok(), "{signature}");
    }
}
