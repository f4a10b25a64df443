//! Bounds, and what happens at them.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::ffi;

use super::super::fault::Fault;
use super::super::lanes::READERS;
use super::{Place, application, given_endpoints, id, key, org};
use crate::{Configuration, ObjectRef, StoreError, Written};

fn remembered(place: &Place) -> i64 {
    place.raw().query_row("SELECT count(*) FROM idempotency", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn oldest_keys_are_forgotten_when_there_are_too_many() {
    let place = Place::new();
    let mut core = place.open();
    Arc::get_mut(&mut core.context).unwrap().idempotency_rows_max = 5;
    for number in 1..=12 {
        core.insert_application(application(&core, number), key(number.unsigned_abs())).await.unwrap();
        assert_eq!(remembered(&place), number.min(5));
    }
    let oldest_kept = core.insert_application(application(&core, 20), key(8)).await.unwrap();
    assert!(matches!(oldest_kept, Written::Replayed(row) if row.id == id(&core, 8)));
    let forgotten = core.insert_application(application(&core, 21), key(7)).await.unwrap();
    assert!(matches!(forgotten, Written::New(row) if row.id == id(&core, 21)));
}

#[tokio::test]
async fn expired_keys_are_deleted_in_passing() {
    let place = Place::new();
    let core = place.open();
    for number in 1..=150 {
        core.insert_application(application(&core, number), key(number.unsigned_abs())).await.unwrap();
    }
    place.clock.advance(super::WINDOW);
    core.insert_application(application(&core, 200), key(200)).await.unwrap();
    assert_eq!(remembered(&place), 51, "one write deletes a bounded number");
    core.insert_application(application(&core, 201), key(201)).await.unwrap();
    assert_eq!(remembered(&place), 2);
}

#[tokio::test]
async fn full_disk_refuses_writes_and_passes_when_there_is_room_again() {
    let place = Place::new();
    let core = place.open();
    given_endpoints(&core, &[2]).await;
    let limit_pages = |pages: i64| {
        let limit = |step: &rusqlite::Transaction<'_>| {
            let set =
                step.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get::<_, i64>(0));
            Ok(set?)
        };
        core.writer.write_blocking(limit).unwrap()
    };
    limit_pages(1);
    let mut large = application(&core, 3);
    large.name = "x".repeat(100_000);

    let error = core.insert_application(large.clone(), key(1)).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Unavailable(text) if text.starts_with("the disk is full: ")),
        "{error}"
    );
    let found = core.application(&org(), &ObjectRef::Id(large.id)).await.unwrap();
    assert_eq!(found, None, "nothing was stored");
    assert_eq!(
        core.put_meta("small", b"value").map_err(|error| error.to_string()),
        Ok(()),
        "what fits is stored"
    );

    limit_pages(1_000_000);
    core.insert_application(large, key(1)).await.unwrap();
    core.check().await.unwrap();
}

#[tokio::test]
async fn nothing_is_written_after_a_failed_flush() {
    let place = Place::new();
    let core = place.open();
    assert!(!core.flush_has_failed());
    let failed_flush = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), None);
    let outcome = core.writer.write(move |_| Err::<(), Fault>(failed_flush.into())).await;
    assert!(matches!(outcome, Err(StoreError::Database(_))));

    assert!(core.flush_has_failed());
    let next = core.insert_application(application(&core, 1), None).await.unwrap_err();
    assert!(
        matches!(&next, StoreError::Unavailable(text) if text.contains("an earlier flush failed")),
        "{next}"
    );
    assert_eq!(core.application(&org(), &ObjectRef::Id(id(&core, 1))).await.unwrap(), None, "reads go on");
}

#[tokio::test]
async fn lock_of_another_program_is_no_fault_of_ours() {
    let busy = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None);
    let error = StoreError::from(Fault::from(busy));
    assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("another program")), "{error}");
    let corrupt = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), None);
    assert!(matches!(StoreError::from(Fault::from(corrupt)), StoreError::Database(_)));
}

#[tokio::test]
async fn write_whose_caller_went_away_is_finished() {
    let place = Place::new();
    let core = place.open();
    tokio::select! {
        biased;
        _ = core.insert_application(application(&core, 1), None) => panic!("a flush takes longer than one poll"),
        () = std::future::ready(()) => {}
    }
    // The next write waits its turn, so the first is done before it.
    core.insert_application(application(&core, 2), None).await.unwrap();
    assert!(core.application(&org(), &ObjectRef::Id(id(&core, 1))).await.unwrap().is_some());
}

#[tokio::test]
async fn panicking_step_changes_nothing_and_gives_its_connection_back() {
    let place = Place::new();
    let core = place.open();
    for _ in 0..=READERS {
        let outcome = core.readers.read(|_| -> Result<(), Fault> { panic!("a mistake in a read") }).await;
        assert!(matches!(outcome, Err(StoreError::Database(_))));
    }
    let row = application(&core, 1);
    let outcome = core.write(move |step, context| -> Result<(), Fault> {
        super::super::applications::insert(step, context, row, None)?;
        panic!("a mistake in a write")
    });
    assert!(matches!(outcome.await, Err(StoreError::Database(_))));

    assert_eq!(core.application(&org(), &ObjectRef::Id(id(&core, 1))).await.unwrap(), None);
    core.insert_application(application(&core, 1), None).await.unwrap();
}

#[tokio::test]
async fn last_key_is_the_largest_of_both_tables() {
    let place = Place::new();
    let core = place.open();
    assert_eq!(core.last_seq().unwrap().0, 0);
    given_endpoints(&core, &[40]).await;
    assert_eq!(core.last_seq().unwrap().0, 40);
    core.insert_application(application(&core, 70), None).await.unwrap();
    drop(core);
    assert_eq!(place.open().last_seq().unwrap().0, 70);
}

#[tokio::test]
async fn facts_are_kept_and_replaced() {
    let place = Place::new();
    let core = place.open();
    assert_eq!(core.get_meta("mark").unwrap(), None);
    core.put_meta("mark", b"one").unwrap();
    core.put_meta("mark", b"").unwrap();
    drop(core);
    assert_eq!(place.open().get_meta("mark").unwrap(), Some(Vec::new()));
}

#[tokio::test]
async fn row_of_another_stores_id_is_refused() {
    let place = Place::new();
    let core = place.open();
    let foreign = Place::new().open();
    let outcome = core.insert_application(application(&foreign, 1), None).await;
    assert!(matches!(outcome, Err(StoreError::Database(_))));
    assert_eq!(core.last_seq().unwrap().0, 0);
}

#[tokio::test]
async fn window_counts_from_each_key() {
    let place = Place::new();
    let core = place.open();
    core.insert_application(application(&core, 1), key(1)).await.unwrap();
    place.clock.advance(super::WINDOW / 2);
    core.insert_application(application(&core, 2), key(2)).await.unwrap();
    place.clock.advance(super::WINDOW / 2 + Duration::from_millis(1));
    core.insert_application(application(&core, 3), key(3)).await.unwrap();
    assert_eq!(remembered(&place), 2, "the first has expired, the second has not");
}
