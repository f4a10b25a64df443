//! Claims about where deliveries stand.

use std::time::Duration;

use hooktide_model::{AttemptStatus, DeliveryState, DeliveryStatus, Seq, Timestamp, Trigger};

use super::super::harness::{Harness, by_hand};
use super::model::{assert_pages, first_page};
use crate::{DeliverySource, Placement, Target};

async fn state(harness: &Harness, message: Seq, endpoint: Seq) -> (DeliveryStatus, Option<Timestamp>) {
    let id = harness.store().mint().id(message);
    let page = harness.store().deliveries(id, first_page()).await.expect("deliveries are read");
    let endpoint = harness.endpoint_id(endpoint);
    let found =
        page.data.iter().find(|state| state.endpoint == endpoint).expect("the message goes to the endpoint");
    (found.status, found.next_attempt_at)
}

pub(super) async fn delivery_goes_through_its_states(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let mut messages = Vec::new();
    for _ in 0..4 {
        messages.push(harness.accept_to(app, endpoint, Placement::Lane).await);
    }
    let [good, retried, exhausted, canceled] = messages[..] else { unreachable!("four were accepted") };
    for message in &messages {
        assert_eq!(state(harness, *message, endpoint).await, (DeliveryStatus::Pending, None));
    }
    let wait = Duration::from_secs(5);
    harness.record(harness.outcome(good, endpoint, DeliverySource::Lane)).await;
    harness.record(harness.failure(retried, endpoint, DeliverySource::Lane, Some(wait))).await;
    harness.record(harness.failure(exhausted, endpoint, DeliverySource::Lane, None)).await;
    let mut outcome = harness.failure(canceled, endpoint, DeliverySource::Lane, None);
    outcome.attempt.status = AttemptStatus::Canceled;
    harness.record(outcome).await;
    let due = harness.now().plus(wait);
    for round in 0..3 {
        assert_eq!(state(harness, good, endpoint).await, (DeliveryStatus::Success, None), "round {round}");
        assert_eq!(
            state(harness, retried, endpoint).await,
            (DeliveryStatus::Sending, Some(due)),
            "round {round}"
        );
        assert_eq!(state(harness, exhausted, endpoint).await, (DeliveryStatus::Fail, None), "round {round}");
        assert_eq!(
            state(harness, canceled, endpoint).await,
            (DeliveryStatus::Canceled, None),
            "round {round}"
        );
        harness.fill(20).await;
        if round == 1 {
            harness.kill().await;
        }
    }
    harness.clock.advance(wait);
    let rows = harness.due_rows(endpoint).await;
    harness.record(harness.outcome(retried, endpoint, DeliverySource::Schedule(rows[0].1))).await;
    assert_eq!(state(harness, retried, endpoint).await, (DeliveryStatus::Success, None));
}

pub(super) async fn resend_changes_the_state_only_by_succeeding(harness: &Harness) {
    let (app, endpoint) = (harness.seq(), harness.seq());
    let message = harness.accept_to(app, endpoint, Placement::Lane).await;
    let wait = Duration::from_secs(600);
    harness.record(harness.failure(message, endpoint, DeliverySource::Lane, Some(wait))).await;
    let due = harness.now().plus(wait);
    let schedule = async || {
        let scheduled = harness.store().schedule(by_hand(message, endpoint, harness.now()), None).await;
        scheduled.expect("a resend is scheduled");
        harness.clock.advance(Duration::from_secs(1));
        harness.due_rows(endpoint).await[0].1
    };
    let mut resend = harness.failure(message, endpoint, DeliverySource::Schedule(schedule().await), None);
    resend.attempt.trigger = Trigger::Manual;
    harness.record(resend).await;
    harness.fill(10).await;
    let waits = (DeliveryStatus::Sending, Some(due));
    assert_eq!(state(harness, message, endpoint).await, waits, "its own next try is still due");
    let mut resend = harness.outcome(message, endpoint, DeliverySource::Schedule(schedule().await));
    resend.attempt.trigger = Trigger::Manual;
    harness.record(resend).await;
    assert_eq!(state(harness, message, endpoint).await, (DeliveryStatus::Success, None));
}

pub(super) async fn deliveries_are_paged_by_endpoint(harness: &Harness) {
    let mut message = harness.message(harness.seq());
    let endpoints: Vec<Seq> = (0..25).map(|_| harness.seq()).collect();
    for endpoint in &endpoints {
        message.targets.push(Target { endpoint: *endpoint, placement: Placement::Lane });
    }
    let id = harness.accept(message).await.id;
    harness.record(harness.outcome(id.seq(), endpoints[3], DeliverySource::Lane)).await;
    harness.fill(20).await;
    let wanted: Vec<_> = endpoints.iter().map(|endpoint| harness.endpoint_id(*endpoint)).collect();
    assert_pages(
        "deliveries",
        &wanted,
        |state: &DeliveryState| state.endpoint,
        async |page| harness.store().deliveries(id, page).await.expect("deliveries are read"),
    )
    .await;
}
