//! Claims about endpoints.

use hooktide_model::{AppId, Endpoint, EndpointId, EndpointTransformation, Order, PageRequest, Seq};

use super::ConfigurationSubject;
use super::subject::{assert_refused, name, new, org, pairs, secret, uid};
use crate::{ObjectRef, StoreError};

async fn read(subject: &ConfigurationSubject, app: AppId, id: EndpointId) -> Option<Endpoint> {
    subject.store.endpoint(app, &ObjectRef::Id(id)).await.expect("a read succeeds")
}

async fn given(subject: &ConfigurationSubject) -> Endpoint {
    let app = subject.given_application(&org(), None).await;
    subject.given_endpoint(app.id, None).await
}

pub(super) async fn endpoint_reads_back_as_written(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    let full = subject.given_endpoint(app.id, Some("full")).await;
    let sparse = Endpoint {
        destination: None,
        filter: None,
        transformation: None,
        throttle_rate: None,
        disabled: true,
        event_types: None,
        channels: None,
        metadata: pairs(&[]),
        headers: pairs(&[]),
        secrets: vec![secret("whsk_only", None)],
        failing_since: Some(subject.later()),
        ..subject.endpoint(app.id, None)
    };
    new(subject.store.insert_endpoint(sparse.clone(), None).await);

    assert_eq!(read(subject, app.id, full.id).await.as_ref(), Some(&full));
    assert_eq!(read(subject, app.id, sparse.id).await, Some(sparse));
    let by_uid = subject.store.endpoint(app.id, &ObjectRef::Uid(uid("full"))).await;
    assert_eq!(by_uid.expect("a read by uid succeeds"), Some(full));
}

pub(super) async fn no_filter_and_empty_filter_stay_apart(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    for (event_types, channels) in [(None, Some(Vec::new())), (Some(Vec::new()), None)] {
        let endpoint = Endpoint { event_types, channels, ..subject.endpoint(app.id, None) };
        new(subject.store.insert_endpoint(endpoint.clone(), None).await);
        assert_eq!(read(subject, app.id, endpoint.id).await, Some(endpoint));
    }
}

pub(super) async fn uid_is_unique_in_its_application_only(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    let other = subject.given_application(&org(), None).await;
    let first = subject.given_endpoint(app.id, Some("same")).await;
    let second = subject.endpoint(app.id, Some("same"));
    assert_refused!(subject.store.insert_endpoint(second.clone(), None).await, StoreError::Taken("uid"));
    assert_eq!(read(subject, app.id, second.id).await, None, "a refused endpoint must not be stored");

    subject.given_endpoint(other.id, Some("same")).await;
    let third = subject.given_endpoint(app.id, None).await;
    let greedy = Endpoint { uid: Some(uid("same")), secrets: Vec::new(), ..third.clone() };
    assert_refused!(subject.store.save_endpoint(greedy, None).await, StoreError::Taken("uid"));
    assert_eq!(read(subject, app.id, third.id).await, Some(third));

    subject.store.delete_endpoint(app.id, first.id).await.expect("it is there");
    subject.given_endpoint(app.id, Some("same")).await;
}

pub(super) async fn endpoint_without_application_is_missing(subject: &ConfigurationSubject) {
    let gone = subject.given_application(&org(), None).await;
    subject.store.delete_application(&org(), gone.id).await.expect("it is there");
    let orphan = subject.endpoint(gone.id, None);
    assert_refused!(subject.store.insert_endpoint(orphan.clone(), None).await, StoreError::Missing);
    assert_eq!(subject.store.endpoint_by_key(orphan.id.seq()).await.expect("a read succeeds"), None);
}

pub(super) async fn other_application_finds_nothing(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    let other = subject.given_application(&org(), None).await;
    let own = subject.given_endpoint(app.id, Some("mine")).await;
    for reference in [ObjectRef::Id(own.id), ObjectRef::Uid(uid("mine"))] {
        assert_eq!(subject.store.endpoint(other.id, &reference).await.expect("a read succeeds"), None);
    }
    let page = PageRequest { limit: 50, order: Order::Ascending, cursor: None, backwards: false };
    assert_eq!(subject.store.endpoints(other.id, page).await.expect("a list succeeds").data, []);
    assert_refused!(subject.store.delete_endpoint(other.id, own.id).await, StoreError::Missing);
    let stolen = Endpoint { app: other.id, ..own.clone() };
    assert_refused!(subject.store.save_endpoint(stolen, None).await, StoreError::Missing);
    assert_eq!(read(subject, app.id, own.id).await, Some(own));
}

pub(super) async fn save_replaces_headers_and_secrets(subject: &ConfigurationSubject) {
    let before = given(subject).await;
    let mut secrets = vec![secret("whsec_rotated", None)];
    secrets.extend(before.secrets.iter().map(|old| secret(&old.secret, Some(before.created_at))));
    let changed = Endpoint {
        destination: None,
        filter: None,
        transformation: Some(EndpointTransformation {
            code: None,
            enabled: false,
            variables: pairs(&[]),
            updated_at: subject.later(),
        }),
        uid: Some(uid("named")),
        url: "http://[2001:db8::1]/".to_owned(),
        description: String::new(),
        throttle_rate: None,
        event_types: Some(vec![name("user.created")]),
        channels: None,
        metadata: pairs(&[]),
        headers: pairs(&[("x-new", "value")]),
        secrets,
        updated_at: subject.later(),
        ..before.clone()
    };
    let saved = new(subject.store.save_endpoint(changed.clone(), None).await);
    assert_eq!(saved, Endpoint { version: before.version + 1, ..changed });
    assert_eq!(read(subject, before.app, before.id).await.as_ref(), Some(&saved));

    let bare = Endpoint { headers: pairs(&[]), secrets: vec![secret("whsec_last", None)], ..saved };
    let saved = new(subject.store.save_endpoint(bare, None).await);
    assert_eq!(read(subject, before.app, before.id).await, Some(saved));
}

pub(super) async fn save_of_outdated_version_is_stale_and_keeps_secrets(subject: &ConfigurationSubject) {
    let before = given(subject).await;
    let first = Endpoint { secrets: vec![secret("whsec_first", None)], ..before.clone() };
    let saved = new(subject.store.save_endpoint(first, None).await);
    let second = Endpoint { secrets: vec![secret("whsec_second", None)], ..before.clone() };
    assert_refused!(subject.store.save_endpoint(second.clone(), None).await, StoreError::Stale);
    assert_eq!(read(subject, before.app, before.id).await, Some(saved));

    subject.store.delete_endpoint(before.app, before.id).await.expect("it is there");
    assert_refused!(subject.store.save_endpoint(second, None).await, StoreError::Missing);
}

pub(super) async fn deleted_endpoint_is_gone_for_every_reader(subject: &ConfigurationSubject) {
    let gone = given(subject).await;
    subject.store.delete_endpoint(gone.app, gone.id).await.expect("it is there");
    assert_eq!(read(subject, gone.app, gone.id).await, None);
    assert_eq!(subject.store.all_endpoints(gone.app).await.expect("a read succeeds"), []);
    assert_eq!(subject.store.endpoint_by_key(gone.id.seq()).await.expect("a read succeeds"), None);
    assert_refused!(subject.store.delete_endpoint(gone.app, gone.id).await, StoreError::Missing);
    // Outcomes of deliveries that were under way may still come in.
    subject.store.note_failing_since(gone.id.seq(), None).await.expect("a note on what is gone is no error");
    assert!(!subject.store.disable_endpoint(gone.id.seq(), gone.created_at).await.expect("the same"));
}

pub(super) async fn failing_mark_is_no_version_and_survives_saves(subject: &ConfigurationSubject) {
    let before = given(subject).await;
    let since = subject.later();
    subject.store.note_failing_since(before.id.seq(), Some(since)).await.expect("a note succeeds");
    let marked = Endpoint { failing_since: Some(since), ..before.clone() };
    assert_eq!(read(subject, before.app, before.id).await, Some(marked));

    let edit_of_older_read = Endpoint { description: "edited".to_owned(), ..before.clone() };
    let saved = new(subject.store.save_endpoint(edit_of_older_read, None).await);
    assert_eq!(saved.failing_since, Some(since));
    assert_eq!(read(subject, before.app, before.id).await.as_ref(), Some(&saved));

    subject.store.note_failing_since(before.id.seq(), None).await.expect("a note succeeds");
    let healed = Endpoint { failing_since: None, ..saved };
    assert_eq!(read(subject, before.app, before.id).await, Some(healed));
}

pub(super) async fn switching_on_clears_the_failing_mark(subject: &ConfigurationSubject) {
    let before = given(subject).await;
    let since = subject.later();
    subject.store.note_failing_since(before.id.seq(), Some(since)).await.expect("a note succeeds");
    assert!(subject.store.disable_endpoint(before.id.seq(), since).await.expect("disabling succeeds"));
    let disabled = read(subject, before.app, before.id).await.expect("it is there");
    assert_eq!(disabled.failing_since, Some(since));

    let on = new(subject.store.save_endpoint(Endpoint { disabled: false, ..disabled }, None).await);
    assert_eq!(on.failing_since, None);
    assert_eq!(read(subject, before.app, before.id).await, Some(on));
}

pub(super) async fn disabling_happens_once_and_counts_as_a_change(subject: &ConfigurationSubject) {
    let before = given(subject).await;
    let now = subject.later();
    assert!(subject.store.disable_endpoint(before.id.seq(), now).await.expect("disabling succeeds"));
    let disabled =
        Endpoint { disabled: true, updated_at: now, version: before.version + 1, ..before.clone() };
    assert_eq!(read(subject, before.app, before.id).await.as_ref(), Some(&disabled));
    assert_refused!(subject.store.save_endpoint(before.clone(), None).await, StoreError::Stale);

    let later = subject.later();
    assert!(!subject.store.disable_endpoint(before.id.seq(), later).await.expect("again succeeds"));
    assert_eq!(read(subject, before.app, before.id).await, Some(disabled));
}

pub(super) async fn delivering_reads_endpoint_and_application_by_key(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    subject.given_application(&org(), None).await;
    let endpoint = subject.given_endpoint(app.id, None).await;
    let read = subject.store.endpoint_by_key(endpoint.id.seq()).await.expect("a read succeeds");
    assert_eq!(read, Some((endpoint, app.clone())));
    for nothing in [Seq::MIN, app.id.seq(), Seq::MAX] {
        assert_eq!(subject.store.endpoint_by_key(nothing).await.expect("a read succeeds"), None);
    }
}

pub(super) async fn all_endpoints_are_the_applications_own_with_their_secrets(
    subject: &ConfigurationSubject,
) {
    let app = subject.given_application(&org(), None).await;
    let other = subject.given_application(&org(), None).await;
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for number in 0..20_u64 {
        own.push(subject.given_endpoint(app.id, None).await);
        others.push(subject.given_endpoint(other.id, None).await);
        if number % 5 == 0 {
            let off = Endpoint { disabled: true, ..subject.endpoint(app.id, None) };
            own.push(new(subject.store.insert_endpoint(off, None).await));
        }
    }
    assert_eq!(subject.store.all_endpoints(app.id).await.expect("a read succeeds"), own);
    assert_eq!(subject.store.all_endpoints(other.id).await.expect("a read succeeds"), others);
}
