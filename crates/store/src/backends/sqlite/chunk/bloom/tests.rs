//! The filter never denies a key it holds.

use super::*;

fn key(number: u64) -> [u8; 16] {
    let spread = u128::from(number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    spread.to_le_bytes()
}

#[test]
fn holds_every_key_survives_bytes_and_rarely_lies() {
    let keys: Vec<_> = (0..10_000).map(key).collect();
    let filter = Bloom::new(keys.len(), keys.iter());
    let filter = Bloom::from_bytes(&filter.to_bytes()).unwrap();
    assert!(keys.iter().all(|key| filter.may_hold(key)));
    let lies = (10_000..110_000).filter(|number| filter.may_hold(&key(*number))).count();
    assert!(lies < 1_000, "{lies} false answers in 100,000");
}
