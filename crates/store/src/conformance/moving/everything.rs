//! Everything that the seam tells of a store.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::id::TypedId;
use hooktide_model::{
    Application, DeliveryState, Endpoint, EventType, Message, Order, Page, PageRequest, Receipt, ReceiptHead,
    Seq, Source, Timestamp,
};

use super::filled::Filled;
use crate::{
    AttemptCounts, AttemptFilter, ListedAttempt, ListedMessage, MessageFilter, NothingInHand, ReceiptFilter,
    Store, StoreError, Written,
};

/// Rows of a page: lists are read in several.
const PAGE: usize = 50;
/// Further in the future than anything is due.
const LATER: Duration = Duration::from_secs(3650 * 24 * 3600);

/// A delivery that waits: endpoint, due time, message, tries, and what asked for it.
type Waiting = (Seq, Timestamp, Message, u16, u8);

/// All of it, in the order of its lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Everything {
    /// Bytes of an id, which shows what ids are made with.
    pub ids: Vec<u8>,
    /// Of all organisations.
    pub applications: Vec<Application>,
    /// With their applications, hidden ones too.
    pub endpoints: Vec<(Endpoint, Application)>,
    /// Of all organisations.
    pub sources: Vec<Source>,
    /// Archived ones too.
    pub event_types: Vec<EventType>,
    /// With payloads, as far as these are kept.
    pub messages: Vec<Message>,
    /// The requests that messages came with.
    pub heads: Vec<Option<ReceiptHead>>,
    /// By message.
    pub deliveries: Vec<Vec<DeliveryState>>,
    /// By message.
    pub attempts: Vec<Vec<ListedAttempt>>,
    /// By endpoint.
    pub attempts_of_endpoints: Vec<ListedAttempt>,
    /// Those tried, by endpoint.
    pub messages_of_endpoints: Vec<ListedMessage>,
    /// Attempts by status, by endpoint.
    pub counts: Vec<AttemptCounts>,
    /// With their bodies.
    pub receipts: Vec<Option<Receipt>>,
    /// The schedule.
    pub waiting: Vec<Waiting>,
    /// The earliest due time of each endpoint.
    pub scheduled: Vec<(Seq, Timestamp)>,
    /// How many wait.
    pub scheduled_count: u64,
}

fn first<K>(cursor: Option<K>) -> PageRequest<K> {
    PageRequest { limit: PAGE, order: Order::Ascending, cursor, backwards: false }
}

/// Read all pages of a list.
async fn all<K, T, F: Future<Output = Result<Page<T>, StoreError>>>(
    key: impl Fn(&T) -> K,
    page: impl Fn(PageRequest<K>) -> F,
) -> Vec<T> {
    let mut rows = Vec::new();
    loop {
        let read = page(first(rows.last().map(&key))).await.expect("a list is read");
        rows.extend(read.data);
        if read.done {
            return rows;
        }
    }
}

/// Read everything that a filled store holds, as of `now`.
pub async fn everything(store: &dyn Store, filled: &Filled, now: Timestamp) -> Everything {
    let mut found = Everything {
        ids: store.mint().id::<hooktide_model::MessageId>(Seq(1)).to_bytes().to_vec(),
        ..Everything::default()
    };
    configuration(store, filled, &mut found).await;
    history(store, filled, &mut found).await;
    for endpoint in &filled.endpoints {
        found.attempts_of_endpoints.extend(
            all(
                |row: &ListedAttempt| row.attempt.id,
                |page| store.attempts_of_endpoint(*endpoint, attempts(page)),
            )
            .await,
        );
        found.messages_of_endpoints.extend(
            all(
                |row: &ListedMessage| row.message.id,
                |page| store.messages_of_endpoint(*endpoint, None, messages(page)),
            )
            .await,
        );
        let counts = store.attempt_counts(*endpoint, Timestamp::EPOCH, now).await;
        found.counts.push(counts.expect("attempts are counted"));
        let due = store.due(endpoint.seq(), now.plus(LATER), usize::MAX >> 1, Arc::new(NothingInHand)).await;
        let due = due.expect("the schedule is read").0.into_iter();
        let waiting = due.map(|due| {
            let message = Message::clone(&due.message);
            (endpoint.seq(), due.row.due, message, due.tries, due.trigger as u8)
        });
        found.waiting.extend(waiting);
    }
    found
        .waiting
        .sort_by_key(|(endpoint, due, message, tries, by)| (*endpoint, *due, message.id, *tries, *by));
    found.scheduled = store.scheduled_endpoints().await.expect("the schedule is read");
    found.scheduled.sort_unstable();
    found.scheduled_count = found.waiting.len() as u64;
    found
}

async fn configuration(store: &dyn Store, filled: &Filled, found: &mut Everything) {
    for org in &filled.orgs {
        found
            .applications
            .extend(all(|row: &Application| row.id, |page| store.applications(org, page)).await);
        let sources = all(|row: &Source| row.id, |page| store.sources(org, page)).await;
        for source in &sources {
            let by_token = store.source_by_token(source.token.hash()).await.expect("a source is read");
            assert_eq!(by_token.as_ref(), Some(source));
        }
        found.sources.extend(sources);
        let types = all(|row: &EventType| row.name.clone(), |page| store.event_types(org, true, page)).await;
        found.event_types.extend(types);
    }
    for endpoint in &filled.endpoints {
        let read = store.endpoint_by_key(endpoint.seq()).await.expect("an endpoint is read");
        found.endpoints.push(read.expect("it is there"));
    }
}

async fn history(store: &dyn Store, filled: &Filled, found: &mut Everything) {
    for app in &filled.apps {
        let listed = all(|row: &Message| row.id, |page| store.messages(*app, messages(page))).await;
        found.messages.extend(listed);
    }
    let ids: Vec<_> = found.messages.iter().map(|message| message.id).collect();
    for id in ids {
        found.heads.push(store.receipt_head(id).await.expect("a receipt is read"));
        let states = all(|row: &DeliveryState| row.endpoint, |page| store.deliveries(id, page)).await;
        found.deliveries.push(states);
        let tried =
            all(|row: &ListedAttempt| row.attempt.id, |page| store.attempts_of_message(id, attempts(page)))
                .await;
        found.attempts.push(tried);
    }
    for source in &filled.sources {
        let filter = |page| ReceiptFilter { page, before: None, after: None, outcome: None };
        let listed = all(|row: &Receipt| row.id, |page| store.receipts(*source, filter(page))).await;
        for receipt in listed {
            found.receipts.push(store.receipt(*source, receipt.id).await.expect("a receipt is read"));
        }
    }
}

fn messages(page: PageRequest<hooktide_model::MessageId>) -> MessageFilter {
    MessageFilter {
        page,
        before: None,
        after: None,
        event_types: Vec::new(),
        channel: None,
        tag: None,
        with_payload: true,
    }
}

fn attempts(page: PageRequest<hooktide_model::AttemptId>) -> AttemptFilter {
    AttemptFilter {
        page,
        before: None,
        after: None,
        status: None,
        status_code_class: None,
        event_types: Vec::new(),
        channel: None,
        tag: None,
        endpoint: None,
        with_message: true,
    }
}

/// Send again what was sent with a key: what each is answered. Those whose keys are forgotten are stored anew.
pub async fn replays(store: &dyn Store, filled: &Filled) -> Vec<String> {
    let mut answers = Vec::new();
    for message in &filled.keyed {
        let mut again = message.clone();
        again.targets.clear();
        answers.push(match store.accept(again).await {
            Ok(accepted) if accepted.replayed => format!("replayed {}", accepted.id),
            Ok(_) => "new".to_owned(),
            Err(error) => error.to_string(),
        });
    }
    if let Some((application, key)) = &filled.inserted {
        let again = store.insert_application(application.clone(), Some(*key)).await;
        answers.push(match again {
            Ok(Written::Replayed(application)) => format!("replayed {}", application.id),
            Ok(Written::New(_)) => "new".to_owned(),
            // A forgotten key: the same row again, which each database refuses in its own words.
            Err(StoreError::Database(_)) => "new, and there already".to_owned(),
            Err(error) => error.to_string(),
        });
    }
    answers
}
