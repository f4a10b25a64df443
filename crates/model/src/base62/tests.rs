//! The same texts as the reference library, in both directions, and nothing else.

use proptest::prelude::*;
use svix_ksuid::{Ksuid, KsuidLike};

use super::*;

fn text(bytes: [u8; BYTES]) -> String {
    String::from_utf8(encode(&bytes).to_vec()).unwrap()
}

#[test]
fn the_ends_of_the_range_are_exact() {
    assert_eq!(text([0; BYTES]), "0".repeat(CHARS));
    let largest = text([0xff; BYTES]);
    assert_eq!(largest, "aWgEPTl1tmebfsQzFP4bxwgy80V");
    assert_eq!(decode(&largest), Some([0xff; BYTES]));
    assert_eq!(decode("aWgEPTl1tmebfsQzFP4bxwgy80W"), None);
    assert_eq!(decode(&"z".repeat(CHARS)), None);
}

#[test]
fn what_is_not_27_digits_has_no_value() {
    for wrong in [
        "",
        "0",
        &"0".repeat(26),
        &"0".repeat(28),
        "00000000000000000000000000-",
        "0000000000000000000000000é",
    ] {
        assert_eq!(decode(wrong), None, "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn the_reference_library_writes_and_reads_the_same(bytes in any::<[u8; BYTES]>()) {
        let ours = text(bytes);
        prop_assert_eq!(&ours, &Ksuid::from_bytes(bytes).to_base62());
        prop_assert_eq!(decode(&ours), Some(bytes));
    }

    #[test]
    fn a_text_that_has_a_value_is_the_one_text_of_it(given in "[0-9A-Za-z]{27}") {
        if let Some(bytes) = decode(&given) {
            prop_assert_eq!(text(bytes), given);
        }
    }
}
