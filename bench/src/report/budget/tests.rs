//! Ceilings and floors are judged at their limits.

use super::Verdict;

#[test]
fn ceiling_is_kept_at_the_limit_and_broken_above() {
    assert_eq!(Verdict::cpu_one_endpoint(45.0).text(), "ok: CPU ≤ 45 µs");
    assert_eq!(Verdict::cpu_one_endpoint(45.1).text(), "OVER: CPU ≤ 45 µs");
    assert_eq!(Verdict::growth(f64::NAN).text(), "OVER: CPU ratio ≤ 1.15×");
}

#[test]
fn floor_is_kept_at_the_limit_and_broken_below() {
    assert_eq!(Verdict::against_relay_with_log(0.9).text(), "ok: of the relay with a log ≥ 0.9×");
    assert_eq!(Verdict::against_relay_with_log(0.89).text(), "OVER: of the relay with a log ≥ 0.9×");
}
