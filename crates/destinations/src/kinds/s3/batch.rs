//! Many events in one object: lines of JSON.
//!
//! The object's key ends with a digest of the deliveries in it. The same deliveries again write the same object, and
//! other deliveries never write over it, whatever the template says.

use std::time::Duration;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::json_line;
use crate::mapping::{Reading, Template};
use crate::seam::{ConfigMistake, Fault, Field, Form, Gathering, Parcel};

/// Events in one object where the endpoint does not say.
const EVENTS_MAX: usize = 1_000;
/// Bytes of payload in one object where the endpoint does not say: 4 MiB.
const BYTES_MAX: usize = 4 << 20;
/// Seconds that the first event waits where the endpoint does not say.
const WAIT_S_MAX: u64 = 10;
/// Most events that an endpoint may ask for: each of them is held in memory.
const EVENTS_LIMIT: i64 = 10_000;
/// Most bytes that an endpoint may ask for: 16 MiB, twice of which are held in memory while they are stored.
const BYTES_LIMIT: i64 = 16 << 20;
/// Longest wait that an endpoint may ask for.
const WAIT_S_LIMIT: i64 = 300;
/// The key where the endpoint names none.
pub(super) const KEY: &str = "{{ occurred_at[:10] }}/{{ occurred_at }}-{{ message_id }}";
/// Hexadecimal digits of the digest in a key.
const DIGITS: usize = 20;
/// The type that stands for many.
const MIXED: &str = "mixed";
const LINES: &str = "application/x-ndjson";

pub(super) const FIELDS: &[Field] = &[
    Field::optional(
        "events_max",
        Form::Integer { min: 1, max: EVENTS_LIMIT },
        "how many events an object holds at most; default: 1000",
    ),
    Field::optional(
        "bytes_max",
        Form::Integer { min: 1_024, max: BYTES_LIMIT },
        "bytes of payload after which an object is stored; the last event may go beyond; default: 4194304",
    ),
    Field::optional(
        "wait_s_max",
        Form::Integer { min: 1, max: WAIT_S_LIMIT },
        "seconds that the first event of an object waits for more; default: 10",
    ),
];

#[derive(Deserialize)]
pub(super) struct Config {
    events_max: Option<usize>,
    bytes_max: Option<usize>,
    wait_s_max: Option<u64>,
}

impl Config {
    pub(super) fn gathering(&self) -> Gathering {
        Gathering {
            events_max: self.events_max.unwrap_or(EVENTS_MAX),
            bytes_max: self.bytes_max.unwrap_or(BYTES_MAX),
            wait_max: Duration::from_secs(self.wait_s_max.unwrap_or(WAIT_S_MAX)),
            bind,
        }
    }
}

/// A template that asks for what differs between a batch's events is refused before it fails.
pub(super) fn check_key(key: &Template) -> Result<(), ConfigMistake> {
    let batch = Parcel {
        message_id: "msg".to_owned(),
        event_type: MIXED.to_owned(),
        content_type: LINES.to_owned(),
        payload: bytes::Bytes::from_static(b"{}\n{}\n"),
        headers: Vec::new(),
        occurred_at_ms: 0,
        attempt: 1,
        hops: 0,
        idempotency_key: "key".to_owned(),
        endpoint_id: "ep".to_owned(),
        timeout: Duration::ZERO,
    };
    Reading::new(&batch).render(key).map(|_| ()).map_err(|_| {
        ConfigMistake::new(
            "key",
            "asks for what a batch does not have",
            "use message_id and occurred_at, which are those of its first event, event_type, endpoint_id",
        )
    })
}

/// One parcel of many: of the first, with a line for each.
fn bind(mut parcels: Vec<Parcel>) -> Result<Parcel, Fault> {
    // Keys begin with the message's id, which is in the order of time.
    parcels.sort_by(|left, right| left.idempotency_key.cmp(&right.idempotency_key));
    let mut digest = Sha256::new();
    let mut lines = Vec::with_capacity(parcels.iter().map(|parcel| parcel.payload.len() + 256).sum());
    for parcel in &parcels {
        digest.update(parcel.idempotency_key.as_bytes());
        digest.update([0]);
        lines.extend_from_slice(&json_line::of(parcel)?);
    }
    let Some(first) = parcels.first() else {
        return Err(Fault::retry("internal error: a batch without events"));
    };
    let is_of_one_type = parcels.iter().all(|parcel| parcel.event_type == first.event_type);
    Ok(Parcel {
        event_type: if is_of_one_type { first.event_type.clone() } else { MIXED.to_owned() },
        content_type: LINES.to_owned(),
        payload: lines.into(),
        headers: Vec::new(),
        idempotency_key: digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        ..first.clone()
    })
}

/// What a batch's key ends with.
pub(super) fn key_end(batch: &Parcel) -> String {
    let digest = &batch.idempotency_key;
    format!("-{}.jsonl", &digest[..digest.len().min(DIGITS)])
}
