//! Take: commit one fetched event as a message of its source's application, with a receipt.
//!
//! What cannot be taken for what it is (too large, going round in a loop) is kept as a refused receipt and acknowledged:
//! it would come again for ever.

use hooktide_destinations::feeds::Delivery;
use hooktide_model::message::HOPS_MAX;
use hooktide_store::StoreError;
use hooktide_verify::{Acceptance, dedupe_key};

use crate::SourceConfig;
use crate::commit::{Part, Taken, commit, keep};
use crate::engine::Engine;
use crate::receive::{Inbound, Received, Refused};
use crate::split;

/// Make it durable, now or since it came before. `Err` when it is not, and must come again.
pub(super) async fn take(
    engine: &Engine,
    config: &SourceConfig,
    delivery: Delivery,
) -> Result<(), StoreError> {
    let now = engine.clock.now();
    let limits = engine.config.fetch;
    let bytes_max = config.source.settings.body_bytes_max.map_or(limits.body_bytes_max, |max| max as usize);
    let Delivery { place, headers, body, key } = delivery;
    let is_small = body.len() <= bytes_max;
    let inbound = Inbound {
        method: config.feed.map_or_else(String::new, |kind| kind.method.to_owned()),
        target: place,
        url: None,
        headers,
        body: is_small.then(|| body.clone()),
        peer: None,
        payload_expires_at: now.plus(limits.payload_retention),
    };
    if !is_small {
        let detail = format!("the event has {} bytes, this source takes {bytes_max}", body.len());
        let refused = Refused::new(413, "payload_too_large", detail);
        let _kept = keep(engine, config, &inbound, refused, now).await;
        return Ok(());
    }
    if inbound.hops() > HOPS_MAX {
        let refused = Refused::looping();
        let _kept = keep(engine, config, &inbound, refused, now).await;
        return Ok(());
    }
    let dedupe_key = match config.source.settings.dedupe {
        Some(_) => inbound.look(|request| dedupe_key(&config.dedupe, request)),
        None => key,
    };
    let acceptance = Acceptance::default();
    let taken = Taken { acceptance, dedupe_key, idempotency: None, replay_of: None, part: Part::Only };
    let received = match split::events(config, &inbound) {
        Some(items) => split::commit_all(engine, config, &inbound, items, taken, now).await?,
        None => commit(engine, config, &inbound, body, taken, now).await?,
    };
    debug_assert!(
        matches!(received, Received::Accepted { .. } | Received::Conflict),
        "what is committed is not refused"
    );
    Ok(())
}
