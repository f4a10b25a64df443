//! What signing accepts, how keys rotate, and how headers are found.

use hooktide_verify::secrets_equal;
use hooktide_verify::standard_webhooks::{
    DEFAULT_TOLERANCE_S, KeyKind, MESSAGE_ID_BYTES_MAX, MessageIdError, SIGNATURES_MAX, SignError,
    SignatureHeaders, sign, sign_header,
};

use super::support::{Request, SIGNED_AT_S, key, mixed_keys};

#[test]
fn id_that_cannot_be_signed_is_refused_and_nothing_is_written() {
    let keys = mixed_keys(1);
    let long = "a".repeat(MESSAGE_ID_BYTES_MAX + 1);
    let table: [(&str, MessageIdError); 8] = [
        ("", MessageIdError::Empty),
        (&long, MessageIdError::TooLong { found_bytes: MESSAGE_ID_BYTES_MAX + 1 }),
        ("msg.1", MessageIdError::Dot { position: 3 }),
        ("msg 1", MessageIdError::Byte { byte: b' ', position: 3 }),
        ("msg\n", MessageIdError::Byte { byte: b'\n', position: 3 }),
        ("\0", MessageIdError::Byte { byte: 0, position: 0 }),
        ("msg\u{7f}", MessageIdError::Byte { byte: 0x7f, position: 3 }),
        ("m\u{e9}", MessageIdError::Byte { byte: 0xc3, position: 1 }),
    ];
    for (id, error) in table {
        let mut out = String::from("kept");
        let refused = sign_header(&keys, id, SIGNED_AT_S, b"", &mut out);
        assert_eq!(refused, Err(SignError::MessageId(error)), "{id:?}");
        assert_eq!(out, "kept");
    }
}

#[test]
fn longest_id_and_every_allowed_byte_can_be_signed() {
    let keys = mixed_keys(1);
    assert!(sign(&keys, &"a".repeat(MESSAGE_ID_BYTES_MAX), SIGNED_AT_S, b"").is_ok());
    let allowed: String = ('!'..='~').filter(|letter| *letter != '.').collect();
    assert!(sign(&keys, &allowed, SIGNED_AT_S, b"").is_ok());
}

#[test]
fn nothing_is_signed_before_1970_or_without_keys_or_with_too_many() {
    assert_eq!(sign(&mixed_keys(1), "m", -1, b""), Err(SignError::TimestampNegative));
    assert_eq!(sign(&[], "m", 0, b""), Err(SignError::NoKeys));
    let found = SIGNATURES_MAX + 1;
    let keys = vec![key(KeyKind::Hmac256, 1); found];
    assert_eq!(sign(&keys, "m", 0, b""), Err(SignError::TooManyKeys { found }));
}

#[test]
fn first_and_last_second_can_be_signed_and_verified() {
    let keys = mixed_keys(2);
    let verifying: Vec<_> = keys.iter().map(|key| key.verifying_key()).collect();
    for timestamp_s in [0, i64::MAX] {
        let mut request = Request::signed(&keys, "m", b"");
        request.signature = sign(&keys, "m", timestamp_s, b"").unwrap().into();
        request.timestamp = timestamp_s.to_string().into();
        assert!(request.verify_at(&verifying, timestamp_s, 0).is_ok());
    }
}

#[test]
fn header_is_appended_to_what_is_there() {
    let keys = mixed_keys(3);
    let mut out = String::from("kept:");
    sign_header(&keys, "m", SIGNED_AT_S, b"{}", &mut out).unwrap();
    assert_eq!(out, format!("kept:{}", sign(&keys, "m", SIGNED_AT_S, b"{}").unwrap()));
}

#[test]
fn every_receiver_verifies_during_rotation_whichever_key_it_holds() {
    for count in [1, 2, 10] {
        let keys = mixed_keys(count);
        let request = Request::signed(&keys, "msg_1", b"{}");
        for held in &keys {
            let verdict =
                request.verify_at(&[held.verifying_key()], SIGNED_AT_S, DEFAULT_TOLERANCE_S).unwrap();
            assert_eq!((verdict.key_index, verdict.kind), (0, held.kind()));
        }
        let stranger =
            [key(KeyKind::Hmac256, 200).verifying_key(), key(KeyKind::Ed25519, 201).verifying_key()];
        assert!(request.verify_at(&stranger, SIGNED_AT_S, DEFAULT_TOLERANCE_S).is_err());
    }
}

#[test]
fn receiver_with_several_keys_learns_which_one_matched() {
    let held: Vec<_> = mixed_keys(10).iter().map(|key| key.verifying_key()).collect();
    for (position, signing) in mixed_keys(10).into_iter().enumerate() {
        let request = Request::signed(&[signing], "msg_1", b"{}");
        let verdict = request.verify_at(&held, SIGNED_AT_S, DEFAULT_TOLERANCE_S).unwrap();
        assert_eq!(verdict.key_index, position);
    }
}

#[test]
fn unknown_labels_and_undecodable_entries_do_not_hide_a_right_one() {
    let mut request = Request::signed(&mixed_keys(1), "msg_1", b"{}");
    let right = String::from_utf8(request.signature).unwrap();
    let before = "v2,AAAA  v1,???? v1a, v1,AAAA junk ,";
    request.signature = format!("{before} {right} v9,zzzz").into();
    let held = [mixed_keys(1)[0].verifying_key()];
    assert!(request.verify_at(&held, SIGNED_AT_S, DEFAULT_TOLERANCE_S).is_ok());
}

#[test]
fn headers_are_found_by_either_family_but_never_mixed() {
    let value =
        |name: &str| -> &'static [u8] { if name.starts_with("svix-") { b"svix" } else { b"standard" } };
    let both = SignatureHeaders::find(|name| Some(value(name)));
    assert_eq!((both.id, both.signature), (Some(&b"standard"[..]), Some(&b"standard"[..])));
    let svix_only = SignatureHeaders::find(|name| name.starts_with("svix-").then(|| value(name)));
    assert_eq!((svix_only.id, svix_only.timestamp), (Some(&b"svix"[..]), Some(&b"svix"[..])));
    let torn = SignatureHeaders::find(|name| (name != "webhook-id").then(|| value(name)));
    assert_eq!((torn.id, torn.signature), (None, Some(&b"standard"[..])));
}

#[test]
fn secrets_are_equal_only_if_every_byte_is() {
    assert!(secrets_equal(b"", b""));
    assert!(secrets_equal(b"secret", b"secret"));
    for other in [&b""[..], b"secre", b"secret ", b"Secret", b"secreT"] {
        assert!(!secrets_equal(b"secret", other));
    }
}
