//! Claims about idempotency keys and event ids.

use std::time::Duration;

use hooktide_model::Uid;

use super::super::harness::Harness;
use crate::{Idempotency, NewMessage, ObjectRef, StoreError};

fn with_key(harness: &Harness, app: hooktide_model::Seq, key: u8, request: u8) -> NewMessage {
    let idempotency = Some(Idempotency { key: [key; 16], request: [request; 16] });
    NewMessage { idempotency, ..harness.message(app) }
}

pub(super) async fn same_request_is_replayed(harness: &Harness) {
    let app = harness.seq();
    let first = harness.accept(with_key(harness, app, 1, 1)).await;
    assert!(!first.replayed);
    for round in 0..6 {
        let again = harness.accept(with_key(harness, app, 1, 1)).await;
        assert!(again.replayed && again.id == first.id, "round {round}");
        match round {
            0 | 2 | 4 => harness.fill(23).await,
            1 => harness.reopen().await,
            _ => harness.kill().await,
        }
    }
    // Other keys, also the first of a new segment, are not taken for it.
    assert!(!harness.accept(with_key(harness, app, 2, 1)).await.replayed);
}

pub(super) async fn same_requests_at_the_same_time_make_one_message(harness: &Harness) {
    let app = harness.seq();
    for key in 0..12 {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (store, message) = (harness.store(), with_key(harness, app, key, 1));
            calls.spawn(async move { store.accept(message).await.expect("the store accepts or replays") });
        }
        let answers = calls.join_all().await;
        assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1, "key {key}");
        assert!(answers.iter().all(|answer| answer.id == answers[0].id), "key {key}");
    }
}

pub(super) async fn key_with_another_request_is_refused(harness: &Harness) {
    let app = harness.seq();
    let first = harness.accept(with_key(harness, app, 1, 1)).await;
    for round in 0..3 {
        let refused = harness.store().accept(with_key(harness, app, 1, 2)).await;
        assert!(matches!(refused, Err(StoreError::KeyReused)), "round {round}: {refused:?}");
        harness.fill(23).await;
        if round == 1 {
            harness.reopen().await;
        }
    }
    assert_eq!(
        harness.accept(with_key(harness, app, 1, 1)).await.id,
        first.id,
        "the first request still holds"
    );
}

pub(super) async fn key_is_forgotten_after_the_window(harness: &Harness) {
    let (app, window) = (harness.seq(), harness.idempotency_window());
    let first = harness.accept(with_key(harness, app, 1, 1)).await;
    harness.fill(23).await;
    harness.clock.advance(window - Duration::from_millis(8));
    assert!(harness.accept(with_key(harness, app, 1, 1)).await.replayed, "just inside the window");
    harness.fill(23).await;
    harness.clock.advance(Duration::from_millis(16));
    let second = harness.accept(with_key(harness, app, 1, 2)).await;
    assert!(!second.replayed && second.id != first.id, "past the window the key is free for any request");
    harness.fill(23).await;
    harness.reopen().await;
    let again = harness.accept(with_key(harness, app, 1, 2)).await;
    assert!(again.replayed && again.id == second.id, "the newer use of a key is the one that counts");
}

pub(super) async fn event_id_is_unique_in_its_application_only(harness: &Harness) {
    let (app, other) = (harness.seq(), harness.seq());
    let with_uid = |app| NewMessage { uid: Some(Uid::trusted("order-1")), ..harness.message(app) };
    let first = harness.accept(with_uid(app)).await;
    let elsewhere = harness.accept(with_uid(other)).await;
    for round in 0..3 {
        let refused = harness.store().accept(with_uid(app)).await;
        assert!(matches!(refused, Err(StoreError::Taken("eventId"))), "round {round}: {refused:?}");
        for (app, id) in [(app, first.id), (other, elsewhere.id)] {
            let by_uid = ObjectRef::Uid(Uid::trusted("order-1"));
            let found = harness
                .store()
                .message(harness.app_id(app), &by_uid, false)
                .await
                .expect("a message is read");
            assert_eq!(found.map(|found| found.id), Some(id), "round {round}");
        }
        harness.fill(23).await;
        harness.clock.advance(harness.idempotency_window() * 2);
        if round == 1 {
            harness.reopen().await;
        }
    }
}
