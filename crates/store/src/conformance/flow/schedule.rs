//! Claims about the schedule.

use std::time::Duration;

use hooktide_model::{AttemptStatus, Trigger};

use super::super::harness::{Harness, by_hand, eventually};
use crate::{DeliverySource, Placement};

pub(super) async fn due_rows_come_in_order_up_to_the_limit(harness: &Harness) {
    let (app, endpoint, other) = (harness.seq(), harness.seq(), harness.seq());
    let start = harness.now();
    let mut wanted = Vec::new();
    // Due in another order than accepted, over several segments, beside another endpoint's rows.
    for number in 0..30_u64 {
        let due = start.plus(Duration::from_secs((number * 7) % 30 + 1));
        wanted.push((due, harness.accept_to(app, endpoint, Placement::scheduled(due)).await));
        harness.accept_to(app, other, Placement::scheduled(start)).await;
    }
    wanted.sort_unstable();
    let (none, next) = harness.due(endpoint, 10).await;
    assert!(none.is_empty(), "nothing is due before its time");
    assert_eq!(next, Some(wanted[0].0));
    harness.clock.advance(Duration::from_secs(20));
    let now = harness.now();
    let ready = wanted.iter().take_while(|(due, _)| *due <= now).count();
    for limit in [1, 3, 10, ready, 100] {
        let (found, next) = harness.due(endpoint, limit).await;
        let found: Vec<_> = found.iter().map(|due| (due.row.due, due.message.seq())).collect();
        let count = limit.min(ready);
        assert_eq!(found, wanted[..count], "limit {limit}");
        assert_eq!(next, wanted.get(count).map(|(due, _)| *due), "limit {limit}");
    }
    assert_eq!(harness.store().scheduled_count(), 60);
    assert_eq!(harness.scheduled_endpoints().await, vec![(endpoint, wanted[0].0), (other, start)]);
}

pub(super) async fn outcome_ends_its_row_however_old(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let due = harness.now();
    let mut messages = Vec::new();
    for _ in 0..12 {
        messages.push(harness.accept_to(app, endpoint, Placement::scheduled(due)).await);
    }
    let mut left = messages.clone();
    while !left.is_empty() {
        let rows = harness.due_rows(endpoint).await;
        assert_eq!(rows.iter().map(|(message, _)| *message).collect::<Vec<_>>(), left);
        let (message, row) = rows[0];
        harness.record(harness.outcome(message, endpoint, DeliverySource::Schedule(row))).await;
        left.retain(|other| *other != message);
        assert_eq!(harness.due_messages(endpoint).await, left, "an ended row is not seen again");
        assert_eq!(harness.store().scheduled_count(), left.len() as u64);
        harness.fill(5).await;
        // Whatever is put off until later happens now and then.
        harness.clock.advance(Duration::from_millis(300));
        match left.len() {
            8 => harness.reopen().await,
            4 => harness.kill().await,
            _ => {}
        }
    }
    assert!(harness.scheduled_endpoints().await.is_empty());
    harness.reopen().await;
    assert_eq!(harness.store().scheduled_count(), 0);
}

pub(super) async fn failure_leaves_exactly_one_row(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let message = harness.accept_to(app, endpoint, Placement::scheduled(harness.now())).await;
    for tries in 0..6_u16 {
        let (found, next) = harness.due(endpoint, 10).await;
        assert_eq!((found.len(), next), (1, None), "after {tries} tries");
        assert_eq!(
            (found[0].tries, found[0].trigger, found[0].message.seq()),
            (tries, Trigger::Scheduled, message)
        );
        let wait = Duration::from_secs(10);
        let source = DeliverySource::Schedule(found[0].row);
        let mut failure = harness.failure(message, endpoint, source, Some(wait));
        failure.attempt.number = tries + 1;
        harness.record(failure).await;
        assert_eq!(harness.store().scheduled_count(), 1);
        assert_eq!(harness.due(endpoint, 10).await.1, Some(harness.now().plus(wait)));
        harness.fill(9).await;
        harness.clock.advance(wait);
        match tries {
            2 => harness.reopen().await,
            4 => harness.kill().await,
            _ => {}
        }
    }
    let rows = harness.due_rows(endpoint).await;
    harness.record(harness.failure(message, endpoint, DeliverySource::Schedule(rows[0].1), None)).await;
    assert_eq!((harness.due_rows(endpoint).await.len(), harness.store().scheduled_count()), (0, 0));
}

pub(super) async fn lane_delivery_is_in_the_schedule_only_once_it_failed(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let good = harness.accept_to(app, endpoint, Placement::Lane).await;
    let bad = harness.accept_to(app, endpoint, Placement::Lane).await;
    assert_eq!(harness.store().scheduled_count(), 0);
    assert!(harness.due_rows(endpoint).await.is_empty());
    harness.record(harness.outcome(good, endpoint, DeliverySource::Lane)).await;
    harness.record(harness.failure(bad, endpoint, DeliverySource::Lane, Some(Duration::from_secs(5)))).await;
    assert_eq!(harness.store().scheduled_count(), 1);
    harness.clock.advance(Duration::from_secs(5));
    assert_eq!(harness.due_messages(endpoint).await, vec![bad]);
}

pub(super) async fn delivery_that_waits_long_in_memory_is_ended_by_its_outcome(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let mut messages = Vec::new();
    for _ in 0..10 {
        messages.push(harness.accept_to(app, endpoint, Placement::Lane).await);
    }
    harness.clock.advance(Duration::from_secs(3600));
    harness.fill(10).await;
    // A store may give such deliveries rows. Whether it does or not, their outcomes end them.
    for (number, message) in messages.iter().enumerate() {
        let mut outcome = harness.outcome(*message, endpoint, DeliverySource::Lane);
        if number % 2 == 1 {
            outcome =
                harness.failure(*message, endpoint, DeliverySource::Lane, Some(Duration::from_secs(60)));
            outcome.attempt.status = AttemptStatus::Fail;
        }
        harness.record(outcome).await;
        harness.fill(3).await;
    }
    assert!(harness.due_messages(endpoint).await.is_empty());
    assert_eq!(harness.store().scheduled_count(), 5);
    harness.kill().await;
    assert!(harness.due_messages(endpoint).await.is_empty());
    harness.clock.advance(Duration::from_secs(60));
    let failed: Vec<_> = messages.iter().skip(1).step_by(2).copied().collect();
    assert_eq!(harness.due_messages(endpoint).await, failed);
}

pub(super) async fn rows_of_the_same_moment_stay_apart(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let message = harness.accept_to(app, endpoint, Placement::Lane).await;
    harness.record(harness.outcome(message, endpoint, DeliverySource::Lane)).await;
    for due in [harness.now(), hooktide_model::Timestamp::MAX] {
        for _ in 0..3 {
            let scheduled = harness.store().schedule(by_hand(message, endpoint, due), None).await;
            scheduled.expect("a resend is scheduled");
        }
    }
    harness.clock.advance(Duration::from_millis(10));
    let rows = harness.due_rows(endpoint).await;
    assert_eq!((rows.len(), harness.store().scheduled_count()), (3, 6));
    let mut resend = harness.outcome(message, endpoint, DeliverySource::Schedule(rows[1].1));
    resend.attempt.trigger = Trigger::Manual;
    harness.record(resend).await;
    assert_eq!(harness.due_rows(endpoint).await, vec![rows[0], rows[2]]);
    eventually("the count follows", || async { harness.store().scheduled_count() == 5 }).await;
}
