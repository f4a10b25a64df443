//! A sealed value opens in its place with its key, unchanged, and in no other case.

use std::cell::Cell;

use proptest::prelude::*;

use super::{
    MAIN_SECRET_BYTES_MIN, OVERHEAD_BYTES, PREVIOUS_KEYS_MAX, SealContext, Vault, VaultError, hkdf_sha256,
};

const SECRET: &[u8] = b"a main secret of sufficient length";
const OTHER_SECRET: &[u8] = b"another main secret, just as long";
const PLACE: SealContext<'static> = SealContext { table: "endpoint", row: b"ep_1", column: "secret" };

/// `whsec_…` below as sealed for [`PLACE`] with [`SECRET`], computed by a program of its own from the format's description.
const SEALED: &str = concat!(
    "01991d6ca75a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5ad475f334da87ce7a6070fbe57deaf67a99f244",
    "67f3377d4583cd6cef6858e36eeed90e11814b7f5c3dda0ff33225c3cf8c51837a0f01",
);

fn vault(main_secret: &[u8]) -> Vault {
    Vault::new(main_secret).expect("the secret is long enough")
}

fn fill(buffer: &mut [u8]) {
    buffer.fill(0x5a);
}

#[test]
fn sealed_value_opens_in_its_place() {
    for plaintext in [&b""[..], b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &[0xff; 5000]] {
        let sealed = vault(SECRET).seal(PLACE, plaintext, fill);
        assert_eq!(sealed.len(), plaintext.len() + OVERHEAD_BYTES);
        assert_eq!(vault(SECRET).open(PLACE, &sealed).unwrap().as_slice(), plaintext);
    }
}

#[test]
fn format_on_disk_is_the_one_that_is_described() {
    let plaintext = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let sealed = vault(SECRET).seal(PLACE, plaintext, fill);
    let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, SEALED);
}

#[test]
fn sealed_value_shows_nothing_of_the_plaintext() {
    let sealed = vault(SECRET).seal(PLACE, b"whsec_visible", fill);
    assert!(!sealed.windows(4).any(|window| b"whsec_visible".windows(4).any(|part| part == window)));
}

#[test]
fn value_moved_to_another_table_row_or_column_does_not_open() {
    let sealed = vault(SECRET).seal(PLACE, b"secret", fill);
    for place in [
        SealContext { table: "source", ..PLACE },
        SealContext { row: b"ep_2", ..PLACE },
        SealContext { row: b"", ..PLACE },
        SealContext { column: "headers", ..PLACE },
    ] {
        assert_eq!(vault(SECRET).open(place, &sealed), Err(VaultError::Tampered), "{place:?}");
    }
}

#[test]
fn bytes_moved_between_the_parts_of_a_place_make_another_place() {
    let sealed = vault(SECRET).seal(PLACE, b"secret", fill);
    for place in [
        SealContext { table: "endpointe", row: b"p_1", column: "secret" },
        SealContext { table: "endpoin", row: b"tep_1", column: "secret" },
        SealContext { table: "endpoint", row: b"ep_1s", column: "ecret" },
        SealContext { table: "endpoint", row: b"ep_", column: "1secret" },
        SealContext { table: "", row: b"endpointep_1secret", column: "" },
    ] {
        assert_eq!(vault(SECRET).open(place, &sealed), Err(VaultError::Tampered), "{place:?}");
    }
}

#[test]
fn changed_main_secret_is_named_with_the_key_that_sealed() {
    let sealed = vault(SECRET).seal(PLACE, b"secret", fill);
    let (sealed_with, current) = (vault(SECRET).key_id(), vault(OTHER_SECRET).key_id());
    assert_ne!(sealed_with, current);
    let error = vault(OTHER_SECRET).open(PLACE, &sealed).unwrap_err();
    assert_eq!(error, VaultError::WrongKey { sealed_with, current });
    let words = error.to_string();
    assert!(words.contains(&sealed_with.to_string()) && words.contains("HOOKTIDE_MAIN_SECRET"), "{words}");
}

#[test]
fn previous_main_secret_opens_and_the_current_one_seals() {
    let old = vault(SECRET).seal(PLACE, b"secret", fill);
    let rotated = vault(OTHER_SECRET).with_previous(SECRET).unwrap();
    assert_eq!(rotated.open(PLACE, &old).unwrap().as_slice(), b"secret");
    assert_eq!(rotated.is_sealed_with_current(&old), Ok(false));

    let new = rotated.seal(PLACE, b"secret", fill);
    assert_eq!(rotated.is_sealed_with_current(&new), Ok(true));
    assert_eq!(vault(OTHER_SECRET).open(PLACE, &new).unwrap().as_slice(), b"secret");
    assert!(matches!(vault(SECRET).open(PLACE, &new), Err(VaultError::WrongKey { .. })));
}

#[test]
fn value_of_a_previous_key_is_still_bound_to_its_place() {
    let old = vault(SECRET).seal(PLACE, b"secret", fill);
    let rotated = vault(OTHER_SECRET).with_previous(SECRET).unwrap();
    let elsewhere = SealContext { row: b"ep_2", ..PLACE };
    assert_eq!(rotated.open(elsewhere, &old), Err(VaultError::Tampered));
}

#[test]
fn number_of_previous_main_secrets_is_limited() {
    let mut rotated = vault(SECRET);
    for _ in 0..PREVIOUS_KEYS_MAX {
        rotated = rotated.with_previous(OTHER_SECRET).unwrap();
    }
    assert_eq!(rotated.with_previous(OTHER_SECRET).unwrap_err(), VaultError::TooManyPrevious);
}

#[test]
fn short_main_secret_is_refused() {
    for found_bytes in [0, 1, MAIN_SECRET_BYTES_MIN - 1] {
        let secret = vec![7; found_bytes];
        let refused = VaultError::MainSecretTooShort { found_bytes };
        assert_eq!(Vault::new(&secret).unwrap_err(), refused);
        assert_eq!(vault(SECRET).with_previous(&secret).unwrap_err(), refused);
    }
    assert!(Vault::new(&[7; MAIN_SECRET_BYTES_MIN]).is_ok());
}

#[test]
fn every_truncation_is_refused() {
    let vault = vault(SECRET);
    let sealed = vault.seal(PLACE, b"a secret of some length", fill);
    for found_bytes in 0..sealed.len() {
        let refused = vault.open(PLACE, &sealed[..found_bytes]).unwrap_err();
        if found_bytes < OVERHEAD_BYTES {
            assert_eq!(refused, VaultError::Truncated { found_bytes });
        } else {
            assert_eq!(refused, VaultError::Tampered);
        }
    }
    let longer = [sealed.as_slice(), &[0]].concat();
    assert_eq!(vault.open(PLACE, &longer), Err(VaultError::Tampered));
}

#[test]
fn every_bit_flip_is_refused_for_what_it_touched() {
    let vault = vault(SECRET);
    let sealed = vault.seal(PLACE, b"a secret of some length", fill);
    for bit in 0..sealed.len() * 8 {
        let mut bent = sealed.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let refused = vault.open(PLACE, &bent).unwrap_err();
        match bit / 8 {
            0 => assert_eq!(refused, VaultError::UnknownVersion { found: bent[0] }),
            1..5 => assert!(matches!(refused, VaultError::WrongKey { .. }), "bit {bit}: {refused}"),
            _ => assert_eq!(refused, VaultError::Tampered, "bit {bit}"),
        }
    }
}

#[test]
fn same_plaintext_sealed_twice_looks_different() {
    let vault = vault(SECRET);
    let drawn = Cell::new(0);
    let draw = |buffer: &mut [u8]| {
        drawn.set(drawn.get() + 1);
        buffer.fill(drawn.get());
    };
    let (first, second) = (vault.seal(PLACE, b"secret", draw), vault.seal(PLACE, b"secret", draw));
    assert_ne!(first[29..], second[29..]);
}

#[test]
#[should_panic(expected = "the random source wrote nothing")]
fn nothing_is_sealed_with_an_unfilled_nonce() {
    let _ = vault(SECRET).seal(PLACE, b"secret", |_| {});
}

#[test]
fn derivation_is_hkdf_of_rfc_5869() {
    // Test case 1 of its appendix A; the first 32 of 42 bytes.
    let salt: Vec<u8> = (0x00..=0x0c).collect();
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    let expected = [
        0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43, 0x4f, 0x64, 0xd0, 0x36, 0x2f, 0x2a, 0x2d,
        0x2d, 0x0a, 0x90, 0xcf, 0x1a, 0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4, 0xc5, 0xbf,
    ];
    assert_eq!(*hkdf_sha256(&salt, &[0x0b; 22], &info), expected);
}

#[test]
fn debug_shows_key_ids_and_no_key() {
    let vault = vault(SECRET).with_previous(OTHER_SECRET).unwrap();
    let previous = Vault::new(OTHER_SECRET).unwrap().key_id();
    let expected = format!("Vault(current {}, previous [KeyId({previous})], [redacted])", vault.key_id());
    assert_eq!(format!("{vault:?}"), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_opens_in_its_own_place_and_in_no_other(
        plaintext in prop::collection::vec(any::<u8>(), 0..300),
        place in ("[a-c]{0,3}", prop::collection::vec(b'a'..b'd', 0..3), "[a-c]{0,3}"),
        other in ("[a-c]{0,3}", prop::collection::vec(b'a'..b'd', 0..3), "[a-c]{0,3}"),
    ) {
        let vault = vault(SECRET);
        let context = SealContext { table: &place.0, row: &place.1, column: &place.2 };
        let sealed = vault.seal(context, &plaintext, fill);
        let opened = vault.open(context, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        let elsewhere = SealContext { table: &other.0, row: &other.1, column: &other.2 };
        prop_assert_eq!(vault.open(elsewhere, &sealed).is_ok(), place == other);
    }

    #[test]
    fn arbitrary_bytes_never_open_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let vault = vault(SECRET);
        prop_assert!(vault.open(PLACE, &bytes).is_err());
        let started = [&[1], &vault.key_id().0[..], bytes.as_slice()].concat();
        prop_assert!(vault.open(PLACE, &started).is_err());
    }
}
