//! Two nodes on one database, at the same instant.

use hooktide_model::Uid;

use super::{Place, application, endpoint, event_type, given_endpoints, id, key, org};
use crate::{Configuration, ObjectRef, StoreError, Written};

/// Rounds of each race: enough that both orders occur.
const ROUNDS: i64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_have_one_key_of_ids() {
    let place = Place::new().await;
    let (one, other) = futures_util::join!(place.open(), place.open());
    assert_eq!(one.id_key(), other.id_key());
    assert_eq!(place.open().await.id_key(), one.id_key(), "and so has one that comes later");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn same_key_at_two_nodes_makes_one_object() {
    let place = Place::new().await;
    let (one, other) = (place.open().await, place.open().await);
    for round in 0..ROUNDS {
        let (first, second) = (application(&one, 2 * round + 1), application(&one, 2 * round + 2));
        let key = key(round.unsigned_abs());
        let (left, right) =
            futures_util::join!(one.insert_application(first, key), other.insert_application(second, key));
        let (made, repeated) = match (left.unwrap(), right.unwrap()) {
            (Written::New(made), Written::Replayed(repeated)) => (made, repeated),
            (Written::Replayed(repeated), Written::New(made)) => (made, repeated),
            outcome => panic!("round {round}: one is new and one is replayed, not {outcome:?}"),
        };
        assert_eq!(made, repeated, "round {round}");
    }
    let rows = place.raw().await.query_one("SELECT count(*) FROM application", &[]).await.unwrap();
    assert_eq!(rows.get::<_, i64>(0), ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn same_key_at_two_nodes_makes_one_event_type() {
    let place = Place::new().await;
    let (one, other) = (place.open().await, place.open().await);
    for round in 0..ROUNDS {
        let (name, key) = (format!("type.{round}"), key(round.unsigned_abs()));
        let (left, right) = futures_util::join!(
            one.insert_event_type(event_type(&name), key),
            other.insert_event_type(event_type(&name), key)
        );
        assert_eq!(left.unwrap().into_inner(), right.unwrap().into_inner(), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uid_is_taken_once_by_two_nodes() {
    let place = Place::new().await;
    let (one, other) = (place.open().await, place.open().await);
    for round in 0..ROUNDS {
        let uid = Some(Uid::trusted(&format!("same-{round}")));
        let mut first = application(&one, 2 * round + 1);
        let mut second = application(&one, 2 * round + 2);
        (first.uid, second.uid) = (uid.clone(), uid);
        let (left, right) =
            futures_util::join!(one.insert_application(first, None), other.insert_application(second, None));
        match (left, right) {
            (Ok(_), Err(StoreError::Taken("uid"))) | (Err(StoreError::Taken("uid")), Ok(_)) => {}
            outcome => panic!("round {round}: one gets the uid, not {outcome:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_saves_at_two_nodes_one_is_stale() {
    let place = Place::new().await;
    let (one, other) = (place.open().await, place.open().await);
    let app = given_endpoints(&one, &[2]).await;
    for round in 0..ROUNDS {
        let read = one.endpoint(app, &ObjectRef::Id(id(&one, 2))).await.unwrap().unwrap();
        let (mut first, mut second) = (read.clone(), read);
        (first.description, second.description) = ("one".to_owned(), "other".to_owned());
        first.secrets.truncate(1);
        let (left, right) =
            futures_util::join!(one.save_endpoint(first, None), other.save_endpoint(second, None));
        let saved = match (left, right) {
            (Ok(saved), Err(StoreError::Stale)) | (Err(StoreError::Stale), Ok(saved)) => saved.into_inner(),
            outcome => panic!("round {round}: one save wins, not {outcome:?}"),
        };
        let kept = other.endpoint(app, &ObjectRef::Id(saved.id)).await.unwrap();
        assert_eq!(kept.as_ref(), Some(&saved), "round {round}: row and secrets are those of one save");
        one.save_endpoint(endpoint_with_version(&one, app, saved.version), None).await.unwrap();
    }
}

fn endpoint_with_version(
    core: &super::PgCore,
    app: hooktide_model::AppId,
    version: i32,
) -> hooktide_model::Endpoint {
    hooktide_model::Endpoint { version, ..endpoint(core, app, 2) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endpoint_of_an_application_that_another_node_deletes_is_missing_or_gone() {
    let place = Place::new().await;
    let (one, other) = (place.open().await, place.open().await);
    for round in 0..ROUNDS {
        let app = application(&one, 2 * round + 1);
        one.insert_application(app.clone(), None).await.unwrap();
        let late = endpoint(&one, app.id, 2 * round + 2);
        let org = org();
        let (inserted, deleted) =
            futures_util::join!(one.insert_endpoint(late, None), other.delete_application(&org, app.id));
        deleted.unwrap();
        assert!(matches!(inserted, Ok(_) | Err(StoreError::Missing)), "round {round}: {inserted:?}");
        assert!(one.all_endpoints(app.id).await.unwrap().is_empty(), "round {round}");
    }
}

#[tokio::test]
async fn earliest_note_of_failures_stays() {
    let place = Place::new().await;
    let core = place.open().await;
    let app = given_endpoints(&core, &[2]).await;
    let since = |ms| Some(hooktide_model::Timestamp::from_unix_ms(ms));
    let read =
        async || core.endpoint(app, &ObjectRef::Id(id(&core, 2))).await.unwrap().unwrap().failing_since;
    let seq = id::<hooktide_model::EndpointId>(&core, 2).seq();
    for (noted, kept) in [(since(5), since(5)), (since(9), since(5)), (since(4), since(4)), (None, None)] {
        core.note_failing_since(seq, noted).await.unwrap();
        assert_eq!(read().await, kept);
    }
}
