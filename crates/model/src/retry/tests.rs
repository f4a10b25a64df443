//! The schedule is exact, jitter stays in its band, and wishes only lengthen it.

use proptest::prelude::*;

use super::*;

#[test]
fn the_standard_schedule_is_ten_tries_over_75_hours() {
    let schedule = RetrySchedule::standard();
    assert_eq!(schedule.tries(), 10);
    let sum: Duration = (1..10).filter_map(|failed| schedule.delay_after(failed, None, 0.5)).sum();
    assert_eq!(sum.as_secs(), 75 * 3600 + 35 * 60 + 5);
    assert_eq!(schedule.delay_after(10, None, 0.5), None);
}

#[test]
fn an_empty_schedule_never_retries() {
    let schedule = RetrySchedule::new(Vec::new(), 0.2);
    assert_eq!(schedule.delay_after(1, Some(Duration::from_secs(9)), 0.5), None);
}

proptest! {
    #[test]
    fn jitter_stays_in_its_band(unit in 0.0..=1.0_f64, failed in 1_u16..10) {
        let schedule = RetrySchedule::standard();
        let base = schedule.delay_after(failed, None, 0.5).unwrap();
        let delay = schedule.delay_after(failed, None, unit).unwrap();
        prop_assert!(delay >= base.mul_f64(0.799) && delay <= base.mul_f64(1.201));
    }

    #[test]
    fn a_wish_only_lengthens_and_is_bounded(wish_s in 0_u64..u64::MAX, unit in 0.0..=1.0_f64) {
        let schedule = RetrySchedule::standard();
        let plain = schedule.delay_after(1, None, unit).unwrap();
        let wished = schedule.delay_after(1, Some(Duration::from_secs(wish_s)), unit).unwrap();
        prop_assert!(wished >= plain && wished <= RETRY_AFTER_MAX.max(plain));
    }
}
