//! Claims about what is readable of messages and attempts.

use std::time::Duration;

use hooktide_model::id::TypedId;
use hooktide_model::{AttemptId, MessageId, Uid};

use super::super::harness::Harness;
use super::model::first_page;
use crate::{AttemptFilter, DeliverySource, ObjectRef, Placement, StoreError};

fn all_attempts() -> AttemptFilter {
    AttemptFilter {
        page: first_page(),
        before: None,
        after: None,
        status: None,
        status_code_class: None,
        event_types: vec![],
        channel: None,
        tag: None,
        endpoint: None,
        with_message: true,
    }
}

pub(super) async fn expunged_payload_is_gone_and_the_message_stays(harness: &Harness) {
    let (app, endpoint, store) = (harness.seq(), harness.seq(), harness.store());
    let due = harness.now();
    let old = harness.accept_to(app, endpoint, Placement::scheduled(due)).await;
    harness.fill(30).await;
    let young = harness.accept_to(app, endpoint, Placement::scheduled(due)).await;
    for message in [old, young] {
        let id: MessageId = store.mint().id(message);
        let stranger = store.expunge_payload(harness.app_id(endpoint), id).await;
        assert!(matches!(stranger, Err(StoreError::Missing)), "{stranger:?}");
        for _ in 0..2 {
            store.expunge_payload(harness.app_id(app), id).await.expect("a payload is erased, also twice");
        }
        let found =
            store.message(harness.app_id(app), &ObjectRef::Id(id), true).await.expect("a message is read");
        assert_eq!(found.expect("the message stays").payload, None);
    }
    harness.fill(30).await;
    harness.kill().await;
    let (due, _) = harness.due(endpoint, 10).await;
    assert_eq!(due.len(), 2, "its deliveries stay too");
    assert!(due.iter().all(|due| due.message.payload.is_none()));
}

pub(super) async fn expunged_response_is_gone_and_the_attempt_stays(harness: &Harness) {
    let (app, endpoint, store) = (harness.seq(), harness.seq(), harness.store());
    let message = harness.accept_to(app, endpoint, Placement::Lane).await;
    harness.fill(30).await;
    let outcome = harness.failure(message, endpoint, DeliverySource::Lane, None);
    let (id, attempt): (MessageId, AttemptId) =
        (store.mint().id(message), store.mint().id(outcome.attempt.seq));
    let early = store.expunge_response(id, attempt).await;
    assert!(matches!(early, Err(StoreError::Missing)), "{early:?}");
    harness.record(outcome).await;
    let found = store.attempt(id, attempt).await.expect("an attempt is read").expect("the attempt is there");
    assert!(found.response.is_some());
    harness.fill(10).await;
    store.expunge_response(id, attempt).await.expect("a response is erased");
    for round in 0..2 {
        let found = harness.store().attempt(id, attempt).await.expect("an attempt is read");
        let found = found.expect("the attempt stays");
        assert_eq!((found.response, found.status_code), (None, 500), "round {round}");
        let listed = harness.store().attempts_of_message(id, all_attempts()).await.expect("a list is read");
        assert_eq!((listed.data.len(), listed.done), (1, true));
        assert!(listed.data[0].message.is_some());
        harness.kill().await;
    }
}

pub(super) async fn payload_is_readable_until_it_expires(harness: &Harness) {
    let app = harness.seq();
    let mut message = harness.message(app);
    let lifetime = Duration::from_secs(100);
    message.payload_expires_at = harness.now().plus(lifetime);
    let id = harness.accept(message.clone()).await.id;
    let almost = lifetime - Duration::from_millis(1);
    for (step, payload) in [(almost, Some(message.payload)), (Duration::from_millis(1), None)] {
        harness.clock.advance(step);
        let by_id = ObjectRef::Id(id);
        let found =
            harness.store().message(harness.app_id(app), &by_id, true).await.expect("a message is read");
        assert_eq!(found.expect("the message stays").payload, payload);
    }
}

pub(super) async fn foreign_and_forged_ids_find_nothing(harness: &Harness) {
    let (app, stranger, endpoint) = (harness.seq(), harness.seq(), harness.seq());
    let store = harness.store();
    let message = harness.accept_to(app, endpoint, Placement::Lane).await;
    let outcome = harness.outcome(message, endpoint, DeliverySource::Lane);
    let attempt = outcome.attempt.seq;
    harness.record(outcome).await;
    harness.fill(20).await;
    let id: MessageId = store.mint().id(message);
    let mut bytes = id.to_bytes();
    bytes[19] ^= 1;
    let forged = MessageId::from_bytes(bytes);
    for (app, id, there) in [(app, id, true), (stranger, id, false), (app, forged, false)] {
        let found =
            store.message(harness.app_id(app), &ObjectRef::Id(id), true).await.expect("a message is read");
        assert_eq!(found.is_some(), there);
    }
    let mut bytes = store.mint().id::<AttemptId>(attempt).to_bytes();
    bytes[19] ^= 1;
    assert_eq!(store.attempt(id, AttemptId::from_bytes(bytes)).await.expect("an attempt is read"), None);
    let unknown = store.mint().id::<AttemptId>(harness.seq());
    assert_eq!(store.attempt(id, unknown).await.expect("an attempt is read"), None);
    let by_uid = ObjectRef::Uid(Uid::trusted("never-used"));
    assert_eq!(store.message(harness.app_id(app), &by_uid, true).await.expect("a message is read"), None);
}
