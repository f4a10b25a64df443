//! Reading a request body, bounded in size and time. A body that is too large is read on for a while and thrown
//! away, so that a client which only writes gets to see the 413 instead of a reset connection.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::header::EXPECT;
use http::{HeaderMap, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;

use crate::error::ApiError;
use crate::state::ApiState;

/// How long a client may take to send its body.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes beyond the limit that are read and thrown away before the answer is sent.
const DRAIN_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long all of that may take.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(2);
/// How long the next piece of it may take: a client that has stopped writing is waiting for the answer.
const DRAIN_PATIENCE: Duration = Duration::from_millis(250);

/// The whole body of a request.
#[derive(Debug)]
pub struct BoundedBody(pub Bytes);

impl FromRequest<ApiState> for BoundedBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let bytes_max = state.limits.body_bytes_max;
        if is_hopeless(request.headers(), request.body(), bytes_max) {
            return Err(ApiError::too_large("request body", bytes_max));
        }
        read_bounded(request.into_body(), bytes_max).await.map(Self)
    }
}

/// Whether the announced length alone decides, so that the answer comes at once: it is beyond what would even be read and
/// thrown away, or it is over the limit and the client waits to be asked for the body, which it then is not.
pub fn is_hopeless(headers: &HeaderMap, body: &Body, bytes_max: usize) -> bool {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let waits =
        headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    announced > bytes_max.saturating_add(if waits { 0 } else { DRAIN_BYTES_MAX })
}

/// Read a body of at most `bytes_max` bytes. A body that arrives in one piece is not copied.
///
/// # Errors
/// 413 when it is larger, 408 when it does not arrive in time, 400 when the connection breaks off.
pub async fn read_bounded(mut body: Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    let late = || {
        ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            "request_timeout",
            "the request body did not arrive in time",
        )
    };
    match tokio::time::timeout(READ_TIMEOUT, read(&mut body, bytes_max)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => {
            // Whoever dribbles is not waited for: the answer is known.
            let _ = tokio::time::timeout(DRAIN_TIME_MAX, drain(&mut body)).await;
            Err(ApiError::too_large("request body", bytes_max))
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Err(late()),
    }
}

/// `None` as soon as there is more.
async fn read(body: &mut Body, bytes_max: usize) -> Result<Option<Bytes>, ApiError> {
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(piece) = next_piece(body).await? {
        if first.len() + joined.len() + piece.len() > bytes_max {
            return Ok(None);
        }
        if first.is_empty() && joined.is_empty() {
            first = piece;
        } else {
            joined.extend_from_slice(&std::mem::take(&mut first));
            joined.extend_from_slice(&piece);
        }
    }
    Ok(Some(if joined.is_empty() { first } else { joined.freeze() }))
}

async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, ApiError> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(_)) => return Err(ApiError::bad_request("bad_body", "the request body broke off")),
        }
    }
}

async fn drain(body: &mut Body) {
    let mut drained = 0;
    while drained <= DRAIN_BYTES_MAX {
        match tokio::time::timeout(DRAIN_PATIENCE, next_piece(body)).await {
            Ok(Ok(Some(piece))) => drained += piece.len(),
            Ok(Ok(None) | Err(_)) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests;
