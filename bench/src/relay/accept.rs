//! Accepts a publish call: the same request and answer as Hooktide's, without authentication.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use super::log::Log;
use super::send::Job;

/// What every accept shares.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) slots: Vec<mpsc::Sender<Job>>,
    pub(super) log: Option<Log>,
    pub(super) accepted: AtomicU64,
}

#[derive(Debug, Deserialize)]
struct MessageIn<'a> {
    #[serde(rename = "eventType", borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

#[derive(Debug, Serialize)]
struct MessageOut<'a> {
    id: &'a str,
    #[serde(rename = "eventType")]
    event_type: &'a str,
    payload: Empty,
}

#[derive(Debug, Serialize)]
struct Empty {}

pub(super) fn router(relay: Arc<Relay>) -> Router {
    Router::new().route("/api/v1/app/{app_id}/msg", post(accept)).with_state(relay)
}

async fn accept(State(relay): State<Arc<Relay>>, body: Bytes) -> Response {
    let Ok(message) = serde_json::from_slice::<MessageIn<'_>>(&body) else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    let number = relay.accepted.fetch_add(1, Ordering::Relaxed);
    let payload = body.slice_ref(message.payload.get().as_bytes());
    if let Some(log) = &relay.log
        && log.append_message(number, payload.clone()).await.is_err()
    {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let id = format!("msg_{number:027}");
    let out = MessageOut { id: &id, event_type: &message.event_type, payload: Empty {} };
    let answer = serde_json::to_vec(&out).expect("strings become JSON");
    let position = usize::try_from(number).unwrap_or(0) % relay.slots.len();
    if relay.slots[position].send(Job { number, id, payload }).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    (StatusCode::ACCEPTED, [(CONTENT_TYPE, "application/json")], answer).into_response()
}
