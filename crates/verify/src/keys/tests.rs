//! Which texts are keys, for which use, and what their refusals say.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{KeyError, KeyKind, SigningKey, VerifyingKey};

// The first key pair of RFC 8032, section 7.1.
const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PAIR: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn symmetric_text(bytes: usize) -> String {
    format!("whsec_{}", STANDARD.encode(vec![7_u8; bytes]))
}

fn counting(buffer: &mut [u8]) {
    for (value, byte) in (1..).zip(buffer) {
        *byte = value;
    }
}

#[test]
fn symmetric_secret_reads_back_as_the_text_it_was_given() {
    let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let key = SigningKey::parse(text).unwrap();
    assert_eq!(key.kind(), KeyKind::Hmac256);
    assert_eq!(*key.to_secret(), text);
    assert_eq!(*key.to_public(), text);
}

#[test]
fn bare_base64_is_a_symmetric_secret() {
    let key = SigningKey::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    assert_eq!(*key.to_secret(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
}

#[test]
fn symmetric_secret_is_accepted_at_both_ends_of_its_range_and_refused_outside() {
    for found_bytes in [24, 32, 64, 75] {
        assert!(SigningKey::parse(&symmetric_text(found_bytes)).is_ok(), "{found_bytes}");
    }
    for found_bytes in [1, 23, 76, 4096] {
        let refused = KeyError::SymmetricLength { found_bytes };
        assert_eq!(SigningKey::parse(&symmetric_text(found_bytes)).unwrap_err(), refused);
        assert_eq!(VerifyingKey::parse(&symmetric_text(found_bytes)).unwrap_err(), refused);
    }
}

#[test]
fn empty_secret_is_refused_with_and_without_prefix() {
    for text in ["", "whsec_", "whsk_"] {
        assert_eq!(SigningKey::parse(text).unwrap_err(), KeyError::Empty, "{text}");
    }
    for text in ["", "whsec_", "whpk_"] {
        assert_eq!(VerifyingKey::parse(text).unwrap_err(), KeyError::Empty, "{text}");
    }
}

#[test]
fn text_that_is_not_canonical_base64_is_refused() {
    let unpadded = symmetric_text(32).trim_end_matches('=').to_owned();
    let stray_bits = symmetric_text(32).replace("c=", "d=");
    let spaced = format!("{} ", symmetric_text(24));
    for text in [unpadded.as_str(), &stray_bits, &spaced, "whsec_-----", "whsec_\u{e9}", "\u{1f511}", "\0"] {
        assert_eq!(SigningKey::parse(text).unwrap_err(), KeyError::NotBase64, "{text}");
    }
}

#[test]
fn unknown_and_unsupported_prefixes_are_told_apart() {
    for prefix in ["whsk1_", "whpk1_"] {
        let text = format!("{prefix}{SEED}");
        assert_eq!(SigningKey::parse(&text).unwrap_err(), KeyError::UnsupportedPrefix { prefix });
        assert_eq!(VerifyingKey::parse(&text).unwrap_err(), KeyError::UnsupportedPrefix { prefix });
    }
    for text in ["sk_live_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "_"] {
        assert_eq!(SigningKey::parse(text).unwrap_err(), KeyError::UnknownPrefix, "{text}");
    }
}

#[test]
fn private_key_is_read_from_seed_and_from_pair_and_written_as_pair() {
    for encoded in [SEED, PAIR] {
        let key = SigningKey::parse(&format!("whsk_{encoded}")).unwrap();
        assert_eq!(key.kind(), KeyKind::Ed25519);
        assert_eq!(*key.to_secret(), format!("whsk_{PAIR}"));
        assert_eq!(*key.to_public(), format!("whpk_{PUBLIC}"));
    }
}

#[test]
fn private_key_with_a_foreign_public_half_is_refused() {
    for flipped in 32..64 {
        let mut bytes = STANDARD.decode(PAIR).unwrap();
        bytes[flipped] ^= 1;
        let text = format!("whsk_{}", STANDARD.encode(bytes));
        assert_eq!(SigningKey::parse(&text).unwrap_err(), KeyError::HalvesDisagree, "byte {flipped}");
    }
}

#[test]
fn private_key_of_another_length_is_refused() {
    for found_bytes in [1, 31, 33, 63, 65, 128] {
        let text = format!("whsk_{}", STANDARD.encode(vec![7_u8; found_bytes]));
        assert_eq!(SigningKey::parse(&text).unwrap_err(), KeyError::PrivateKeyLength { found_bytes });
    }
}

#[test]
fn public_key_never_signs_and_private_key_never_verifies() {
    let public = format!("whpk_{PUBLIC}");
    assert_eq!(SigningKey::parse(&public).unwrap_err(), KeyError::PublicKeyCannotSign);
    assert_eq!(VerifyingKey::parse(&public).unwrap().kind(), KeyKind::Ed25519);
    let private = format!("whsk_{PAIR}");
    assert_eq!(VerifyingKey::parse(&private).unwrap_err(), KeyError::PrivateKeyCannotVerify);
}

#[test]
fn public_key_of_another_length_is_refused() {
    for found_bytes in [1, 31, 33, 64] {
        let text = format!("whpk_{}", STANDARD.encode(vec![7_u8; found_bytes]));
        assert_eq!(VerifyingKey::parse(&text).unwrap_err(), KeyError::PublicKeyLength { found_bytes });
    }
}

#[test]
fn public_key_that_is_no_point_or_of_small_order_is_refused() {
    let mut identity = [0_u8; 32];
    identity[0] = 1;
    let order_four = [0_u8; 32];
    let mut no_point = [0_u8; 32];
    no_point[0] = 2;
    for bytes in [identity, order_four, no_point] {
        let text = format!("whpk_{}", STANDARD.encode(bytes));
        assert_eq!(VerifyingKey::parse(&text).unwrap_err(), KeyError::UnsafePublicKey);
    }
}

#[test]
fn generated_key_uses_the_given_randomness_and_reads_back() {
    for kind in KeyKind::ALL {
        let key = SigningKey::generate(kind, counting);
        assert_eq!(key.kind(), kind);
        let again = SigningKey::parse(&key.to_secret()).unwrap();
        assert_eq!(again.kind(), kind);
        assert_eq!(again.to_secret(), key.to_secret());
        assert_eq!(VerifyingKey::parse(&key.to_public()).unwrap().kind(), kind);
    }
    let symmetric = SigningKey::generate(KeyKind::Hmac256, counting);
    let expected: Vec<u8> = (1..=32).collect();
    assert_eq!(*symmetric.to_secret(), format!("whsec_{}", STANDARD.encode(expected)));
}

#[test]
#[should_panic(expected = "the random source wrote nothing")]
fn key_is_never_made_from_a_source_that_wrote_nothing() {
    let _ = SigningKey::generate(KeyKind::Hmac256, |_| {});
}

#[test]
fn debug_shows_the_kind_and_nothing_of_the_key() {
    for text in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), format!("whsk_{PAIR}")] {
        let key = SigningKey::parse(&text).unwrap();
        let kind = key.kind().name();
        assert_eq!(format!("{key:?}"), format!("SigningKey({kind}, [redacted])"));
        assert_eq!(format!("{:?}", key.verifying_key()), format!("VerifyingKey({kind}, [redacted])"));
    }
}

#[test]
fn kind_is_found_by_its_exact_name_only() {
    for kind in KeyKind::ALL {
        assert_eq!(KeyKind::from_name(kind.name()), Some(kind));
    }
    for name in ["", "HMAC256", "hmac", "v1", "ed25519 "] {
        assert_eq!(KeyKind::from_name(name), None, "{name}");
    }
}
