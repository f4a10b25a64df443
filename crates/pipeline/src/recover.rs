//! Recover: send again what an endpoint missed, in the background, at a pace that leaves room for the rest.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join_all;
use hooktide_model::{
    AttemptId, AttemptStatus, DeliveryStatus, EndpointId, MessageId, Order, PageRequest, Seq, TaskId,
    Timestamp, id::TypedId,
};
use hooktide_store::{AttemptFilter, Idempotency, StoreError};

use crate::engine::Engine;
use crate::keyed::part_of;
use crate::leases::Again;

/// Attempts looked at, and deliveries scheduled, at once.
const BATCH: usize = 200;

/// Resend every message accepted in `since ..= until` that has failed at the endpoint and never succeeded.
pub(crate) async fn recover(
    engine: Arc<Engine>,
    again: Again,
    since: Timestamp,
    until: Timestamp,
    idempotency: Option<Idempotency>,
) -> Result<usize, StoreError> {
    let endpoint = again.endpoint;
    let (mut seen, mut resent) = (HashSet::new(), 0);
    for status in [AttemptStatus::Fail, AttemptStatus::Canceled] {
        let mut cursor = None;
        loop {
            let page = engine.store.attempts_of_endpoint(endpoint, failed(status, cursor, since)).await?;
            cursor = page.data.last().map(|listed| listed.attempt.id);
            let mut missed = Vec::new();
            for listed in page.data {
                let message = listed.attempt.message;
                let accepted_at = message.seq().time();
                let in_window = since <= accepted_at && accepted_at <= until;
                if in_window && seen.insert(message) && was_missed(&engine, message, endpoint).await? {
                    missed.push(message.seq());
                }
            }
            resent += missed.len();
            schedule(&engine, again, missed, idempotency).await?;
            if page.done {
                break;
            }
        }
    }
    Ok(resent)
}

fn failed(status: AttemptStatus, cursor: Option<AttemptId>, since: Timestamp) -> AttemptFilter {
    AttemptFilter {
        page: PageRequest { limit: BATCH, order: Order::Ascending, cursor, backwards: false },
        before: None,
        after: Some(Timestamp::from_unix_ms(since.unix_ms() - 4)),
        status: Some(status),
        status_code_class: None,
        event_types: Vec::new(),
        channel: None,
        tag: None,
        endpoint: None,
        with_message: false,
    }
}

/// Whether the delivery has ended without success and its payload is still there.
async fn was_missed(engine: &Engine, message: MessageId, endpoint: EndpointId) -> Result<bool, StoreError> {
    let state = engine.store.delivery(message, endpoint).await?;
    Ok(state.is_some_and(|state| matches!(state.status, DeliveryStatus::Fail | DeliveryStatus::Canceled)))
}

async fn schedule(
    engine: &Engine,
    again: Again,
    missed: Vec<Seq>,
    idempotency: Option<Idempotency>,
) -> Result<(), StoreError> {
    let rows = missed.into_iter().map(|message| {
        // The task may run again and resends each once.
        let key = idempotency.map(|task| part_of(task, message));
        engine.store.schedule(again.row(engine, message), key)
    });
    join_all(rows).await.into_iter().collect()
}

/// The id of a task with a key: the same for every call with that key and request.
pub(crate) fn task_of(idempotency: &Idempotency) -> TaskId {
    let mut bytes = [0; 20];
    bytes[..16].copy_from_slice(&idempotency.key);
    bytes[16..].copy_from_slice(&idempotency.request[..4]);
    // Ids begin with a time that is never negative.
    bytes[0] &= 0x7f;
    TaskId::from_bytes(bytes)
}
