//! Claims about lists and counts: over many segments and with any filter they are those of the naive model.

use hooktide_model::{AttemptStatus, DeliveryStatus, MessageId, Timestamp};

use super::super::harness::{Dice, Harness};
use super::model::{
    Model, assert_pages, assert_same, attempt_filter, attempt_fits, message_filter, message_fits,
};
use crate::{AttemptFilter, MessageFilter};

/// Filters tried per list.
const FILTERS: usize = 12;

pub(super) async fn messages_are_listed_as_in_a_naive_model(harness: &Harness) {
    let mut dice = Dice(harness.seed);
    let model = Model::build(harness, &mut dice).await;
    for number in 0..FILTERS {
        let app = model.apps[dice.roll(2)];
        let filter = message_filter(&model, &mut dice);
        let fitting = model
            .messages
            .iter()
            .filter(|accepted| accepted.new.app == app && message_fits(accepted, &filter));
        let wanted: Vec<MessageId> = fitting.map(|accepted| accepted.id).collect();
        let place = format!("seed {}, filter {filter:?}", harness.seed);
        assert_pages(
            &place,
            &wanted,
            |message: &hooktide_model::Message| message.id,
            async |page| {
                let filter = MessageFilter { page, ..filter.clone() };
                let page = harness
                    .store()
                    .messages(harness.app_id(app), filter.clone())
                    .await
                    .expect("a list is read");
                for message in &page.data {
                    assert_same(message, model.accepted(message.seq()), filter.with_payload);
                }
                page
            },
        )
        .await;
        reopen_halfway(harness, number).await;
    }
}

/// What is only in memory and what is read from the disk must answer alike.
async fn reopen_halfway(harness: &Harness, number: usize) {
    if number == FILTERS / 2 {
        harness.reopen().await;
    }
}

pub(super) async fn attempts_of_an_endpoint_are_listed_as_in_a_naive_model(harness: &Harness) {
    let mut dice = Dice(harness.seed);
    let model = Model::build(harness, &mut dice).await;
    for number in 0..FILTERS {
        let endpoint = model.endpoints[dice.roll(3)];
        let filter = attempt_filter(&model, &mut dice);
        let fitting =
            model.outcomes.iter().filter(|outcome| attempt_fits(&model, outcome, Some(endpoint), &filter));
        let wanted: Vec<_> = fitting.map(|outcome| harness.store().mint().id(outcome.attempt.seq)).collect();
        let place = format!("seed {}, filter {filter:?}", harness.seed);
        assert_pages(
            &place,
            &wanted,
            |listed: &crate::ListedAttempt| listed.attempt.id,
            async |page| {
                let filter = AttemptFilter { page, ..filter.clone() };
                let endpoint = harness.endpoint_id(endpoint);
                let page = harness
                    .store()
                    .attempts_of_endpoint(endpoint, filter.clone())
                    .await
                    .expect("a list is read");
                page.data.iter().for_each(|listed| assert_attempt(&model, listed, filter.with_message));
                page
            },
        )
        .await;
        reopen_halfway(harness, number).await;
    }
}

fn assert_attempt(model: &Model, listed: &crate::ListedAttempt, with_message: bool) {
    let attempt = &listed.attempt;
    let seq = attempt.id.seq();
    let outcome =
        model.outcomes.iter().find(|outcome| outcome.attempt.seq == seq).expect("the model has the attempt");
    assert_eq!((attempt.message.seq(), attempt.endpoint.seq()), (outcome.message, outcome.endpoint));
    let wanted = &outcome.attempt;
    assert_eq!(
        (attempt.number, attempt.trigger, attempt.status),
        (wanted.number, wanted.trigger, wanted.status)
    );
    assert_eq!((attempt.status_code, attempt.duration_ms), (wanted.status_code, wanted.duration_ms));
    assert_eq!((&*attempt.url, attempt.response.as_ref()), (&*wanted.url, Some(&wanted.response)));
    assert_eq!(listed.message.is_some(), with_message);
    if let Some(message) = &listed.message {
        assert_same(message, model.accepted(outcome.message), true);
    }
}

pub(super) async fn attempts_of_a_message_are_listed_as_in_a_naive_model(harness: &Harness) {
    let mut dice = Dice(harness.seed);
    let model = Model::build(harness, &mut dice).await;
    for number in 0..FILTERS {
        let message = model.outcomes[dice.roll(model.outcomes.len())].message;
        let endpoint = model.endpoints.get(dice.roll(6)).copied();
        let filter = AttemptFilter {
            endpoint: endpoint.map(|endpoint| harness.endpoint_id(endpoint)),
            ..attempt_filter(&model, &mut dice)
        };
        let of_message = model.outcomes.iter().filter(|outcome| outcome.message == message);
        let fitting = of_message.filter(|outcome| attempt_fits(&model, outcome, endpoint, &filter));
        let wanted: Vec<_> = fitting.map(|outcome| harness.store().mint().id(outcome.attempt.seq)).collect();
        let place = format!("seed {}, filter {filter:?}", harness.seed);
        assert_pages(
            &place,
            &wanted,
            |listed: &crate::ListedAttempt| listed.attempt.id,
            async |page| {
                let filter = AttemptFilter { page, ..filter.clone() };
                let message = harness.store().mint().id(message);
                let page = harness
                    .store()
                    .attempts_of_message(message, filter.clone())
                    .await
                    .expect("a list is read");
                page.data.iter().for_each(|listed| assert_attempt(&model, listed, filter.with_message));
                page
            },
        )
        .await;
        reopen_halfway(harness, number).await;
    }
}

pub(super) async fn messages_of_an_endpoint_are_listed_as_in_a_naive_model(harness: &Harness) {
    let mut dice = Dice(harness.seed);
    let model = Model::build(harness, &mut dice).await;
    for number in 0..FILTERS {
        let endpoint = model.endpoints[dice.roll(3)];
        let statuses = [
            DeliveryStatus::Success,
            DeliveryStatus::Fail,
            DeliveryStatus::Sending,
            DeliveryStatus::Canceled,
        ];
        let status = statuses.get(dice.roll(8)).copied();
        let filter = message_filter(&model, &mut dice);
        let fitting = model.messages.iter().filter(|accepted| message_fits(accepted, &filter));
        let tried =
            fitting.filter_map(|accepted| Some((accepted.id, standing(&model, accepted.id, endpoint)?)));
        let wanted: Vec<_> =
            tried.filter(|(_, stands)| status.is_none_or(|status| status == *stands)).collect();
        let ids: Vec<MessageId> = wanted.iter().map(|(id, _)| *id).collect();
        let place = format!("seed {}, status {status:?}, filter {filter:?}", harness.seed);
        assert_pages(
            &place,
            &ids,
            |listed: &crate::ListedMessage| listed.message.id,
            async |page| {
                let filter = MessageFilter { page, ..filter.clone() };
                let endpoint = harness.endpoint_id(endpoint);
                let page = harness.store().messages_of_endpoint(endpoint, status, filter.clone()).await;
                let page = page.expect("a list is read");
                for listed in &page.data {
                    assert_same(&listed.message, model.accepted(listed.message.seq()), filter.with_payload);
                    assert!(wanted.contains(&(listed.message.id, listed.status)), "{place}");
                    assert_eq!(listed.next_attempt_at.is_some(), listed.status == DeliveryStatus::Sending);
                }
                page
            },
        )
        .await;
        reopen_halfway(harness, number).await;
    }
}

/// Where a delivery stands by the model, if it was tried. The model tries each delivery once.
fn standing(model: &Model, message: MessageId, endpoint: hooktide_model::Seq) -> Option<DeliveryStatus> {
    let mut outcomes = model.outcomes.iter();
    let tried = outcomes.find(|outcome| outcome.message == message.seq() && outcome.endpoint == endpoint)?;
    Some(match (tried.attempt.status, tried.next_due) {
        (AttemptStatus::Success, _) => DeliveryStatus::Success,
        (_, Some(_)) => DeliveryStatus::Sending,
        (AttemptStatus::Canceled, None) => DeliveryStatus::Canceled,
        (AttemptStatus::Fail, None) => DeliveryStatus::Fail,
    })
}

pub(super) async fn counts_are_those_of_a_naive_model(harness: &Harness) {
    let mut dice = Dice(harness.seed);
    let model = Model::build(harness, &mut dice).await;
    let time = |dice: &mut Dice| model.outcomes[dice.roll(model.outcomes.len())].attempt.seq.time();
    for number in 0..FILTERS {
        let endpoint = model.endpoints[dice.roll(3)];
        let (since, until) = match number {
            0 => (Timestamp::EPOCH, Timestamp::MAX),
            _ => (time(&mut dice), time(&mut dice)),
        };
        let found = harness.store().attempt_counts(harness.endpoint_id(endpoint), since, until).await;
        let found = found.expect("attempts are counted");
        let here = || model.outcomes.iter().filter(|outcome| outcome.endpoint == endpoint);
        let count = |status| {
            let inside = |time: Timestamp| since <= time && time <= until;
            here()
                .filter(|outcome| outcome.attempt.status == status && inside(outcome.attempt.seq.time()))
                .count() as u64
        };
        let place = format!("seed {}, {since} to {until}", harness.seed);
        assert_eq!(found.success, count(AttemptStatus::Success), "{place}");
        assert_eq!(found.fail, count(AttemptStatus::Fail), "{place}");
        assert_eq!(found.canceled, count(AttemptStatus::Canceled), "{place}");
        assert_eq!(
            found.sending,
            here().filter(|outcome| outcome.next_due.is_some()).count() as u64,
            "{place}"
        );
        if number == FILTERS / 2 {
            harness.kill().await;
        }
    }
}
