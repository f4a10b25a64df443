//! Claims about what the next start finds after a kill.

use std::time::Duration;

use hooktide_model::{Seq, Trigger};

use super::super::harness::{Harness, by_hand, eventually};
use crate::{DeliverySource, Placement, Target};

pub(super) async fn deliveries_in_memory_come_back_after_a_kill(harness: &Harness) {
    let (app, first, second) = (harness.seq(), harness.seq(), harness.seq());
    let (mut open_at_first, mut open_at_second) = (Vec::new(), Vec::new());
    for number in 0..40 {
        let mut message = harness.message(app);
        for endpoint in [first, second] {
            message.targets.push(Target { endpoint, placement: Placement::Lane });
        }
        let message = harness.accept(message).await.id.seq();
        match number % 4 {
            0 => harness.record(harness.outcome(message, first, DeliverySource::Lane)).await,
            1 => {
                let wait = Some(Duration::from_secs(9999));
                harness.record(harness.failure(message, first, DeliverySource::Lane, wait)).await;
            }
            2 => harness.record(harness.failure(message, first, DeliverySource::Lane, None)).await,
            _ => open_at_first.push(message),
        }
        open_at_second.push(message);
        harness.clock.advance(Duration::from_millis(130));
    }
    for _ in 0..2 {
        harness.kill().await;
        assert_eq!(harness.due_messages(first).await, open_at_first);
        assert_eq!(harness.due_messages(second).await, open_at_second, "every target, and each once");
        assert_eq!(harness.store().scheduled_count(), 10 + 40 + 10);
    }
    for (message, row) in harness.due_rows(first).await {
        harness.record(harness.outcome(message, first, DeliverySource::Schedule(row))).await;
    }
    harness.kill().await;
    assert!(harness.due_messages(first).await.is_empty());
    assert_eq!(harness.store().scheduled_count(), 10 + 40);
}

pub(super) async fn ended_row_of_an_older_segment_stays_ended_after_a_kill(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let due = harness.now();
    let mut messages = Vec::new();
    for _ in 0..10 {
        messages.push(harness.accept_to(app, endpoint, Placement::scheduled(due)).await);
    }
    harness.fill(40).await;
    let rows = harness.due_rows(endpoint).await;
    for (number, (message, row)) in rows.iter().enumerate() {
        let source = DeliverySource::Schedule(*row);
        if number % 2 == 0 {
            harness.record(harness.outcome(*message, endpoint, source)).await;
        } else {
            harness.record(harness.failure(*message, endpoint, source, Some(Duration::from_secs(60)))).await;
        }
    }
    // The clock stood still, so whatever the store puts off has not happened.
    for round in 0..3 {
        harness.kill().await;
        assert!(harness.due_messages(endpoint).await.is_empty(), "round {round}");
        assert_eq!(harness.store().scheduled_count(), 5, "round {round}");
        assert_eq!(harness.scheduled_endpoints().await, vec![(endpoint, due.plus(Duration::from_secs(60)))]);
        harness.fill(10).await;
    }
    harness.clock.advance(Duration::from_secs(60));
    let failed: Vec<Seq> = messages.iter().skip(1).step_by(2).copied().collect();
    assert_eq!(harness.due_messages(endpoint).await, failed);
}

pub(super) async fn resend_that_ended_leaves_the_first_delivery(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let message = harness.accept_to(app, endpoint, Placement::Lane).await;
    let scheduled = harness.store().schedule(by_hand(message, endpoint, harness.now()), None).await;
    scheduled.expect("a resend is scheduled");
    let rows = harness.due_rows(endpoint).await;
    assert_eq!(rows.len(), 1);
    let mut resend = harness.outcome(message, endpoint, DeliverySource::Schedule(rows[0].1));
    resend.attempt.trigger = Trigger::Manual;
    harness.record(resend).await;
    // Long enough for the store to note how far everything has ended.
    harness.clock.advance(Duration::from_millis(1500));
    harness.fill(20).await;
    harness.kill().await;
    let (due, _) = harness.due(endpoint, 10).await;
    let found: Vec<_> = due.iter().map(|due| (due.message.seq(), due.trigger, due.tries)).collect();
    assert_eq!(found, vec![(message, Trigger::Scheduled, 0)], "the first delivery was never tried");
}

pub(super) async fn of_two_resends_the_open_one_stays_after_a_kill(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let message = harness.accept_to(app, endpoint, Placement::Lane).await;
    harness.record(harness.outcome(message, endpoint, DeliverySource::Lane)).await;
    for _ in 0..2 {
        let scheduled = harness.store().schedule(by_hand(message, endpoint, harness.now()), None).await;
        scheduled.expect("a resend is scheduled");
        harness.clock.advance(Duration::from_millis(50));
    }
    harness.fill(30).await;
    let rows = harness.due_rows(endpoint).await;
    assert_eq!(rows.len(), 2);
    let mut resend = harness.outcome(message, endpoint, DeliverySource::Schedule(rows[1].1));
    resend.attempt.trigger = Trigger::Manual;
    harness.record(resend).await;
    harness.kill().await;
    assert_eq!(harness.due_rows(endpoint).await, vec![rows[0]], "the other resend has not been served");
}

pub(super) async fn close_puts_deliveries_in_memory_into_the_schedule(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let mut messages = Vec::new();
    for _ in 0..20 {
        messages.push(harness.accept_to(app, endpoint, Placement::Lane).await);
    }
    harness.record(harness.outcome(messages.remove(3), endpoint, DeliverySource::Lane)).await;
    harness.reopen().await;
    assert_eq!(harness.due_messages(endpoint).await, messages);
    harness.kill().await;
    assert_eq!(harness.due_messages(endpoint).await, messages, "and not once more");
}

pub(super) async fn killed_again_while_recovering_doubles_nothing(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let mut messages = Vec::new();
    for round in 0..6 {
        messages.push(harness.accept_to(app, endpoint, Placement::Lane).await);
        let late = harness.accept_to(app, endpoint, Placement::Lane).await;
        if round % 2 == 0 {
            // Both have rows now, as far as the store gives rows to what waits long.
            harness.clock.advance(Duration::from_secs(5));
            harness.fill(8).await;
            let rows = || async { harness.due_messages(endpoint).await.contains(&late) };
            eventually("what waits long has a row", rows).await;
        }
        harness.record(harness.outcome(late, endpoint, DeliverySource::Lane)).await;
        harness.kill().await;
        harness.kill().await;
        assert_eq!(harness.due_messages(endpoint).await, messages, "round {round}");
    }
    assert_eq!(harness.store().scheduled_count(), messages.len() as u64);
}
