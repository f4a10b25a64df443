//! Every reason not to believe a request, and that the first one is named.

use hooktide_verify::standard_webhooks::{
    DEFAULT_TOLERANCE_S, Header, KeyKind, MessageIdError, Refusal, SIGNATURES_MAX, SignatureHeaders,
    TimestampError, verify,
};

use super::support::{Request, SIGNED_AT_S, key};

fn request() -> Request {
    Request::signed(&[key(KeyKind::Hmac256, 1)], "msg_1", b"{}")
}

fn judge(request: &Request) -> Result<(), Refusal> {
    let keys = [key(KeyKind::Hmac256, 1).verifying_key()];
    request.verify_at(&keys, SIGNED_AT_S, DEFAULT_TOLERANCE_S).map(drop)
}

#[test]
fn timestamp_is_believed_up_to_the_tolerance_and_not_a_second_longer() {
    let keys = [key(KeyKind::Hmac256, 1).verifying_key()];
    for skew_s in [-300, -299, 0, 299, 300] {
        let verdict = request().verify_at(&keys, SIGNED_AT_S + skew_s, DEFAULT_TOLERANCE_S).unwrap();
        assert_eq!((verdict.skew_s, verdict.timestamp_s), (skew_s, SIGNED_AT_S));
    }
    let late = request().verify_at(&keys, SIGNED_AT_S + 301, DEFAULT_TOLERANCE_S);
    assert_eq!(late, Err(Refusal::TimestampTooOld { skew_s: 301, tolerance_s: 300 }));
    let early = request().verify_at(&keys, SIGNED_AT_S - 301, DEFAULT_TOLERANCE_S);
    assert_eq!(early, Err(Refusal::TimestampTooNew { skew_s: 301, tolerance_s: 300 }));
}

#[test]
fn age_is_judged_without_overflow_at_both_ends_of_time() {
    let keys = [key(KeyKind::Hmac256, 1).verifying_key()];
    let mut far = request();
    far.timestamp = i64::MAX.to_string().into();
    let refused = far.verify_at(&keys, i64::MIN, DEFAULT_TOLERANCE_S);
    assert_eq!(refused, Err(Refusal::TimestampTooNew { skew_s: u64::MAX, tolerance_s: 300 }));
    assert!(request().verify_at(&keys, i64::MAX, u64::MAX).is_ok());
    assert!(request().verify_at(&keys, i64::MIN, u64::MAX).is_ok());
}

#[test]
fn missing_header_is_named() {
    let request = request();
    let all = SignatureHeaders {
        id: Some(&request.id),
        timestamp: Some(&request.timestamp),
        signature: Some(&request.signature),
    };
    let keys = [key(KeyKind::Hmac256, 1).verifying_key()];
    for (headers, header) in [
        (SignatureHeaders { id: None, ..all }, Header::Id),
        (SignatureHeaders { timestamp: None, ..all }, Header::Timestamp),
        (SignatureHeaders { signature: None, ..all }, Header::Signature),
    ] {
        let refused = verify(&keys, &headers, &request.body, SIGNED_AT_S, DEFAULT_TOLERANCE_S);
        assert_eq!(refused, Err(Refusal::HeaderMissing { header }));
    }
}

#[test]
fn timestamp_in_any_other_spelling_is_malformed() {
    let table: [(&str, TimestampError); 14] = [
        ("", TimestampError::Empty),
        ("+1614265330", TimestampError::NotDigits),
        ("-1614265330", TimestampError::NotDigits),
        (" 1614265330", TimestampError::NotDigits),
        ("1614265330 ", TimestampError::NotDigits),
        ("1614265330\n", TimestampError::NotDigits),
        ("0x60379972", TimestampError::NotDigits),
        ("1614265330.0", TimestampError::NotDigits),
        ("1.6e9", TimestampError::NotDigits),
        ("1_614_265_330", TimestampError::NotDigits),
        ("\u{661}\u{666}", TimestampError::NotDigits),
        ("9223372036854775808", TimestampError::TooLarge),
        ("99999999999999999999", TimestampError::TooLarge),
        ("000000000001614265330", TimestampError::TooLarge),
    ];
    for (text, error) in table {
        let mut request = request();
        request.timestamp = text.into();
        assert_eq!(judge(&request), Err(Refusal::TimestampMalformed(error)), "{text:?}");
    }
}

#[test]
fn second_spelling_of_the_signed_number_does_not_verify() {
    let mut request = request();
    request.timestamp.insert(0, b'0');
    assert_eq!(judge(&request), Err(Refusal::NoSignatureMatched { candidates: 1 }));
}

#[test]
fn id_that_could_shift_the_signed_text_is_malformed() {
    // The signed text "msg_1.T.{}" read with the first dot inside the id.
    let mut request = request();
    request.id = format!("msg_1.{SIGNED_AT_S}").into();
    assert_eq!(judge(&request), Err(Refusal::MessageIdMalformed(MessageIdError::Dot { position: 5 })));
    request.id.clear();
    assert_eq!(judge(&request), Err(Refusal::MessageIdMalformed(MessageIdError::Empty)));
}

#[test]
fn signature_header_without_an_entry_is_malformed() {
    for text in ["", " ", "v1", "v1=abc", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="] {
        let mut request = request();
        request.signature = text.into();
        assert_eq!(judge(&request), Err(Refusal::SignatureMalformed), "{text:?}");
    }
}

#[test]
fn signatures_of_other_schemes_only_are_a_mismatch() {
    let ed25519 = Request::signed(&[key(KeyKind::Ed25519, 1)], "msg_1", b"{}");
    assert_eq!(judge(&ed25519), Err(Refusal::SchemeMismatch));
    let mut unknown = request();
    unknown.signature = b"v2,AAAA V1,AAAA v1b,AAAA ,AAAA".to_vec();
    assert_eq!(judge(&unknown), Err(Refusal::SchemeMismatch));
}

#[test]
fn label_of_the_other_scheme_never_helps_a_signature() {
    let mut relabelled = request();
    let tail = relabelled.signature.split_off(2);
    relabelled.signature = [b"v1a", tail.as_slice()].concat();
    assert_eq!(judge(&relabelled), Err(Refusal::SchemeMismatch));
}

#[test]
fn hmac_keyed_with_the_public_key_is_not_believed_by_its_ed25519_verifier() {
    use base64::Engine;
    use hooktide_verify::standard_webhooks::SigningKey;

    let ed25519 = key(KeyKind::Ed25519, 1);
    let published = ed25519.to_public().trim_start_matches("whpk_").to_owned();
    assert!(base64::engine::general_purpose::STANDARD.decode(&published).is_ok());
    let attacker = SigningKey::parse(&format!("whsec_{published}")).unwrap();
    let forged = Request::signed(&[attacker], "msg_1", b"{}");
    let refused = forged.verify_at(&[ed25519.verifying_key()], SIGNED_AT_S, DEFAULT_TOLERANCE_S);
    assert_eq!(refused, Err(Refusal::SchemeMismatch));
}

#[test]
fn more_signatures_than_the_limit_are_refused_even_if_one_is_right() {
    let signature = String::from_utf8(request().signature).unwrap();
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (wrong_ones, verdict) in
        [(SIGNATURES_MAX - 1, Ok(())), (SIGNATURES_MAX, Err(Refusal::TooManySignatures))]
    {
        let mut request = request();
        request.signature = format!("{}{signature}", format!("{wrong} ").repeat(wrong_ones)).into();
        assert_eq!(judge(&request), verdict);
    }
}

#[test]
fn without_keys_nothing_is_believed() {
    assert_eq!(request().verify_at(&[], SIGNED_AT_S, u64::MAX), Err(Refusal::NoKeys));
}

#[test]
fn wrong_key_and_wrong_body_are_refused_with_the_number_of_tries() {
    let other = [key(KeyKind::Hmac256, 2).verifying_key()];
    let refused = request().verify_at(&other, SIGNED_AT_S, DEFAULT_TOLERANCE_S);
    assert_eq!(refused, Err(Refusal::NoSignatureMatched { candidates: 1 }));
    let mut changed = request();
    changed.body.push(b'\n');
    assert_eq!(judge(&changed), Err(Refusal::NoSignatureMatched { candidates: 1 }));
}

#[test]
fn refusals_say_what_to_look_at() {
    let missing = Refusal::HeaderMissing { header: Header::Signature };
    assert_eq!(missing.to_string(), "the webhook-signature (or svix-signature) header is missing");
    assert_eq!(missing.code(), "header_missing");
    let old = Refusal::TimestampTooOld { skew_s: 301, tolerance_s: 300 };
    let words = "the timestamp is 301 s in the past, more than the 300 s allowed (a replay, or wrong clocks)";
    assert_eq!(old.to_string(), words);
}
