//! Readers beside the writer, the sealer, retention and erasing: no error, nothing missed, nothing twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hooktide_model::{Clock, MessageId};
use parking_lot::Mutex;

use super::Retention;
use super::{Bed, DAY, all_messages, clock, options};
use crate::{Flow, History, NewMessage, NothingInHand, ObjectRef, Placement, Store, Target};

/// Messages accepted in each test.
const MESSAGES: usize = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lists_are_whole_while_chunks_roll_and_are_sealed() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Arc::new(Bed::open(options(folder.path(), &clock), &clock));
    let (accepted, done) =
        (Arc::new(Mutex::new(BTreeSet::<MessageId>::new())), Arc::new(AtomicBool::new(false)));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (bed, accepted, done) = (Arc::clone(&bed), Arc::clone(&accepted), Arc::clone(&done));
        readers.spawn(async move {
            let app = bed.store.mint().id(bed.app);
            while !done.load(Ordering::Acquire) {
                let before = accepted.lock().clone();
                let listed = bed.store.messages(app, all_messages()).await.expect("a list is read");
                let ids: BTreeSet<MessageId> = listed.data.iter().map(|message| message.id).collect();
                assert_eq!(ids.len(), listed.data.len(), "nothing is listed twice");
                assert!(before.is_subset(&ids), "{:?} are missing", before.difference(&ids));
                if let Some(id) = before.first() {
                    bed.store.expunge_payload(app, *id).await.expect("a payload is erased");
                    let found =
                        bed.store.message(app, &ObjectRef::Id(*id), true).await.expect("a message is read");
                    assert_eq!(found.expect("the message stays").payload, None);
                }
            }
        });
    }
    for _ in 0..MESSAGES {
        let id = bed.store.accept(bed.message_to_lane()).await.expect("the store accepts a message").id;
        accepted.lock().insert(id);
    }
    done.store(true, Ordering::Release);
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
    assert!(bed.chunks().len() > 10, "{:?}", bed.chunks());
    bed.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_and_keys_take_no_notice_of_chunks_that_go() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let retention = Retention { history: 365 * DAY, disk_bytes_max: 400_000 };
    let bed =
        Arc::new(Bed::open(super::SqliteOptions { retention, ..options(folder.path(), &clock) }, &clock));
    let done = Arc::new(AtomicBool::new(false));
    let mut others = tokio::task::JoinSet::new();
    for number in 0..3 {
        let (bed, done) = (Arc::clone(&bed), Arc::clone(&done));
        others.spawn(async move {
            let (app, endpoint) = (bed.store.mint().id(bed.app), bed.store.mint().id(bed.endpoint));
            let mut dropped = 0;
            while !done.load(Ordering::Acquire) {
                if number == 0 {
                    dropped += bed.store.sweep().await.expect("old chunks go");
                    tokio::task::yield_now().await;
                } else {
                    bed.store.messages(app, all_messages()).await.expect("a list is read");
                    let now = bed.clock.now();
                    bed.store
                        .attempt_counts(endpoint, now.minus(DAY), now)
                        .await
                        .expect("attempts are counted");
                    bed.store
                        .due(bed.endpoint, now, 10, Arc::new(NothingInHand))
                        .await
                        .expect("the schedule is read");
                }
            }
            dropped
        });
    }
    for number in 0..MESSAGES as u64 {
        // A key asks every chunk.
        let mut key = [0; 16];
        key[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
        let idempotency = Some(crate::Idempotency { key, request: key });
        let accepted = bed.store.accept(NewMessage { idempotency, ..bed.message() }).await;
        assert!(!accepted.expect("the store accepts a message").replayed);
        bed.clock.advance(Duration::from_millis(50));
    }
    done.store(true, Ordering::Release);
    let dropped: usize = others.join_all().await.into_iter().sum();
    assert!(dropped > 5, "{dropped} chunks went");
    bed.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn row_whose_outcome_was_recorded_before_is_never_due_again() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Arc::new(Bed::open(options(folder.path(), &clock), &clock));
    let target = Target { endpoint: bed.endpoint, placement: Placement::scheduled(clock.now()) };
    for _ in 0..MESSAGES / 4 {
        let mut message = bed.message();
        message.targets.push(target);
        bed.store.accept(message).await.unwrap();
    }
    let (ended, done) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(AtomicBool::new(false)));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (bed, ended, done) = (Arc::clone(&bed), Arc::clone(&ended), Arc::clone(&done));
        readers.spawn(async move {
            while !done.load(Ordering::Acquire) {
                let before = ended.lock().clone();
                let due: BTreeSet<_> = bed.due().await.into_iter().collect();
                let again: Vec<_> = before.intersection(&due).collect();
                assert!(again.is_empty(), "{again:?} are due though they have ended");
                // One may be between its outcome and the ledger.
                assert!(ended.lock().len() + due.len() + 1 >= MESSAGES / 4, "a delivery is nowhere");
            }
        });
    }
    let (rows, _) =
        bed.store.due(bed.endpoint, clock.now(), MESSAGES, Arc::new(NothingInHand)).await.unwrap();
    assert_eq!(rows.len(), MESSAGES / 4);
    for due in rows {
        let mut outcome = bed.outcome(due.message.seq());
        outcome.source = crate::DeliverySource::Schedule(due.row);
        bed.record(outcome).await;
        ended.lock().insert(due.message.seq());
        // Dead rows of older chunks are deleted beside the readers.
        clock.advance(Duration::from_millis(60));
    }
    done.store(true, Ordering::Release);
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
    assert_eq!(bed.store.scheduled_count(), 0);
    bed.store.close().await;
}
