//! Every status has its verdict.

use super::*;

#[test]
fn every_status_from_100_to_599_has_its_verdict() {
    for status in 100..600 {
        let expected = match status {
            200..300 => Verdict::Delivered,
            410 => Verdict::Gone,
            429 | 502 | 503 | 504 => Verdict::RetrySlower,
            _ => Verdict::Retry,
        };
        assert_eq!(judge(Some(status)), expected, "status {status}");
    }
    assert_eq!(judge(None), Verdict::Retry);
}
