//! How long a feed that keeps breaking waits.

use super::*;

#[test]
fn waits_grow_to_a_limit_and_spread() {
    let longest: Vec<u128> = (0..9).map(|failures| backoff(failures, 1.0).as_millis()).collect();
    assert_eq!(longest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert_eq!(backoff(u32::MAX, 0.0), BACKOFF_MAX / 2);
}
