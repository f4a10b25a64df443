use super::*;

fn reading(outcome: Fate, code: Option<u16>) -> Reading {
    let (detail, duration) = (Bytes::from_static(b"said"), Duration::from_millis(7));
    of_kind(Delivered { outcome, code, detail, duration })
}

#[test]
fn outcome_of_a_kind_is_judged_like_an_answer() {
    let hour = Duration::from_secs(3600);
    let table = [
        (Fate::Done, None, Verdict::Delivered, None, false),
        (Fate::Failed, Some(1146), Verdict::Refused, None, false),
        (Fate::Failed, None, Verdict::Refused, None, false),
        (Fate::Retry { after: None }, Some(503), Verdict::Retry, None, false),
        (Fate::Retry { after: None }, None, Verdict::Retry, None, true),
        (Fate::Retry { after: Some(hour) }, None, Verdict::RetrySlower, Some(hour), false),
        (
            Fate::Retry { after: Some(Duration::MAX) },
            None,
            Verdict::RetrySlower,
            Some(RETRY_AFTER_MAX),
            false,
        ),
    ];
    for (outcome, code, verdict, wish, is_slow) in table {
        let read = reading(outcome, code);
        assert_eq!((read.verdict, read.wish, read.is_slow), (verdict, wish, is_slow), "{outcome:?} {code:?}");
        assert_eq!((read.status_code, &read.response[..]), (code, &b"said"[..]));
    }
}
