//! Split: one request that carries many events becomes one message each, where the source asks for it.
//!
//! The request itself is stored first, whole and for nobody, so that its exact bytes stay; then each event with a
//! receipt of its own that names the whole. Every event is a commit of its own with its own key: a crash in between
//! leaves the request without an answer, it is sent again, and the events that were stored are recognised.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use hooktide_model::{ReceiptId, Seq, Timestamp};
use hooktide_store::StoreError;
use hooktide_verify::{Item, body_hash, split};

use crate::commit::{Part, Taken, commit};
use crate::engine::Engine;
use crate::keyed::part_of;
use crate::receive::{Inbound, Received};
use crate::source::SourceConfig;

/// Events of one request that are being committed at the same time.
const COMMITS_AT_ONCE: usize = 256;

/// The events of a request; `None` where the source does not split, or this body is not what it splits. That one is
/// taken as one event, so that nothing is lost.
pub(crate) fn events(config: &SourceConfig, inbound: &Inbound) -> Option<Vec<Item>> {
    let rule = config.split.as_ref()?;
    match inbound.look(|request| split(rule, request)) {
        Ok(items) => Some(items),
        Err(error) => {
            tracing::warn!(source = %config.source.id, %error, "a request is not split: it is taken as one event");
            None
        }
    }
}

/// Commit the request and its events. The answer is the provider's success only when all of them are durable.
pub(crate) async fn commit_all(
    engine: &Engine,
    config: &SourceConfig,
    inbound: &Inbound,
    items: Vec<Item>,
    taken: Taken,
    now: Timestamp,
) -> Result<Received, StoreError> {
    let body = inbound.body.clone().unwrap_or_default();
    let whole = Taken { dedupe_key: None, part: Part::Whole { events: items.len() }, ..taken.clone() };
    let received = commit(engine, config, inbound, body, whole, now).await?;
    let Received::Accepted { receipt, .. } = received else { return Ok(received) };
    let taken = &taken;
    let commits = items.into_iter().enumerate().map(|(index, item)| async move {
        let (event, taken) = event(inbound, taken, item, index, receipt);
        let body = event.body.clone().unwrap_or_default();
        commit(engine, config, &event, body, taken, now).await
    });
    let mut commits = stream::iter(commits).buffer_unordered(COMMITS_AT_ONCE);
    let mut failed = None;
    while let Some(result) = commits.next().await {
        // An event that came before, with the same body or another, is none of the others' concern.
        failed = failed.or(result.err());
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(received),
    }
}

/// One event as if it had come alone.
fn event(inbound: &Inbound, taken: &Taken, item: Item, index: usize, receipt: ReceiptId) -> (Inbound, Taken) {
    // Without an id of its own an event is known by its bytes and its place among the others.
    let key = item.id.unwrap_or_else(|| format!("{}#{index}", body_hash(&item.body)));
    // What a person asked for although it came before has no key.
    let is_keyed = taken.replay_of.is_none() || taken.dedupe_key.is_some();
    let place = Seq(i64::try_from(index).unwrap_or(i64::MAX));
    let idempotency = taken.idempotency.filter(|_| !is_keyed).map(|call| part_of(call, place));
    let part = Part::Event { of: receipt, event_type: item.event_type };
    let taken = Taken { dedupe_key: is_keyed.then_some(key), idempotency, part, ..taken.clone() };
    let event = Inbound { body: Some(Bytes::from(item.body)), ..inbound.clone() };
    (event, taken)
}
