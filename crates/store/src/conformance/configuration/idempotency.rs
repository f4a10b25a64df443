//! Claims about idempotency keys.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{Application, Endpoint, EventType, Order, PageRequest};

use super::ConfigurationSubject;
use super::subject::{assert_refused, key, name, new, org, replayed, secret};
use crate::{ObjectRef, StoreError, Written};

async fn count(subject: &ConfigurationSubject) -> usize {
    let page = PageRequest { limit: 100, order: Order::Ascending, cursor: None, backwards: false };
    subject.store.applications(&org(), page).await.expect("a list succeeds").data.len()
}

pub(super) async fn same_request_makes_one_application(subject: &ConfigurationSubject) {
    let first =
        new(subject.store.insert_application(subject.application(&org(), Some("a")), key(1, 1)).await);
    // The repeat has a new id and the same uid, as a caller's repeat has.
    let repeat = subject.application(&org(), Some("a"));
    assert_eq!(replayed(subject.store.insert_application(repeat, key(1, 1)).await), first);
    assert_eq!(count(subject).await, 1);
    new(subject.store.insert_application(subject.application(&org(), None), key(2, 1)).await);
    assert_eq!(count(subject).await, 2);
}

pub(super) async fn same_request_makes_one_endpoint(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    let first = new(subject.store.insert_endpoint(subject.endpoint(app.id, None), key(1, 1)).await);
    let repeat = subject.endpoint(app.id, None);
    assert_eq!(replayed(subject.store.insert_endpoint(repeat, key(1, 1)).await), first);
    assert_eq!(subject.store.all_endpoints(app.id).await.expect("a read succeeds"), [first]);
}

pub(super) async fn same_request_makes_one_event_type(subject: &ConfigurationSubject) {
    let first = new(subject.store.insert_event_type(subject.event_type(&org(), "a"), key(1, 1)).await);
    let repeat = subject.event_type(&org(), "a");
    assert_eq!(replayed(subject.store.insert_event_type(repeat.clone(), key(1, 1)).await), first);
    assert_refused!(subject.store.insert_event_type(repeat, None).await, StoreError::Taken("name"));
}

pub(super) async fn same_request_saves_an_endpoint_once(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    let before = subject.given_endpoint(app.id, None).await;
    let rotated = Endpoint { secrets: vec![secret("whsec_rotated", None)], ..before.clone() };
    let saved = new(subject.store.save_endpoint(rotated, key(1, 1)).await);

    // A repeat rotates to another random secret, from whichever version it read.
    for version in [before.version, saved.version] {
        let repeat = Endpoint { secrets: vec![secret("whsec_again", None)], version, ..before.clone() };
        assert_eq!(replayed(subject.store.save_endpoint(repeat, key(1, 1)).await), saved);
    }
    let read = subject.store.endpoint(app.id, &ObjectRef::Id(before.id)).await;
    assert_eq!(read.expect("a read succeeds"), Some(saved));
}

pub(super) async fn replay_gives_the_row_as_it_is_now(subject: &ConfigurationSubject) {
    let first = new(subject.store.insert_application(subject.application(&org(), None), key(1, 1)).await);
    let renamed = Application { name: "renamed".to_owned(), ..first };
    let saved = subject.store.save_application(renamed).await.expect("a save succeeds");
    let repeat = subject.application(&org(), None);
    assert_eq!(replayed(subject.store.insert_application(repeat, key(1, 1)).await), saved);
}

pub(super) async fn replay_of_a_deleted_row_is_missing(subject: &ConfigurationSubject) {
    let first = new(subject.store.insert_application(subject.application(&org(), None), key(1, 1)).await);
    subject.store.delete_application(&org(), first.id).await.expect("it is there");
    let repeat = subject.application(&org(), None);
    assert_refused!(subject.store.insert_application(repeat, key(1, 1)).await, StoreError::Missing);
    assert_eq!(count(subject).await, 0);
}

pub(super) async fn replay_never_gives_a_namesake_made_later(subject: &ConfigurationSubject) {
    new(subject.store.insert_event_type(subject.event_type(&org(), "a"), key(1, 1)).await);
    subject.store.expunge_event_type(&org(), &name("a")).await.expect("it is there");
    let namesake = EventType { description: "another".to_owned(), ..subject.event_type(&org(), "a") };
    new(subject.store.insert_event_type(namesake, None).await);
    let repeat = subject.event_type(&org(), "a");
    assert_refused!(subject.store.insert_event_type(repeat, key(1, 1)).await, StoreError::Missing);
}

pub(super) async fn key_with_another_request_is_refused(subject: &ConfigurationSubject) {
    let app = new(subject.store.insert_application(subject.application(&org(), None), key(1, 1)).await);
    let other = subject.application(&org(), None);
    assert_refused!(subject.store.insert_application(other, key(1, 2)).await, StoreError::KeyReused);
    assert_eq!(count(subject).await, 1);

    let before = new(subject.store.insert_endpoint(subject.endpoint(app.id, None), key(3, 1)).await);
    let changed = Endpoint { description: "changed".to_owned(), ..before.clone() };
    assert_refused!(subject.store.save_endpoint(changed, key(3, 2)).await, StoreError::KeyReused);
    assert_eq!(subject.store.all_endpoints(app.id).await.expect("a read succeeds"), [before]);
}

pub(super) async fn refused_insert_leaves_its_key_unused(subject: &ConfigurationSubject) {
    subject.given_application(&org(), Some("taken")).await;
    let greedy = subject.application(&org(), Some("taken"));
    assert_refused!(subject.store.insert_application(greedy, key(1, 1)).await, StoreError::Taken("uid"));
    new(subject.store.insert_application(subject.application(&org(), Some("free")), key(1, 2)).await);
}

pub(super) async fn key_is_forgotten_after_the_window(subject: &ConfigurationSubject) {
    let first = new(subject.store.insert_application(subject.application(&org(), None), key(1, 1)).await);
    subject.clock.advance(subject.idempotency_window.saturating_sub(Duration::from_millis(1)));
    let repeat = subject.application(&org(), None);
    assert_eq!(replayed(subject.store.insert_application(repeat, key(1, 1)).await), first);

    subject.clock.advance(Duration::from_millis(1));
    let second = new(subject.store.insert_application(subject.application(&org(), None), key(1, 2)).await);
    let repeat = subject.application(&org(), None);
    assert_eq!(replayed(subject.store.insert_application(repeat, key(1, 2)).await), second);
}

pub(super) async fn requests_at_the_same_time_make_one_row(subject: &ConfigurationSubject) {
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, application) = (Arc::clone(&subject.store), subject.application(&org(), None));
        requests.spawn(async move { store.insert_application(application, key(1, 1)).await });
    }
    let outcomes: Vec<Written<Application>> = requests
        .join_all()
        .await
        .into_iter()
        .map(|outcome| outcome.expect("every request succeeds"))
        .collect();
    let made = outcomes.iter().filter(|outcome| matches!(outcome, Written::New(_))).count();
    assert_eq!(made, 1, "one request of eight makes the row");
    let mut rows = outcomes.into_iter().map(Written::into_inner);
    let first = rows.next().expect("there are eight");
    assert!(rows.all(|row| row == first), "all requests get the same row");
    assert_eq!(count(subject).await, 1);
}
