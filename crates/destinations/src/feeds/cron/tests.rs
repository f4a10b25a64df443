//! Which times a schedule has, and which of them are made up for.

use std::time::Duration;

use hooktide_model::Timestamp;
use serde_json::json;

use super::clockwork::{LATE_MAX, Progress};
use super::schedule::Schedule;
use crate::seam::Policy;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The first times of a schedule after that one.
fn times(schedule: &str, after: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(schedule).unwrap();
    let mut time = at(after);
    let next = |_| {
        time = schedule.after(time).unwrap();
        time.to_string()
    };
    (0..count).map(next).collect()
}

fn assert_times(schedule: &str, after: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|text| at(text).to_string()).collect();
    assert_eq!(times(schedule, after, expected.len()), expected, "{schedule} after {after}");
}

#[test]
fn times_follow_the_calendar() {
    let table: &[(&str, &str, &[&str])] = &[
        ("0 3 * * *", "2026-11-21T03:00:00Z", &["2026-11-22T03:00:00Z", "2026-11-23T03:00:00Z"]),
        ("0 0 31 * *", "2026-01-31T00:00:00Z", &["2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"]),
        ("0 0 L * *", "2028-01-31T00:00:00Z", &["2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"]),
        ("0 0 L 2 *", "2026-01-01T00:00:00Z", &["2026-02-28T00:00:00Z", "2027-02-28T00:00:00Z"]),
        ("30 12 29 2 *", "2025-01-01T00:00:00Z", &["2028-02-29T12:30:00Z", "2032-02-29T12:30:00Z"]),
        ("59 23 31 12 *", "2026-12-31T23:59:00Z", &["2027-12-31T23:59:00Z"]),
        ("0 9 * * MON-FRI", "2026-11-20T09:00:00Z", &["2026-11-23T09:00:00Z"]),
        ("*/20 * * * *", "2026-11-21T10:45:13Z", &["2026-11-21T11:00:00Z", "2026-11-21T11:20:00Z"]),
        ("* * * * * *", "2026-02-28T23:59:59Z", &["2026-03-01T00:00:00Z", "2026-03-01T00:00:01Z"]),
        // No hour is left out or doubled where clocks of people are set.
        ("30 2 * * *", "2026-03-28T02:30:00Z", &["2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"]),
    ];
    for (schedule, after, expected) in table {
        assert_times(schedule, after, expected);
    }
}

#[test]
fn latest_time_may_be_this_second() {
    let schedule = Schedule::parse("0 3 * * *").unwrap();
    let latest = |now: &str| schedule.latest(at(now)).unwrap();
    assert_eq!(latest("2026-11-21T03:00:00.999Z"), at("2026-11-21T03:00:00Z"));
    assert_eq!(latest("2026-11-21T02:59:59.999Z"), at("2026-11-20T03:00:00Z"));
}

#[test]
fn mistakes_name_field_and_reason() {
    let mistakes = |config: serde_json::Value| {
        let mistakes = (super::KIND.check)(&config, &Policy::default()).unwrap_err();
        mistakes.into_iter().map(|mistake| (mistake.path, mistake.what)).collect::<Vec<_>>()
    };
    for schedule in ["61 * * * *", "* * *", "* * * * * * *", "0 0 * * FUN", "every day"] {
        let found = mistakes(json!({ "schedule": schedule, "payload": "{}" }));
        assert_eq!(found[0].0, "schedule", "{schedule}");
        assert!(found[0].1.contains("is not a schedule: "), "{schedule}: {found:?}");
    }
    let found = mistakes(json!({ "schedule": "0 0 30 2 *", "payload": "{" }));
    assert_eq!(found[0], ("schedule".to_owned(), "names no time that ever comes".to_owned()));
    assert_eq!(found[1].0, "payload");
    let found = mistakes(json!({ "plan": "* * * * *", "contentType": 1 }));
    let mut paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["contentType", "payload", "plan", "schedule"]);
    let plain = json!({ "schedule": "0 0 * * *", "payload": "not JSON", "contentType": "text/plain" });
    assert!((super::KIND.check)(&plain, &Policy::default()).is_ok());
    let example = serde_json::from_str(super::KIND.example).unwrap();
    assert!((super::KIND.check)(&example, &Policy::default()).is_ok());
}

fn due(schedule: &str, since: &str, done: Option<&str>, now: &str) -> Option<Timestamp> {
    let progress = Progress { since: at(since), done: done.map(at), given: None };
    progress.due(&Schedule::parse(schedule).unwrap(), at(now)).ok()
}

#[test]
fn only_the_last_missed_time_is_made_up_for() {
    let missed = due("0 * * * *", "2026-11-21T05:00:00Z", None, "2026-11-21T09:10:00Z");
    assert_eq!(missed, Some(at("2026-11-21T09:00:00Z")));
    // It was due before the source was: nothing is missed.
    assert_eq!(due("0 * * * *", "2026-11-21T09:00:01Z", None, "2026-11-21T09:10:00Z"), None);
    // A machine that slept goes on with the last time, too.
    let slept =
        due("* * * * *", "2026-11-21T05:00:00Z", Some("2026-11-21T05:00:00Z"), "2026-11-21T09:10:30Z");
    assert_eq!(slept, Some(at("2026-11-21T09:10:00Z")));
}

#[test]
fn slow_commits_drop_no_time() {
    let schedule = "*/5 * * * * *";
    let done = "2026-11-21T05:00:00Z";
    let next = due(schedule, "2026-11-21T04:00:00Z", Some(done), "2026-11-21T05:00:31Z");
    assert_eq!(next, Some(at("2026-11-21T05:00:05Z")));
    assert!(LATE_MAX >= Duration::from_secs(31));
}

#[test]
fn time_that_is_done_does_not_come_again() {
    let since = "2026-11-21T04:00:00Z";
    assert_eq!(due("0 * * * *", since, Some("2026-11-21T05:00:00Z"), "2026-11-21T05:00:00Z"), None);
    // The clock went back.
    assert_eq!(due("0 * * * *", since, Some("2026-11-21T05:00:00Z"), "2026-11-21T04:30:00Z"), None);
    assert_eq!(
        due("0 * * * *", since, Some("2026-11-21T05:00:00Z"), "2026-11-21T06:00:00Z"),
        Some(at("2026-11-21T06:00:00Z"))
    );
}
