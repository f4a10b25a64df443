//! A naive model of history: everything in vectors, every list a filter over all of it.

use std::time::Duration;

use hooktide_model::{
    AttemptStatus, Channel, EventTypeName, Message, MessageId, Order, Page, PageRequest, Seq, Tag, Timestamp,
    Trigger,
};

use super::super::harness::{Dice, Harness};
use crate::{AttemptFilter, DeliverySource, MessageFilter, NewMessage, Outcome, Placement, Target};

/// Messages in the model.
const MESSAGES: usize = 60;

pub(super) const TYPES: [&str; 3] = ["invoice.paid", "invoice.sent", "user.created"];
pub(super) const LABELS: [&str; 3] = ["red", "green", "blue"];

/// A message as it was accepted.
pub(super) struct Accepted {
    pub(super) id: MessageId,
    pub(super) new: NewMessage,
}

/// Everything that was stored.
pub(super) struct Model {
    pub(super) apps: [Seq; 2],
    pub(super) endpoints: [Seq; 3],
    pub(super) messages: Vec<Accepted>,
    pub(super) outcomes: Vec<Outcome>,
}

impl Model {
    /// Store messages and attempts at random, and remember all of them.
    pub(super) async fn build(harness: &Harness, dice: &mut Dice) -> Self {
        let apps = [harness.seq(), harness.seq()];
        let endpoints = [harness.seq(), harness.seq(), harness.seq()];
        let mut model = Self { apps, endpoints, messages: Vec::new(), outcomes: Vec::new() };
        let mut open: Vec<(Seq, Seq)> = Vec::new();
        for _ in 0..MESSAGES {
            let new = model.message(harness, dice);
            let id = harness.accept(new.clone()).await.id;
            open.extend(new.targets.iter().map(|target| (id.seq(), target.endpoint)));
            model.messages.push(Accepted { id, new });
            harness.clock.advance(Duration::from_millis(dice.roll(40) as u64));
            // Late attempts too: any open delivery may be next.
            while !open.is_empty() && dice.roll(2) == 0 {
                let (message, endpoint) = open.swap_remove(dice.roll(open.len()));
                let outcome = random_outcome(harness, dice, message, endpoint);
                harness.record(outcome.clone()).await;
                model.outcomes.push(outcome);
            }
        }
        model.outcomes.sort_by_key(|outcome| outcome.attempt.seq);
        model
    }

    fn message(&self, harness: &Harness, dice: &mut Dice) -> NewMessage {
        let mut message = harness.message(self.apps[usize::from(dice.roll(4) == 0)]);
        message.event_type = EventTypeName::trusted(TYPES[dice.roll(3)]);
        message.channels =
            LABELS.iter().filter(|_| dice.roll(3) == 0).map(|label| Channel::trusted(label)).collect();
        message.tags = LABELS.iter().filter(|_| dice.roll(3) == 0).map(|label| Tag::trusted(label)).collect();
        for endpoint in self.endpoints.into_iter().filter(|_| dice.roll(3) > 0) {
            message.targets.push(Target { endpoint, placement: Placement::Lane });
        }
        message
    }

    pub(super) fn accepted(&self, message: Seq) -> &Accepted {
        self.messages
            .iter()
            .find(|accepted| accepted.id.seq() == message)
            .expect("the model knows its messages")
    }
}

fn random_outcome(harness: &Harness, dice: &mut Dice, message: Seq, endpoint: Seq) -> Outcome {
    let mut outcome = harness.outcome(message, endpoint, DeliverySource::Lane);
    let (status, code) = [
        (AttemptStatus::Success, 200),
        (AttemptStatus::Success, 204),
        (AttemptStatus::Fail, 0),
        (AttemptStatus::Fail, 404),
        (AttemptStatus::Fail, 503),
        (AttemptStatus::Canceled, 0),
    ][dice.roll(6)];
    outcome.attempt.status = status;
    outcome.attempt.status_code = code;
    outcome.attempt.trigger = if dice.roll(5) == 0 { Trigger::Manual } else { Trigger::Scheduled };
    let is_retried = status == AttemptStatus::Fail && dice.roll(2) == 0;
    outcome.next_due = is_retried.then(|| harness.now().plus(Duration::from_secs(5)));
    outcome
}

fn in_window(shown: Timestamp, after: Option<Timestamp>, before: Option<Timestamp>) -> bool {
    after.is_none_or(|after| shown > after) && before.is_none_or(|before| shown < before)
}

fn has_labels(
    message: &NewMessage,
    types: &[EventTypeName],
    channel: Option<&Channel>,
    tag: Option<&Tag>,
) -> bool {
    (types.is_empty() || types.contains(&message.event_type))
        && channel.is_none_or(|channel| message.channels.contains(channel))
        && tag.is_none_or(|tag| message.tags.contains(tag))
}

pub(super) fn message_fits(accepted: &Accepted, filter: &MessageFilter) -> bool {
    in_window(accepted.id.seq().time(), filter.after, filter.before)
        && has_labels(&accepted.new, &filter.event_types, filter.channel.as_ref(), filter.tag.as_ref())
}

pub(super) fn attempt_fits(
    model: &Model,
    outcome: &Outcome,
    endpoint: Option<Seq>,
    filter: &AttemptFilter,
) -> bool {
    let message = &model.accepted(outcome.message).new;
    in_window(outcome.attempt.seq.time(), filter.after, filter.before)
        && has_labels(message, &filter.event_types, filter.channel.as_ref(), filter.tag.as_ref())
        && filter.status.is_none_or(|status| status == outcome.attempt.status)
        && filter.status_code_class.is_none_or(|class| outcome.attempt.status_code / 100 * 100 == class)
        && endpoint.is_none_or(|endpoint| endpoint == outcome.endpoint)
}

/// A first page of everything.
pub(super) fn first_page<K>() -> PageRequest<K> {
    PageRequest { limit: 5, order: Order::Descending, cursor: None, backwards: false }
}

/// A random window, type, channel and tag; each half of the time.
pub(super) fn message_filter(model: &Model, dice: &mut Dice) -> MessageFilter {
    let time = |dice: &mut Dice| {
        let at = model.messages[dice.roll(model.messages.len())].id.seq().time();
        (dice.roll(3) == 0).then(|| Timestamp::from_unix_ms(at.unix_ms() + dice.roll(9) as i64 - 4))
    };
    let types = TYPES.iter().filter(|_| dice.roll(3) == 0).map(|name| EventTypeName::trusted(name)).collect();
    MessageFilter {
        page: first_page(),
        before: time(dice),
        after: time(dice),
        event_types: types,
        channel: (dice.roll(3) == 0).then(|| Channel::trusted(LABELS[dice.roll(3)])),
        tag: (dice.roll(3) == 0).then(|| Tag::trusted(LABELS[dice.roll(3)])),
        with_payload: dice.roll(2) == 0,
    }
}

pub(super) fn attempt_filter(model: &Model, dice: &mut Dice) -> AttemptFilter {
    let labels = message_filter(model, dice);
    let statuses = [AttemptStatus::Success, AttemptStatus::Fail, AttemptStatus::Canceled];
    AttemptFilter {
        page: first_page(),
        before: labels.before,
        after: labels.after,
        status: (dice.roll(3) == 0).then(|| statuses[dice.roll(3)]),
        status_code_class: (dice.roll(3) == 0).then(|| [0, 200, 400, 500][dice.roll(4)]),
        event_types: labels.event_types,
        channel: labels.channel,
        tag: labels.tag,
        endpoint: None,
        with_message: dice.roll(2) == 0,
    }
}

/// Whether the row shows the message as it was accepted.
pub(super) fn assert_same(shown: &Message, accepted: &Accepted, with_payload: bool) {
    assert_eq!((shown.id, shown.app), (accepted.id, accepted.new.app));
    assert_eq!((&shown.channels, &shown.tags), (&accepted.new.channels, &accepted.new.tags));
    assert_eq!(shown.payload.as_ref(), Some(&accepted.new.payload).filter(|_| with_payload));
}

/// Walk a list page by page in both directions and both orders, and compare it with what the model has: keys,
/// ascending. `fetch` reads a page, `key` tells a row's key.
pub(super) async fn assert_pages<K, T, F>(
    place: &str,
    wanted: &[K],
    key: impl Fn(&T) -> K,
    fetch: impl Fn(PageRequest<K>) -> F,
) where
    K: Copy + PartialEq + std::fmt::Debug,
    F: Future<Output = Page<T>>,
{
    for (order, limit) in [(Order::Ascending, 4), (Order::Descending, 7), (Order::Descending, 1000)] {
        let mut wanted = wanted.to_vec();
        if order == Order::Descending {
            wanted.reverse();
        }
        let place = format!("{place}, {order:?} by {limit}");
        let mut seen = Vec::new();
        loop {
            let cursor = seen.last().copied();
            let page = fetch(PageRequest { limit, order, cursor, backwards: false }).await;
            seen.extend(page.data.iter().map(&key));
            assert!(wanted.starts_with(&seen), "{place}: forwards {seen:?} of {wanted:?}");
            assert_eq!(
                page.done,
                seen.len() == wanted.len(),
                "{place}: done after {} of {wanted:?}",
                seen.len()
            );
            if page.done {
                break;
            }
        }
        for (index, cursor) in wanted.iter().enumerate().step_by(3) {
            let page = fetch(PageRequest { limit, order, cursor: Some(*cursor), backwards: true }).await;
            let before: Vec<K> = page.data.iter().map(&key).collect();
            assert_eq!(before, wanted[index.saturating_sub(limit)..index], "{place}: before {cursor:?}");
            assert_eq!(page.done, index <= limit, "{place}: done before {cursor:?}");
        }
    }
}
