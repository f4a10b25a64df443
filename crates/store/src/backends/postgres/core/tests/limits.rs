//! Bounds, and what happens at them.

use std::sync::Arc;
use std::time::Duration;

use super::{Place, WINDOW, application, given_endpoints, id, key};
use crate::{Configuration, StoreError, Written};

async fn remembered(place: &Place) -> i64 {
    place.raw().await.query_one("SELECT count(*) FROM idempotency", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn oldest_keys_are_forgotten_when_there_are_too_many() {
    let place = Place::new().await;
    let mut core = place.open().await;
    Arc::get_mut(&mut core.context).unwrap().idempotency_rows_max = 5;
    for number in 1..=12 {
        core.insert_application(application(&core, number), key(number.unsigned_abs())).await.unwrap();
        assert_eq!(remembered(&place).await, number.min(5));
    }
    let oldest_kept = core.insert_application(application(&core, 20), key(8)).await.unwrap();
    assert!(matches!(oldest_kept, Written::Replayed(row) if row.id == id(&core, 8)));
    let forgotten = core.insert_application(application(&core, 21), key(7)).await.unwrap();
    assert!(matches!(forgotten, Written::New(row) if row.id == id(&core, 21)));
}

#[tokio::test]
async fn expired_keys_are_deleted_in_passing() {
    let place = Place::new().await;
    let core = place.open().await;
    for number in 1..=150 {
        core.insert_application(application(&core, number), key(number.unsigned_abs())).await.unwrap();
    }
    place.clock.advance(WINDOW);
    core.insert_application(application(&core, 200), key(200)).await.unwrap();
    assert_eq!(remembered(&place).await, 51, "one write deletes a bounded number");
    core.insert_application(application(&core, 201), key(201)).await.unwrap();
    assert_eq!(remembered(&place).await, 2);
}

#[tokio::test]
async fn key_that_expired_counts_as_new_and_young() {
    let place = Place::new().await;
    let mut core = place.open().await;
    Arc::get_mut(&mut core.context).unwrap().idempotency_rows_max = 2;
    core.insert_application(application(&core, 1), key(1)).await.unwrap();
    place.clock.advance(WINDOW);
    core.insert_application(application(&core, 2), key(1)).await.unwrap();
    core.insert_application(application(&core, 3), key(3)).await.unwrap();
    let again = core.insert_application(application(&core, 4), key(1)).await.unwrap();
    assert!(matches!(again, Written::Replayed(row) if row.id == id(&core, 2)));
}

#[tokio::test]
async fn last_key_is_the_largest_of_all_tables() {
    let place = Place::new().await;
    let core = place.open().await;
    assert_eq!(core.last_seq().await.unwrap().0, 0);
    given_endpoints(&core, &[40]).await;
    assert_eq!(core.last_seq().await.unwrap().0, 40);
    core.insert_application(application(&core, 70), None).await.unwrap();
    assert_eq!(place.open().await.last_seq().await.unwrap().0, 70);
}

#[tokio::test]
async fn facts_are_kept_and_replaced() {
    let place = Place::new().await;
    let core = place.open().await;
    assert_eq!(core.get_meta("mark").await.unwrap(), None);
    core.put_meta("mark", b"one").await.unwrap();
    core.put_meta("mark", b"").await.unwrap();
    assert_eq!(place.open().await.get_meta("mark").await.unwrap(), Some(Vec::new()));
}

#[tokio::test]
async fn row_of_another_stores_id_is_refused() {
    let place = Place::new().await;
    let core = place.open().await;
    let foreign = Place::new().await.open().await;
    let outcome = core.insert_application(application(&foreign, 1), None).await;
    assert!(matches!(outcome, Err(StoreError::Database(_))));
    assert_eq!(core.last_seq().await.unwrap().0, 0);
}

#[tokio::test]
async fn write_that_is_dropped_half_way_leaves_nothing_and_blocks_nobody() {
    let place = Place::new().await;
    let core = place.open().await;
    let app = given_endpoints(&core, &[]).await;
    for polls in 1..6 {
        let mut write = core.insert_endpoint(super::endpoint(&core, app, 100), key(1));
        for _ in 0..polls {
            let polled = tokio::time::timeout(Duration::from_millis(2), &mut write).await;
            if polled.is_ok() {
                break;
            }
        }
    }
    // Whatever became of them: the same request is answered, and there is one endpoint.
    core.insert_endpoint(super::endpoint(&core, app, 100), key(1)).await.unwrap();
    assert_eq!(core.all_endpoints(app).await.unwrap().len(), 1);
}
