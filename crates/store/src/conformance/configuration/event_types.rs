//! Claims about event types.

use hooktide_model::{EventType, EventTypeName, Order, PageRequest};

use super::ConfigurationSubject;
use super::subject::{assert_refused, name, new, org, other_org};
use crate::StoreError;

async fn read(subject: &ConfigurationSubject, type_name: &str) -> Option<EventType> {
    subject.store.event_type(&org(), &name(type_name)).await.expect("a read succeeds")
}

pub(super) async fn event_type_reads_back_as_written(subject: &ConfigurationSubject) {
    let full = subject.given_event_type(&org(), "invoice.paid").await;
    let sparse = EventType {
        description: String::new(),
        archived: true,
        deprecated: false,
        schemas: None,
        group_name: None,
        feature_flags: Vec::new(),
        ..subject.event_type(&org(), "invoice")
    };
    new(subject.store.insert_event_type(sparse.clone(), None).await);
    assert_eq!(read(subject, "invoice.paid").await, Some(full));
    assert_eq!(read(subject, "invoice").await, Some(sparse));
    assert_eq!(read(subject, "invoice.pai").await, None);
}

pub(super) async fn name_is_unique_in_its_organisation_only(subject: &ConfigurationSubject) {
    let first = subject.given_event_type(&org(), "same").await;
    let second = EventType { description: "second".to_owned(), ..subject.event_type(&org(), "same") };
    assert_refused!(subject.store.insert_event_type(second.clone(), None).await, StoreError::Taken("name"));
    assert_eq!(read(subject, "same").await, Some(first));

    let others = EventType { org: other_org(), ..second };
    new(subject.store.insert_event_type(others.clone(), None).await);
    subject.given_event_type(&org(), "Same").await;
    subject.store.expunge_event_type(&org(), &name("same")).await.expect("it is there");
    let kept = subject.store.event_type(&other_org(), &name("same")).await;
    assert_eq!(kept.expect("a read succeeds"), Some(others));
}

pub(super) async fn save_of_outdated_version_is_stale(subject: &ConfigurationSubject) {
    let before = subject.given_event_type(&org(), "a").await;
    let changed = EventType {
        description: "changed".to_owned(),
        deprecated: false,
        archived: true,
        schemas: None,
        group_name: None,
        feature_flags: Vec::new(),
        updated_at: subject.later(),
        ..before.clone()
    };
    let saved = subject.store.save_event_type(changed.clone()).await.expect("the first save succeeds");
    assert_eq!(saved, EventType { version: before.version + 1, ..changed });
    assert_refused!(subject.store.save_event_type(before).await, StoreError::Stale);
    assert_eq!(read(subject, "a").await, Some(saved));
}

pub(super) async fn expunged_event_type_is_missing_and_frees_its_name(subject: &ConfigurationSubject) {
    let gone = subject.given_event_type(&org(), "a").await;
    subject.store.expunge_event_type(&org(), &gone.name).await.expect("it is there");
    assert_eq!(read(subject, "a").await, None);
    assert_refused!(subject.store.expunge_event_type(&org(), &gone.name).await, StoreError::Missing);
    assert_refused!(subject.store.save_event_type(gone).await, StoreError::Missing);
    let next = subject.given_event_type(&org(), "a").await;
    assert_eq!(read(subject, "a").await, Some(next));
}

pub(super) async fn archived_types_are_listed_only_when_asked_for(subject: &ConfigurationSubject) {
    for (type_name, archived) in [("a", false), ("b", true), ("c", true), ("d", false)] {
        let event_type = EventType { archived, ..subject.event_type(&org(), type_name) };
        new(subject.store.insert_event_type(event_type, None).await);
    }
    let pages = [
        (false, 1, vec!["a"], false),
        (false, 2, vec!["a", "d"], true),
        (true, 3, vec!["a", "b", "c"], false),
    ];
    for (include_archived, limit, names, done) in pages {
        let page = PageRequest { limit, order: Order::Ascending, cursor: None, backwards: false };
        let listed =
            subject.store.event_types(&org(), include_archived, page).await.expect("a list succeeds");
        let listed =
            (listed.data.iter().map(|row| row.name.clone()).collect::<Vec<EventTypeName>>(), listed.done);
        assert_eq!(
            listed,
            (names.into_iter().map(name).collect(), done),
            "archived {include_archived}, {limit}"
        );
    }
}
