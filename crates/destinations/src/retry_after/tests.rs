//! Table and property tests of the `Retry-After` reader.

use proptest::prelude::*;

use super::*;

/// 2015-10-21T07:27:00Z.
const NOW: i64 = 1_445_412_420;

fn seconds(value: &str) -> Option<u64> {
    parse_retry_after(value.as_bytes(), NOW).map(|wait| wait.as_secs())
}

#[test]
fn seconds_are_read_and_fractions_round_up() {
    let table = [("0", 0), ("120", 120), (" 7 ", 7), ("1.0", 1), ("1.5", 2), ("0.001", 1), ("0007", 7)];
    for (value, expected) in table {
        assert_eq!(seconds(value), Some(expected), "{value:?}");
    }
}

#[test]
fn long_waits_are_clamped_to_a_day() {
    let nines = "9".repeat(100);
    for value in
        ["86400", "86401", "1000000000", "9223372036854775808", "18446744073709551616", "1.9e", &nines]
    {
        let expected = if value == "1.9e" { None } else { Some(86_400) };
        assert_eq!(seconds(value), expected, "{value:?}");
    }
    assert_eq!(seconds("Thu, 31 Dec 9998 23:59:59 GMT"), Some(86_400));
}

#[test]
fn all_three_date_forms_are_read() {
    for value in [
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +0000",
        "Wed, 21 Oct 2015 09:28:00 +0200",
        "Wednesday, 21-Oct-15 07:28:00 GMT",
        "Wed Oct 21 07:28:00 2015",
    ] {
        assert_eq!(seconds(value), Some(60), "{value:?}");
    }
}

#[test]
fn a_past_date_is_no_wait() {
    assert_eq!(seconds("Wed, 21 Oct 2015 07:26:59 GMT"), Some(0));
    assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
}

#[test]
fn what_is_no_wait_is_ignored() {
    let comments = "(".repeat(65_536);
    for value in [
        "",
        " ",
        "-1",
        "+1",
        "1e9",
        "1e400",
        "inf",
        "NaN",
        "1.",
        ".5",
        "1.2.3",
        "0x10",
        "1 2",
        "١٢",
        "Wed, 31 Feb 2015 07:28:00 GMT",
        "Thu, 21 Oct 2015 07:28:00 GMT",
        "soon",
        "1, 2",
        &comments,
        // Past the last instant that the date library can hold.
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        assert_eq!(seconds(value), None, "{:?}", &value[..value.len().min(40)]);
    }
    assert_eq!(parse_retry_after(b"\xff\xfe", NOW), None);
}

proptest! {
    #[test]
    fn any_bytes_give_a_bounded_wait_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200), now: i64) {
        if let Some(wait) = parse_retry_after(&bytes, now) {
            prop_assert!(wait <= RETRY_AFTER_MAX);
        }
    }

    #[test]
    fn date_like_text_never_panics(text in "[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} ?[A-Z+-]{0,3}[0-9]{0,4}", now: i64) {
        if let Some(wait) = parse_retry_after(text.as_bytes(), now) {
            prop_assert!(wait <= RETRY_AFTER_MAX);
        }
    }
}
