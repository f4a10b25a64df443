//! Moments are spaced and never saved up.

use super::*;

#[test]
fn moments_lie_a_full_step_apart_and_are_not_saved_up() {
    let throttle = Throttle::new(10);
    let start = Instant::now();
    assert_eq!(throttle.take(start), start);
    assert_eq!(throttle.take(start), start + Duration::from_millis(100));
    let later = start + Duration::from_secs(60);
    assert_eq!(throttle.take(later), later);
    assert_eq!(throttle.take(later), later + Duration::from_millis(100));
}
