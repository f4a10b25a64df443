//! Claims about sources and the applications they own.

use hooktide_model::{Order, OrgId, PageRequest, Source, SourceId, SourceToken};

use super::ConfigurationSubject;
use super::subject::{assert_refused, key, new, org, other_org, replayed, uid};
use crate::{ObjectRef, StoreError};

fn first_page<I>() -> PageRequest<I> {
    PageRequest { limit: 50, order: Order::Ascending, cursor: None, backwards: false }
}

async fn given(subject: &ConfigurationSubject, org: &OrgId, source_uid: Option<&str>) -> Source {
    new(subject.store.insert_source(subject.source(org, source_uid), None).await)
}

async fn read(subject: &ConfigurationSubject, id: SourceId) -> Option<Source> {
    subject.store.source(&org(), &ObjectRef::Id(id)).await.expect("a read succeeds")
}

pub(super) async fn source_reads_back_as_written(subject: &ConfigurationSubject) {
    let source = given(subject, &org(), Some("from-github")).await;
    assert_eq!(read(subject, source.id).await.as_ref(), Some(&source));
    let by_uid = subject.store.source(&org(), &ObjectRef::Uid(uid("from-github"))).await;
    assert_eq!(by_uid.expect("a read by uid succeeds").as_ref(), Some(&source));
    let by_token = subject.store.source_by_token(source.token.hash()).await;
    assert_eq!(by_token.expect("a read by token succeeds").as_ref(), Some(&source));
    let unknown = subject.store.source_by_token(SourceToken::hash_of("another")).await;
    assert_eq!(unknown.expect("a read by token succeeds"), None);
}

pub(super) async fn owned_application_is_found_by_nobody_else(subject: &ConfigurationSubject) {
    let source = given(subject, &org(), None).await;
    let own = subject.given_application(&org(), None).await;
    let endpoint = subject.given_endpoint(source.app, None).await;

    let by_id = subject.store.application(&org(), &ObjectRef::Id(source.app)).await;
    assert_eq!(by_id.expect("a read succeeds"), None);
    let listed = subject.store.applications(&org(), first_page()).await.expect("a list succeeds");
    assert_eq!(listed.data, [own]);
    assert_refused!(subject.store.delete_application(&org(), source.app).await, StoreError::Missing);
    let owned = subject.store.source_application(source.app).await.expect("a read succeeds");
    let owned = owned.expect("the source owns an application");
    assert_eq!((owned.id, &owned.org), (source.app, &source.org));
    assert_refused!(subject.store.save_application(owned.clone()).await, StoreError::Missing);
    let (found, its_application) = subject
        .store
        .endpoint_by_key(endpoint.id.seq())
        .await
        .expect("a read succeeds")
        .expect("it is there");
    assert_eq!((found.id, its_application.id), (endpoint.id, source.app));
}

pub(super) async fn deleting_takes_application_and_endpoints_along(subject: &ConfigurationSubject) {
    let source = given(subject, &org(), Some("mine")).await;
    let endpoint = subject.given_endpoint(source.app, None).await;
    assert_refused!(subject.store.delete_source(&other_org(), source.id).await, StoreError::Missing);
    subject.store.delete_source(&org(), source.id).await.expect("a deletion succeeds");
    assert_eq!(read(subject, source.id).await, None);
    let by_token = subject.store.source_by_token(source.token.hash()).await;
    assert_eq!(by_token.expect("a read succeeds"), None);
    assert_eq!(subject.store.source_application(source.app).await.expect("a read succeeds"), None);
    assert_eq!(subject.store.endpoint_by_key(endpoint.id.seq()).await.expect("a read succeeds"), None);
    assert_refused!(subject.store.delete_source(&org(), source.id).await, StoreError::Missing);
    given(subject, &org(), Some("mine")).await;
}

pub(super) async fn other_organisation_finds_no_source(subject: &ConfigurationSubject) {
    let source = given(subject, &org(), Some("mine")).await;
    for reference in [ObjectRef::Id(source.id), ObjectRef::Uid(uid("mine"))] {
        assert_eq!(subject.store.source(&other_org(), &reference).await.expect("a read succeeds"), None);
    }
    let listed = subject.store.sources(&other_org(), first_page()).await.expect("a list succeeds");
    assert_eq!(listed.data, []);
    let stolen = Source { org: other_org(), ..source.clone() };
    assert_refused!(subject.store.save_source(stolen, None).await, StoreError::Missing);
    given(subject, &other_org(), Some("mine")).await;
    let refused = subject.store.insert_source(subject.source(&org(), Some("mine")), None).await;
    assert_refused!(refused, StoreError::Taken("uid"));
    let listed = subject.store.sources(&org(), first_page()).await.expect("a list succeeds");
    assert_eq!(listed.data, [source]);
}

pub(super) async fn saved_source_has_the_new_token_only(subject: &ConfigurationSubject) {
    let source = given(subject, &org(), None).await;
    let changed = Source {
        token: SourceToken::new("rotated".to_owned()),
        secrets: Vec::new(),
        updated_at: subject.later(),
        ..source.clone()
    };
    let saved = new(subject.store.save_source(changed.clone(), key(1, 1)).await);
    assert_eq!(saved, Source { version: 2, ..changed.clone() });
    assert_refused!(subject.store.save_source(changed.clone(), None).await, StoreError::Stale);
    assert_eq!(replayed(subject.store.save_source(changed, key(1, 1)).await), saved);
    let by_old = subject.store.source_by_token(source.token.hash()).await;
    assert_eq!(by_old.expect("a read succeeds"), None);
    let by_new = subject.store.source_by_token(saved.token.hash()).await;
    assert_eq!(by_new.expect("a read succeeds"), Some(saved));
}

pub(super) async fn same_request_makes_one_source(subject: &ConfigurationSubject) {
    let first = new(subject.store.insert_source(subject.source(&org(), None), key(1, 1)).await);
    let again = replayed(subject.store.insert_source(subject.source(&org(), None), key(1, 1)).await);
    assert_eq!(again, first);
    let listed = subject.store.sources(&org(), first_page()).await.expect("a list succeeds");
    assert_eq!(listed.data, [first]);
}

pub(super) async fn sources_that_fetch_are_found_over_all_organisations(subject: &ConfigurationSubject) {
    let fetching = given(subject, &org(), None).await;
    let other = given(subject, &other_org(), None).await;
    let waiting = Source { feed: None, ..subject.source(&org(), None) };
    let waiting = new(subject.store.insert_source(waiting, None).await);
    let read = async |limit| subject.store.fetching_sources(limit).await.expect("a read succeeds");
    assert_eq!(read(9).await, [fetching.clone(), other.clone()]);
    assert_eq!(read(1).await, std::slice::from_ref(&fetching));

    let ended = new(subject.store.save_source(Source { feed: None, ..fetching }, None).await);
    let begun = Source { feed: ended.feed.clone().or_else(|| other.feed.clone()), ..waiting };
    let begun = new(subject.store.save_source(begun, None).await);
    assert_eq!(read(9).await, [other.clone(), begun.clone()]);
    subject.store.delete_source(&other_org(), other.id).await.expect("a deletion succeeds");
    assert_eq!(read(9).await, [begun]);
}
