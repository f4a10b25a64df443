//! What lists and details find, over partitions and with filters that few rows pass.

use std::time::Duration;

use hooktide_model::{
    AttemptStatus, Channel, Clock, DeliveryStatus, EndpointId, EventTypeName, MessageId, Order, PageRequest,
    Seq, Tag, Timestamp, Trigger, Uid,
};

use super::{BAD, DAY, GOOD, Place, Try};
use crate::{AttemptFilter, History, MessageFilter, ObjectRef, StoreError};

fn page<K>(limit: usize, order: Order, cursor: Option<K>) -> PageRequest<K> {
    PageRequest { limit, order, cursor, backwards: false }
}

fn all_messages(page: PageRequest<MessageId>) -> MessageFilter {
    MessageFilter {
        page,
        before: None,
        after: None,
        event_types: vec![],
        channel: None,
        tag: None,
        with_payload: false,
    }
}

fn all_attempts(limit: usize) -> AttemptFilter {
    AttemptFilter {
        page: page(limit, Order::Descending, None),
        before: None,
        after: None,
        status: None,
        status_code_class: None,
        event_types: vec![],
        channel: None,
        tag: None,
        endpoint: None,
        with_message: false,
    }
}

#[tokio::test]
async fn lists_go_over_partitions_in_both_directions() {
    let place = Place::open(DAY).await;
    let (app, stranger) = (place.key(), place.key());
    let mut wanted: Vec<MessageId> = Vec::new();
    for _ in 0..10 {
        for _ in 0..3 {
            wanted.push(place.history.mint.id(place.message(app, &[]).await));
            place.message(stranger, &[]).await;
        }
        place.clock.advance(DAY / 2);
    }
    for (order, limit) in [(Order::Ascending, 4), (Order::Descending, 7), (Order::Descending, 100)] {
        let mut found: Vec<MessageId> = Vec::new();
        loop {
            let filter = all_messages(page(limit, order, found.last().copied()));
            let page = place.history.messages(place.history.mint.id(app), filter).await.unwrap();
            found.extend(page.data.iter().map(|message| message.id));
            if page.done {
                break;
            }
        }
        if order == Order::Descending {
            found.reverse();
        }
        assert_eq!(found, wanted, "{order:?} by {limit}");
    }
}

/// One message in 400 is rare, with its contents; the newest is the last.
async fn rare_among_many(place: &Place, app: Seq, endpoint: Seq) -> Vec<Seq> {
    let mut rare = Vec::new();
    for number in 0..900 {
        let mut message = place.new_message(app, &[endpoint]);
        if number % 400 == 3 {
            message.event_type = EventTypeName::trusted("rare.event");
            message.channels = vec![Channel::trusted("red"), Channel::trusted("blue")];
            message.tags = vec![Tag::trusted("vip")];
        }
        let seq = place.store(&message).await;
        place.attempt(seq, endpoint, if number % 400 == 3 { BAD } else { GOOD }).await;
        if number % 400 == 3 {
            rare.insert(0, seq);
        }
        if number % 100 == 0 {
            place.clock.advance(DAY / 4);
        }
    }
    rare
}

#[tokio::test]
async fn filtered_lists_go_on_beyond_their_first_look() {
    let place = Place::open(DAY).await;
    let (app, endpoint) = (place.key(), place.key());
    let rare = rare_among_many(&place, app, endpoint).await;
    let (app, endpoint): (_, EndpointId) = (place.history.mint.id(app), place.history.mint.id(endpoint));
    let by_label = [
        MessageFilter { event_types: vec![EventTypeName::trusted("rare.event")], ..newest() },
        MessageFilter { channel: Some(Channel::trusted("blue")), ..newest() },
        MessageFilter { tag: Some(Tag::trusted("vip")), ..newest() },
    ];
    for filter in by_label {
        let filter = MessageFilter { with_payload: true, ..filter };
        let found = place.history.messages(app, filter.clone()).await.unwrap();
        let seqs: Vec<Seq> = found.data.iter().map(hooktide_model::Message::seq).collect();
        assert_eq!((&seqs, found.done), (&rare, true), "{filter:?}");
        assert!(found.data.iter().all(|message| message.payload.is_some()), "{filter:?}");
        let tried = place.history.messages_of_endpoint(endpoint, None, filter.clone()).await.unwrap();
        let seqs: Vec<Seq> = tried.data.iter().map(|listed| listed.message.seq()).collect();
        assert_eq!((&seqs, tried.done), (&rare, true), "{filter:?}");
        assert!(tried.data.iter().all(|listed| listed.message.payload.is_some()), "{filter:?}");
    }
    let by_attempt = [
        AttemptFilter { status: Some(AttemptStatus::Fail), ..all_attempts(5) },
        AttemptFilter { status_code_class: Some(500), ..all_attempts(5) },
        AttemptFilter { tag: Some(Tag::trusted("vip")), ..all_attempts(5) },
        AttemptFilter {
            tag: Some(Tag::trusted("vip")),
            status: Some(AttemptStatus::Fail),
            ..all_attempts(5)
        },
    ];
    for filter in by_attempt {
        for with_message in [false, true] {
            let filter = AttemptFilter { with_message, ..filter.clone() };
            let found = place.history.attempts_of_endpoint(endpoint, filter.clone()).await.unwrap();
            let seqs: Vec<Seq> = found.data.iter().map(|listed| listed.attempt.message.seq()).collect();
            assert_eq!((&seqs, found.done), (&rare, true), "{filter:?}");
            let has_payload = |listed: &crate::ListedAttempt| {
                listed.message.as_ref().is_some_and(|one| one.payload.is_some())
            };
            assert!(found.data.iter().all(|listed| has_payload(listed) == with_message), "{filter:?}");
        }
    }
}

fn newest() -> MessageFilter {
    all_messages(page(5, Order::Descending, None))
}

#[tokio::test]
async fn attempts_are_found_wherever_clocks_have_put_them() {
    let place = Place::open(DAY).await;
    let (app, endpoint) = (place.key(), place.key());
    place.clock.advance(DAY);
    let message = place.message(app, &[endpoint]).await;
    // The node that tried it first has a clock behind: its key is in the partition before.
    let early = Seq::first_at(place.clock.now().minus(Duration::from_secs(120)));
    place.attempt_at(early, message, endpoint, BAD).await;
    place.clock.advance(5 * DAY);
    let late = place.attempt(message, endpoint, GOOD).await;
    let id: MessageId = place.history.mint.id(message);
    let found = place.history.attempts_of_message(id, all_attempts(5)).await.unwrap();
    let seqs: Vec<Seq> = found.data.iter().map(|listed| listed.attempt.id.seq()).collect();
    assert_eq!((seqs, found.done), (vec![late, early], true));
    for seq in [early, late] {
        let attempt = place.history.mint.id(seq);
        let one = place.history.attempt(id, attempt).await.unwrap().expect("the attempt is there");
        assert_eq!((one.message, one.response.as_deref()), (id, Some(&b"thanks"[..])));
        place.history.expunge_response(id, attempt).await.unwrap();
        assert_eq!(place.history.attempt(id, attempt).await.unwrap().unwrap().response, None);
    }
    let endpoint: EndpointId = place.history.mint.id(endpoint);
    let state = place.history.delivery(id, endpoint).await.unwrap().expect("it goes there");
    assert_eq!(state.status, DeliveryStatus::Success);
    let tried = place.history.messages_of_endpoint(endpoint, None, newest()).await.unwrap();
    assert_eq!(tried.data.iter().map(|listed| listed.status).collect::<Vec<_>>(), [DeliveryStatus::Success]);
}

#[tokio::test]
async fn message_with_more_attempts_than_a_look_is_listed_once_where_it_stands() {
    let place = Place::open(DAY).await;
    let (app, endpoint) = (place.key(), place.key());
    let older = place.message(app, &[endpoint]).await;
    place.attempt(older, endpoint, GOOD).await;
    let tried_often = place.message(app, &[endpoint]).await;
    let due = place.clock.now().plus(DAY);
    for _ in 0..700 {
        place.attempt(tried_often, endpoint, Try { trigger: Trigger::Manual, ..BAD }).await;
    }
    place.attempt(tried_often, endpoint, Try { next_due: Some(due), ..BAD }).await;
    let newer = place.message(app, &[endpoint]).await;
    place.attempt(newer, endpoint, BAD).await;
    let endpoint: EndpointId = place.history.mint.id(endpoint);
    for limit in [1, 2, 50] {
        let mut found: Vec<(MessageId, DeliveryStatus, Option<Timestamp>)> = Vec::new();
        loop {
            let cursor = found.last().map(|(message, ..)| *message);
            let filter = all_messages(page(limit, Order::Descending, cursor));
            let page = place.history.messages_of_endpoint(endpoint, None, filter).await.unwrap();
            found.extend(page.data.iter().map(|one| (one.message.id, one.status, one.next_attempt_at)));
            if page.done {
                break;
            }
        }
        let id = |seq| place.history.mint.id::<MessageId>(seq);
        let wanted = [
            (id(newer), DeliveryStatus::Fail, None),
            (id(tried_often), DeliveryStatus::Sending, Some(due)),
            (id(older), DeliveryStatus::Success, None),
        ];
        assert_eq!(found, wanted, "by {limit}");
    }
}

#[tokio::test]
async fn event_id_finds_its_message_in_its_application_only() {
    let place = Place::open(DAY).await;
    let (app, stranger) = (place.key(), place.key());
    let uid = Uid::trusted("order-1");
    let message =
        place.store(&crate::NewMessage { uid: Some(uid.clone()), ..place.new_message(app, &[]) }).await;
    place.clock.advance(3 * DAY);
    let by_uid = ObjectRef::Uid(uid);
    for with_payload in [false, true] {
        let found = place.history.message(place.history.mint.id(app), &by_uid, with_payload).await.unwrap();
        let found = found.expect("the message is found");
        assert_eq!((found.seq(), found.payload.is_some()), (message, with_payload));
    }
    assert_eq!(place.history.message(place.history.mint.id(stranger), &by_uid, true).await.unwrap(), None);
}

#[tokio::test]
async fn erased_payload_leaves_nothing_in_the_row() {
    let place = Place::open(DAY).await;
    let app = place.key();
    let mut new = place.new_message(app, &[]);
    new.params = Some("{\"token\":1}".into());
    new.content_type = hooktide_model::ContentType::Other("text/plain".to_owned());
    let message = place.store(&new).await;
    let (id, app): (MessageId, _) = (place.history.mint.id(message), place.history.mint.id(app));
    let stranger = place.history.expunge_payload(place.history.mint.id(place.key()), id).await;
    assert!(matches!(stranger, Err(StoreError::Missing)), "{stranger:?}");
    for _ in 0..2 {
        place.history.expunge_payload(app, id).await.expect("erased, also twice");
    }
    let left = "SELECT count(*) FROM message WHERE body IS NOT NULL OR params IS NOT NULL OR plain_bytes IS NOT NULL";
    assert_eq!(place.number(left).await, 0);
    let found = place.history.message(app, &ObjectRef::Id(id), true).await.unwrap().expect("the row stays");
    assert_eq!((found.payload, found.params), (None, None));
}

#[tokio::test]
async fn counts_have_the_rows_of_every_owner() {
    let place = Place::open(DAY).await;
    let (app, endpoint, other) = (place.key(), place.key(), place.key());
    let start = place.clock.now();
    let mut messages = Vec::new();
    for day in 0..4 {
        let message = place.message(app, &[endpoint]).await;
        place.attempt(message, endpoint, if day % 2 == 0 { GOOD } else { BAD }).await;
        place.attempt(message, other, Try { status: AttemptStatus::Canceled, ..BAD }).await;
        messages.push(message);
        place.clock.advance(DAY);
    }
    let owned = "INSERT INTO application (seq, org, name, metadata, created_at, updated_at, version) \
         VALUES ($1, 'org_history', '', '{}', 0, 0, 1)";
    place.run(owned, &[&app.0]).await;
    let of_app = "INSERT INTO endpoint (seq, app, url, description, disabled, metadata, created_at, updated_at, version) \
         VALUES ($1, $2, 'https://receiver.example', '', FALSE, '{}', 0, 0, 1)";
    place.run(of_app, &[&endpoint.0, &app.0]).await;
    for (owner, tries) in [(1, 0), (2, 1), (70_000, 0), (-endpoint.0, 1), (-app.0, 1)] {
        place.wait(owner, endpoint, messages[0], tries).await;
        place.wait(owner, other, messages[0], tries).await;
    }
    place.wait(-other.0, other, messages[0], 0).await;
    let id: EndpointId = place.history.mint.id(endpoint);
    let all = place.history.attempt_counts(id, Timestamp::EPOCH, Timestamp::MAX).await.unwrap();
    assert_eq!((all.success, all.fail, all.canceled), (2, 2, 0));
    assert_eq!((all.pending, all.sending), (2, 3));
    let day = place.history.attempt_counts(id, start.plus(DAY), start.plus(DAY)).await.unwrap();
    assert_eq!((day.success, day.fail), (0, 1));
}
