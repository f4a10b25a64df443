//! Rolls and sealing that a crash or an obstacle interrupted.

use hooktide_model::{Clock, Order, PageRequest, ReceiptHead};

use super::super::chunk::{Meta, chunk_path, get_meta, open_writer};
use super::{Bed, all_messages, clock, options};
use crate::{Flow, History, Idempotency, NewMessage, NewReceipt, NewRefusal, ReceiptFilter, Store};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunk_that_a_crash_left_unsealed_is_sealed_at_the_next_start() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Bed::open(options(folder.path(), &clock), &clock);
    let idempotency = Some(Idempotency { key: [7; 16], request: [7; 16] });
    let with_key = || NewMessage { idempotency, ..bed.message() };
    let id = bed.store.accept(with_key()).await.unwrap().id;
    bed.fill(20).await;
    bed.sealed().await;
    let listed = bed.store.messages(bed.store.mint().id(bed.app), all_messages()).await.unwrap();
    bed.store.close().await;

    let history = folder.path().join("hooktide.db.history");
    let unsealed = open_writer(&chunk_path(&history, 1)).unwrap();
    let undo = "DROP INDEX message_by_app; DROP INDEX message_key_by_key; \
         DELETE FROM meta WHERE name NOT IN ('first_seq', 'low_water')";
    unsealed.execute_batch(undo).unwrap();
    drop(unsealed);
    // What a crash leaves of a chunk that was not complete yet.
    std::fs::write(history.join("chunk-00000099.new"), b"half a chunk").unwrap();

    let again = Bed::open(options(folder.path(), &clock), &clock);
    for sealed in [false, true] {
        if sealed {
            again.sealed().await;
        }
        let found = again.store.messages(again.store.mint().id(again.app), all_messages()).await.unwrap();
        assert_eq!(found, listed, "sealed: {sealed}");
        let replayed = again.store.accept(with_key()).await.unwrap();
        assert!(replayed.replayed && replayed.id == id, "sealed: {sealed}");
    }
    again.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn next_chunk_that_cannot_be_made_leaves_nothing_behind() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Bed::open(options(folder.path(), &clock), &clock);
    let history = folder.path().join("hooktide.db.history");
    let obstacle = history.join("chunk-00000002.new");
    std::fs::create_dir(&obstacle).unwrap();
    bed.fill(30).await;
    assert_eq!(bed.chunks(), [1], "the full chunk goes on");
    assert!(!chunk_path(&history, 2).exists());
    std::fs::remove_dir(&obstacle).unwrap();
    bed.fill(10).await;
    bed.until("the next chunk is begun", || bed.chunks().len() > 1).await;
    let listed = bed.store.messages(bed.store.mint().id(bed.app), all_messages()).await.unwrap();
    assert_eq!(listed.data.len(), 40);
    bed.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_right_after_a_roll_does_not_overlook_deliveries_of_the_chunk_before() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Bed::open(options(folder.path(), &clock), &clock);
    let message = bed.store.accept(bed.message_to_lane()).await.unwrap().id.seq();
    bed.fill(20).await;
    let newest = bed.store.parts().chain.all().pop().unwrap();
    let low_water: i64 = get_meta(&newest.reader().unwrap(), Meta::LOW_WATER).unwrap().unwrap();
    assert!(newest.number > 1 && low_water <= message.0, "a new chunk names what is open in those before");
    bed.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunks_of_earlier_schemas_get_what_they_lack_at_the_next_start() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Bed::open(options(folder.path(), &clock), &clock);
    let history = folder.path().join("hooktide.db.history");
    bed.fill(20).await;
    // A chunk takes more than it should while the one before it is still being sealed.
    while !chunk_path(&history, 3).exists() {
        bed.fill(1).await;
    }
    bed.sealed().await;
    let listed = bed.store.messages(bed.store.mint().id(bed.app), all_messages()).await.unwrap();
    bed.store.close().await;
    for (number, earlier) in [
        (
            1,
            "DROP TABLE receipt; ALTER TABLE message DROP COLUMN hops; ALTER TABLE payload DROP COLUMN params; \
             PRAGMA user_version = 1",
        ),
        (
            2,
            "ALTER TABLE message DROP COLUMN hops; ALTER TABLE payload DROP COLUMN params; PRAGMA user_version = 2",
        ),
        (3, "ALTER TABLE payload DROP COLUMN params; PRAGMA user_version = 3"),
    ] {
        let old = open_writer(&chunk_path(&history, number)).unwrap();
        old.execute_batch(earlier).unwrap();
    }

    let again = Bed::open(options(folder.path(), &clock), &clock);
    let found = again.store.messages(again.store.mint().id(again.app), all_messages()).await.unwrap();
    assert_eq!(found, listed);
    let head = ReceiptHead {
        received_ms: 0,
        method: "POST".to_owned(),
        target: "/in/token".to_owned(),
        url: None,
        headers: vec![],
        peer: None,
        code: "header_missing".to_owned(),
        detail: String::new(),
        secret: None,
        status: 401,
        dedupe_key: None,
        body_bytes: Some(0),
        secret_names: Vec::new(),
        replay_of: None,
        events: None,
        part_of: None,
    };
    let source = again.store.seqs().next(clock.now());
    let receipt = NewReceipt { source, head: head.clone() };
    let seq = again.store.refuse(NewRefusal { receipt, body: None }).await.unwrap();
    let page = PageRequest { limit: 10, order: Order::Descending, cursor: None, backwards: false };
    let filter = ReceiptFilter { page, before: None, after: None, outcome: None };
    let kept = again.store.receipts(again.store.mint().id(source), filter).await.unwrap();
    assert_eq!(kept.data.iter().map(|it| (it.id.seq(), &it.head)).collect::<Vec<_>>(), [(seq, &head)]);
    again.store.close().await;
}
