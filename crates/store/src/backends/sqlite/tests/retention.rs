//! What retention drops, and what it must not.

use std::time::Duration;

use hooktide_model::Clock;

use super::Retention;
use super::{Bed, DAY, all_messages, clock, options};
use crate::{Flow, History, Placement, Store, StoreError, Target};

async fn listed(bed: &Bed) -> usize {
    bed.store.messages(bed.store.mint().id(bed.app), all_messages()).await.unwrap().data.len()
}

/// Rounds of writing and sweeping until the disk's share must be kept.
const ROUNDS_MAX: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_chunks_go_and_lists_go_on() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Bed::open(options(folder.path(), &clock), &clock);
    let mut filled = 0;
    // How many messages make a chunk is the sealer's pace.
    while bed.chunks().len() < 4 {
        assert!(filled < ROUNDS_MAX * 8, "chunks roll");
        bed.fill(8).await;
        bed.sealed().await;
        filled += 8;
    }
    assert_eq!(bed.store.sweep().await.unwrap(), 0, "nothing is old");
    let before = bed.chunks();
    clock.advance(31 * DAY);
    bed.fill(1).await;
    let gone = bed.store.sweep().await.unwrap();
    assert!(gone >= 3, "{gone} of {before:?}");
    assert!(bed.chunks().starts_with(&before[gone..]), "{:?}", bed.chunks());
    let files = std::fs::read_dir(folder.path().join("hooktide.db.history")).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| !name.starts_with("chunk-00000001")), "{names:?}");
    let left = listed(&bed).await;
    assert!((1..filled).contains(&left), "{left} of {filled}");
    bed.fill(20).await;
    assert_eq!(listed(&bed).await, left + 20);
    bed.store.close().await;
    let again = Bed::open(options(folder.path(), &clock), &clock);
    assert_eq!(listed(&again).await, left + 20);
    again.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_chunk_never_goes() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let retention = Retention { history: Duration::from_secs(1), disk_bytes_max: 1 };
    let bed = Bed::open(super::SqliteOptions { retention, ..options(folder.path(), &clock) }, &clock);
    bed.fill(30).await;
    clock.advance(DAY);
    bed.sealed().await;
    bed.store.sweep().await.unwrap();
    assert_eq!(bed.chunks().len(), 1);
    bed.fill(1).await;
    assert!(listed(&bed).await >= 1);
    bed.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunks_that_a_waiting_delivery_needs_stay() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Bed::open(options(folder.path(), &clock), &clock);
    // One waits in the chunk of its message; the retry of the other was written chunks later.
    let due = clock.now().plus(60 * DAY);
    let mut message = bed.message();
    message.targets.push(Target { endpoint: bed.endpoint, placement: Placement::scheduled(due) });
    let waiting = bed.store.accept(message).await.unwrap().id.seq();
    bed.fill(20).await;
    let retried = bed.store.accept(bed.message_to_lane()).await.unwrap().id.seq();
    bed.fill(20).await;
    let mut failure = bed.outcome(retried);
    failure.next_due = Some(due);
    bed.record(failure).await;
    bed.fill(20).await;
    bed.sealed().await;
    let chunk_of = |seq: hooktide_model::Seq| bed.store.parts().chain.of_message(seq.0).unwrap().number;
    let (first, second) = (chunk_of(waiting), chunk_of(retried));
    clock.advance(59 * DAY);
    bed.fill(1).await;
    assert!(bed.store.sweep().await.unwrap() > 0, "what nobody needs goes");
    let left = bed.chunks();
    assert!(left.contains(&first) && left.contains(&second), "{left:?} lacks {first} or {second}");
    clock.advance(2 * DAY);
    assert_eq!(bed.due().await, vec![waiting, retried], "both are still delivered");
    bed.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disk_share_is_honoured_but_not_at_the_price_of_a_delivery_in_memory() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let retention = Retention { history: 365 * DAY, disk_bytes_max: 700_000 };
    let bed = Bed::open(super::SqliteOptions { retention, ..options(folder.path(), &clock) }, &clock);
    bed.fill(50).await;
    let in_lane = bed.store.accept(bed.message_to_lane()).await.unwrap().id;
    bed.fill(50).await;
    bed.sealed().await;
    let bytes = || bed.store.parts().chain.all().iter().map(|chunk| chunk.disk_bytes()).sum::<u64>();
    let before = bytes();
    assert!(before > 700_000, "{before}");
    assert!(bed.store.sweep().await.unwrap() > 0);
    assert!(bytes() < before);
    let id = bed.store.mint().id(bed.app);
    let found = bed.store.message(id, &crate::ObjectRef::Id(in_lane), true).await.unwrap();
    assert!(found.is_some(), "a crash now would need the message");
    let mut outcome = bed.outcome(in_lane.seq());
    outcome.source = crate::DeliverySource::Lane;
    bed.record(outcome).await;
    // The mark moves with the next commits and rolls; a roll waits until the chunk before it is sealed, so how many
    // rounds it takes depends on the machine.
    for _ in 0..ROUNDS_MAX {
        clock.advance(Duration::from_secs(5));
        bed.fill(10).await;
        bed.sealed().await;
        bed.store.sweep().await.unwrap();
        if bytes() <= 700_000 {
            break;
        }
    }
    assert!(bytes() <= 700_000, "{} bytes are left", bytes());
    let erased = bed.store.expunge_payload(id, in_lane).await;
    assert!(matches!(erased, Err(StoreError::Missing)), "{erased:?}");
    bed.store.close().await;
}
