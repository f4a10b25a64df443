//! Claims about lists: every row once, in order, whichever way the pages are walked.

use std::fmt::Debug;
use std::pin::Pin;

use hooktide_model::{AppId, Application, Endpoint, EventType, Order, Page, PageRequest};

use super::ConfigurationSubject;
use super::subject::{new, org, other_org};
use crate::StoreError;

/// Rows a walk may meet: more than any claim puts in, so that a list that repeats itself ends the claim.
const WALKED_ROWS_MAX: usize = 100;

/// A page that is being read.
type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<Page<T>, StoreError>> + Send + 'a>>;

/// A list to walk: how it reads a page, and the key a page goes on from.
struct List<'a, T, K> {
    read: Box<dyn Fn(PageRequest<K>) -> Reading<'a, T> + Send + Sync + 'a>,
    key: fn(&T) -> K,
}

/// Ask for pages until one is done; the rows in the order of the list.
async fn walk<T, K>(list: &List<'_, T, K>, order: Order, backwards: bool, limit: usize) -> Vec<T> {
    let mut listed = Vec::new();
    let mut cursor = None;
    loop {
        let page =
            (list.read)(PageRequest { limit, order, cursor, backwards }).await.expect("a list succeeds");
        assert!(page.data.len() <= limit, "a page of {} rows was asked for {limit}", page.data.len());
        let last = if backwards { page.data.first() } else { page.data.last() };
        cursor = last.map(list.key);
        if backwards {
            listed.splice(0..0, page.data);
        } else {
            listed.extend(page.data);
        }
        assert!(listed.len() <= WALKED_ROWS_MAX, "the list repeats itself");
        if page.done {
            return listed;
        }
        assert!(cursor.is_some(), "an empty page must be the last one");
    }
}

/// Walk in every way; `rows` is what the ascending list must hold.
async fn assert_every_walk<T, K>(rows: Vec<T>, list: List<'_, T, K>)
where
    T: PartialEq + Debug + Clone,
{
    let descending: Vec<T> = rows.iter().rev().cloned().collect();
    for limit in [1, 2, 3, rows.len() - 1, rows.len(), rows.len() + 1] {
        for backwards in [false, true] {
            let walked = walk(&list, Order::Ascending, backwards, limit).await;
            assert_eq!(walked, rows, "ascending, backwards {backwards}, pages of {limit}");
            let walked = walk(&list, Order::Descending, backwards, limit).await;
            assert_eq!(walked, descending, "descending, backwards {backwards}, pages of {limit}");
        }
    }
}

async fn given_applications(subject: &ConfigurationSubject, count: usize) -> Vec<Application> {
    let mut rows = Vec::new();
    for _ in 0..count {
        rows.push(subject.given_application(&org(), None).await);
        subject.given_application(&other_org(), None).await;
    }
    rows
}

pub(super) async fn applications_are_paged_without_gap_or_repeat(subject: &ConfigurationSubject) {
    let rows = given_applications(subject, 7).await;
    let org = org();
    let read = Box::new(|page| subject.store.applications(&org, page));
    assert_every_walk(rows, List { read, key: |row| row.id }).await;
}

pub(super) async fn endpoints_are_paged_without_gap_or_repeat(subject: &ConfigurationSubject) {
    let app = subject.given_application(&org(), None).await;
    let other = subject.given_application(&org(), None).await;
    let mut rows: Vec<Endpoint> = Vec::new();
    for _ in 0..7 {
        rows.push(subject.given_endpoint(app.id, None).await);
        subject.given_endpoint(other.id, None).await;
    }
    let read = Box::new(|page| subject.store.endpoints(app.id, page));
    assert_every_walk(rows, List { read, key: |row| row.id }).await;
}

pub(super) async fn event_types_are_paged_without_gap_or_repeat(subject: &ConfigurationSubject) {
    let org = org();
    let mut rows: Vec<EventType> = Vec::new();
    // Already in the order of their bytes, which is the list's.
    for type_name in ["-", ".x", "0", "A", "Z.z", "_", "a", "a.b", "a.b.c", "aa", "z"] {
        let archived = type_name.len() == 2;
        let row = EventType { archived, ..subject.event_type(&org, type_name) };
        rows.push(new(subject.store.insert_event_type(row, None).await));
        subject.given_event_type(&other_org(), type_name).await;
    }
    let live: Vec<EventType> = rows.iter().filter(|row| !row.archived).cloned().collect();
    for (include_archived, rows) in [(true, rows), (false, live)] {
        let org = &org;
        let read = Box::new(move |page| subject.store.event_types(org, include_archived, page));
        assert_every_walk(rows, List { read, key: |row| row.name.clone() }).await;
    }
}

pub(super) async fn page_before_a_row_is_in_the_lists_order(subject: &ConfigurationSubject) {
    let rows = given_applications(subject, 6).await;
    let before =
        |order, row: &Application| PageRequest { limit: 2, order, cursor: Some(row.id), backwards: true };

    let page = subject
        .store
        .applications(&org(), before(Order::Ascending, &rows[3]))
        .await
        .expect("a list succeeds");
    assert_eq!(page, Page { data: vec![rows[1].clone(), rows[2].clone()], done: false });
    let page = subject
        .store
        .applications(&org(), before(Order::Ascending, &rows[2]))
        .await
        .expect("a list succeeds");
    assert_eq!(page, Page { data: vec![rows[0].clone(), rows[1].clone()], done: true });
    let page = subject
        .store
        .applications(&org(), before(Order::Descending, &rows[2]))
        .await
        .expect("a list succeeds");
    assert_eq!(page, Page { data: vec![rows[4].clone(), rows[3].clone()], done: false });
}

pub(super) async fn cursor_of_a_deleted_row_still_marks_its_place(subject: &ConfigurationSubject) {
    let rows = given_applications(subject, 4).await;
    subject.store.delete_application(&org(), rows[1].id).await.expect("it is there");
    let page = PageRequest { limit: 5, order: Order::Ascending, cursor: Some(rows[1].id), backwards: false };
    let listed = subject.store.applications(&org(), page).await.expect("a list succeeds");
    assert_eq!(listed, Page { data: vec![rows[2].clone(), rows[3].clone()], done: true });
}

pub(super) async fn list_of_nothing_is_empty_and_done(subject: &ConfigurationSubject) {
    for backwards in [false, true] {
        let page = || PageRequest::<AppId> { limit: 5, order: Order::Descending, cursor: None, backwards };
        let listed = subject.store.applications(&org(), page()).await.expect("a list succeeds");
        assert_eq!(listed, Page { data: Vec::new(), done: true });
        let page = PageRequest { limit: 5, order: Order::Ascending, cursor: None, backwards };
        let listed = subject.store.endpoints(subject.id(), page).await.expect("a list succeeds");
        assert_eq!(listed, Page { data: Vec::new(), done: true });
    }
}
