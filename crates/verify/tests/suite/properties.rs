//! Properties: whatever was signed verifies, whatever was changed does not, and nothing panics.

use hooktide_verify::standard_webhooks::{
    KeyKind, SignatureHeaders, SigningKey, VerifyingKey, check_message_id, sign, verify,
};
use proptest::prelude::*;

use super::support::{Request, SIGNED_AT_S, key};

fn message_id() -> impl Strategy<Value = String> {
    "[!-\\-/-~]{1,40}"
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..80)
}

fn kind() -> impl Strategy<Value = KeyKind> {
    prop::sample::select(&KeyKind::ALL[..])
}

/// Flips every bit of one part in turn and returns a request that was believed nevertheless. The tolerance is
/// unlimited, so that the signature alone decides.
fn believed_after_a_flip(
    request: &Request,
    held: &VerifyingKey,
    part: fn(&mut Request) -> &mut Vec<u8>,
) -> Option<Request> {
    let mut bent = request.clone();
    let bits = part(&mut bent).len() * 8;
    for bit in 0..bits {
        part(&mut bent)[bit / 8] ^= 1 << (bit % 8);
        if bent.verify_at(std::slice::from_ref(held), SIGNED_AT_S, u64::MAX).is_ok() {
            return Some(bent);
        }
        part(&mut bent)[bit / 8] ^= 1 << (bit % 8);
    }
    None
}

fn every_flip_is_refused(kind: KeyKind, id: &str, body: &[u8]) -> Result<(), TestCaseError> {
    let signing = key(kind, 1);
    let held = signing.verifying_key();
    let request = Request::signed(&[signing], id, body);
    prop_assert!(request.verify_at(std::slice::from_ref(&held), SIGNED_AT_S, 0).is_ok());
    let parts: [fn(&mut Request) -> &mut Vec<u8>; 4] =
        [|r| &mut r.id, |r| &mut r.timestamp, |r| &mut r.body, |r| &mut r.signature];
    for part in parts {
        let believed = believed_after_a_flip(&request, &held, part);
        prop_assert!(believed.is_none(), "believed: {believed:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_bit_flip_of_a_v1_request_is_refused(id in message_id(), body in body()) {
        every_flip_is_refused(KeyKind::Hmac256, &id, &body)?;
    }

    #[test]
    fn any_bytes_signed_are_verified(kind in kind(), id in message_id(), body in prop::collection::vec(any::<u8>(), 0..4096)) {
        let signing = key(kind, 3);
        let request = Request::signed(std::slice::from_ref(&signing), &id, &body);
        prop_assert!(request.verify_at(&[signing.verifying_key()], SIGNED_AT_S, 0).is_ok());
    }

    #[test]
    fn any_key_reads_back_from_its_text_and_signs_the_same(kind in kind(), seed in prop::array::uniform32(1_u8..)) {
        let made = SigningKey::generate(kind, |buffer| buffer.copy_from_slice(&seed));
        let read = SigningKey::parse(&made.to_secret()).unwrap();
        prop_assert_eq!(sign(&[made], "m", 1, b"body").unwrap(), sign(&[read], "m", 1, b"body").unwrap());
    }
}

proptest! {
    // Ed25519 costs a hundred times as much per flip.
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_bit_flip_of_a_v1a_request_is_refused(id in message_id(), body in body()) {
        every_flip_is_refused(KeyKind::Ed25519, &id, &body)?;
    }
}

/// Text that is near enough to the grammar to get deep into the parser, or just any bytes.
fn header_text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "(v1|v1a|v2|)[ ,]{0,2}[A-Za-z0-9+/=]{0,90}( v1a?,[A-Za-z0-9+/]{42,43}=){0,20}"
            .prop_map(String::into_bytes),
        "[0-9]{0,25}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_header_panics_and_none_is_believed(
        id in header_text(),
        timestamp in header_text(),
        signature in header_text(),
        now_s in any::<i64>(),
        tolerance_s in any::<u64>(),
    ) {
        let held = [key(KeyKind::Hmac256, 4).verifying_key(), key(KeyKind::Ed25519, 5).verifying_key()];
        for timestamp in [timestamp.as_slice(), b"1614265330"] {
            let headers =
                SignatureHeaders { id: Some(&id), timestamp: Some(timestamp), signature: Some(&signature) };
            prop_assert!(verify(&held, &headers, b"body", now_s, tolerance_s).is_err());
            let headers = SignatureHeaders { id: Some(b"msg_1"), ..headers };
            prop_assert!(verify(&held, &headers, b"body", now_s, tolerance_s).is_err());
        }
    }

    #[test]
    fn no_text_panics_as_a_key_and_a_key_always_reads_back(
        text in prop_oneof!["(whsec_|whsk_|whpk_|whsk1_|)[A-Za-z0-9+/=]{0,110}", any::<String>()],
    ) {
        if let Ok(key) = SigningKey::parse(&text) {
            let written = key.to_secret();
            let read = SigningKey::parse(&written).unwrap();
            prop_assert_eq!(read.to_secret(), written);
        }
        let _ = VerifyingKey::parse(&text);
    }

    #[test]
    fn exactly_the_ids_that_pass_the_check_are_signed(id in any::<String>()) {
        let signed = sign(&[key(KeyKind::Hmac256, 6)], &id, 1, b"");
        prop_assert_eq!(signed.is_ok(), check_message_id(id.as_bytes()).is_ok());
    }
}
