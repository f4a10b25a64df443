//! Claims about applications.

use hooktide_model::{AppId, Application, IdMint, Order, PageRequest};

use super::ConfigurationSubject;
use super::subject::{assert_refused, org, other_org, pairs, uid};
use crate::{ObjectRef, StoreError};

fn first_page() -> PageRequest<AppId> {
    PageRequest { limit: 50, order: Order::Ascending, cursor: None, backwards: false }
}

async fn read(subject: &ConfigurationSubject, id: AppId) -> Option<Application> {
    subject.store.application(&org(), &ObjectRef::Id(id)).await.expect("a read succeeds")
}

pub(super) async fn application_reads_back_as_written(subject: &ConfigurationSubject) {
    let full = subject.given_application(&org(), Some("customer-1")).await;
    let sparse =
        Application { throttle_rate: None, metadata: pairs(&[]), ..subject.application(&org(), None) };
    subject.store.insert_application(sparse.clone(), None).await.expect("a second application fits");

    assert_eq!(read(subject, full.id).await.as_ref(), Some(&full));
    assert_eq!(read(subject, sparse.id).await, Some(sparse));
    let by_uid = subject.store.application(&org(), &ObjectRef::Uid(uid("customer-1"))).await;
    assert_eq!(by_uid.expect("a read by uid succeeds"), Some(full));
}

pub(super) async fn uid_is_unique_in_its_organisation_only(subject: &ConfigurationSubject) {
    let first = subject.given_application(&org(), Some("same")).await;
    let second = subject.application(&org(), Some("same"));
    assert_refused!(subject.store.insert_application(second.clone(), None).await, StoreError::Taken("uid"));
    assert_eq!(read(subject, second.id).await, None, "a refused application must not be stored");

    subject.given_application(&org(), Some("SAME")).await;
    subject.given_application(&other_org(), Some("same")).await;
    subject.given_application(&org(), None).await;
    subject.given_application(&org(), None).await;
    let by_uid = subject.store.application(&org(), &ObjectRef::Uid(uid("same"))).await;
    assert_eq!(by_uid.expect("a read by uid succeeds"), Some(first));
}

pub(super) async fn other_organisation_finds_nothing(subject: &ConfigurationSubject) {
    let own = subject.given_application(&org(), Some("mine")).await;
    let other = other_org();
    for reference in [ObjectRef::Id(own.id), ObjectRef::Uid(uid("mine"))] {
        assert_eq!(subject.store.application(&other, &reference).await.expect("a read succeeds"), None);
    }
    let listed = subject.store.applications(&other, first_page()).await.expect("a list succeeds");
    assert_eq!(listed.data, []);
    assert_refused!(subject.store.delete_application(&other, own.id).await, StoreError::Missing);
    let stolen = Application { org: other, ..own.clone() };
    assert_refused!(subject.store.save_application(stolen).await, StoreError::Missing);
    assert_eq!(read(subject, own.id).await, Some(own));
}

pub(super) async fn save_counts_versions_and_keeps_creation(subject: &ConfigurationSubject) {
    let before = subject.given_application(&org(), Some("old")).await;
    let changed = Application {
        uid: None,
        name: "renamed".to_owned(),
        throttle_rate: None,
        metadata: pairs(&[("new", "pair")]),
        updated_at: subject.later(),
        ..before.clone()
    };
    let saved =
        subject.store.save_application(changed.clone()).await.expect("a save of the read version succeeds");
    assert_eq!(saved, Application { version: before.version + 1, ..changed });
    assert_eq!(read(subject, before.id).await, Some(saved));
    subject.given_application(&org(), Some("old")).await;
}

pub(super) async fn save_of_outdated_version_is_stale(subject: &ConfigurationSubject) {
    let before = subject.given_application(&org(), None).await;
    let first = Application { name: "first".to_owned(), ..before.clone() };
    let saved = subject.store.save_application(first).await.expect("the first save succeeds");
    let second = Application { name: "second".to_owned(), ..before };
    assert_refused!(subject.store.save_application(second).await, StoreError::Stale);
    assert_eq!(read(subject, saved.id).await, Some(saved));
}

pub(super) async fn save_of_deleted_row_is_missing(subject: &ConfigurationSubject) {
    let gone = subject.given_application(&org(), None).await;
    subject.store.delete_application(&org(), gone.id).await.expect("it is there");
    assert_refused!(subject.store.save_application(gone.clone()).await, StoreError::Missing);
    assert_refused!(subject.store.delete_application(&org(), gone.id).await, StoreError::Missing);
    assert_eq!(read(subject, gone.id).await, None);
}

pub(super) async fn save_with_uid_of_another_changes_nothing(subject: &ConfigurationSubject) {
    subject.given_application(&org(), Some("taken")).await;
    let own = subject.given_application(&org(), Some("own")).await;
    let greedy = Application { uid: Some(uid("taken")), name: "renamed".to_owned(), ..own.clone() };
    assert_refused!(subject.store.save_application(greedy).await, StoreError::Taken("uid"));
    assert_eq!(read(subject, own.id).await, Some(own));
}

pub(super) async fn of_saves_at_the_same_time_one_wins(subject: &ConfigurationSubject) {
    let before = subject.given_application(&org(), None).await;
    let mut saves = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = std::sync::Arc::clone(&subject.store);
        let changed = Application { name: format!("save {number}"), ..before.clone() };
        saves.spawn(async move { store.save_application(changed).await });
    }
    let mut won = Vec::new();
    for outcome in saves.join_all().await {
        match outcome {
            Ok(saved) => won.push(saved),
            Err(StoreError::Stale) => {}
            Err(other) => panic!("expected a win or Stale, got {other:?}"),
        }
    }
    assert_eq!(won.len(), 1, "one save of eight wins");
    assert_eq!(read(subject, before.id).await, won.pop());
}

pub(super) async fn deleting_takes_endpoints_along_and_frees_uids(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), Some("app")).await;
    let endpoint = subject.given_endpoint(app.id, Some("ep")).await;
    let bystander = subject.given_application(&org(), None).await;
    let kept = subject.given_endpoint(bystander.id, Some("ep")).await;

    subject.store.delete_application(&org(), app.id).await.expect("it is there");
    let by_key = subject.store.endpoint_by_key(endpoint.id.seq()).await.expect("a read succeeds");
    assert_eq!(by_key, None);
    assert_eq!(subject.store.all_endpoints(app.id).await.expect("a read succeeds"), []);
    assert_eq!(subject.store.all_endpoints(bystander.id).await.expect("a read succeeds"), [kept]);

    let next = subject.given_application(&org(), Some("app")).await;
    subject.given_endpoint(next.id, Some("ep")).await;
}

pub(super) async fn id_that_no_store_made_is_not_found(subject: &ConfigurationSubject) {
    let real = subject.given_application(&org(), None).await;
    let endpoint = subject.given_endpoint(real.id, None).await;
    // The right key inside, the wrong proof around it: what somebody who saw other ids could put together.
    let forger = IdMint::new(&[0x5a; 32]);
    let (forged_app, forged_endpoint) = (forger.id(real.id.seq()), forger.id(endpoint.id.seq()));

    assert_eq!(read(subject, forged_app).await, None);
    assert_refused!(subject.store.delete_application(&org(), forged_app).await, StoreError::Missing);
    let forged_row = Application { id: forged_app, ..real.clone() };
    assert_refused!(subject.store.save_application(forged_row).await, StoreError::Missing);
    assert_eq!(subject.store.all_endpoints(forged_app).await.expect("a read succeeds"), []);
    let orphan = subject.endpoint(forged_app, None);
    assert_refused!(subject.store.insert_endpoint(orphan, None).await, StoreError::Missing);
    let found = subject.store.endpoint(real.id, &ObjectRef::Id(forged_endpoint)).await;
    assert_eq!(found.expect("a read succeeds"), None);
    assert_refused!(subject.store.delete_endpoint(real.id, forged_endpoint).await, StoreError::Missing);
    assert_refused!(subject.store.delete_endpoint(forged_app, endpoint.id).await, StoreError::Missing);
    assert_eq!(read(subject, real.id).await, Some(real));
}
