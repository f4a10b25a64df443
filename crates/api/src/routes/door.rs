//! The door: where providers' requests come in. Not an operation of the API: no token but the one in the path.
//!
//! What must stay true: the body's exact bytes go on, nothing of a refusal gives a secret away, an unknown token costs
//! what a known one does, and no 2xx leaves before the commit unless the request is a handshake.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use bytes::Bytes;
use hooktide_model::{SourceResponse, SourceToken};
use hooktide_pipeline::{ENCODED, Inbound, Received, Refused, SourceConfig};
use http::header::{ACCEPT_ENCODING, ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::error::{ApiError, ErrorOut, RETRY_AFTER_S, json_response};
use crate::extract::body::{is_hopeless, read_bounded};
use crate::peer::sender;
use crate::state::ApiState;

/// What paths of the door begin with.
pub(crate) const DOOR: &str = "/in/";
/// Names the receipt of what was answered.
const RECEIPT: HeaderName = HeaderName::from_static("hooktide-receipt");

/// The door, for every method and everything behind a token.
pub(crate) fn door() -> Router<ApiState> {
    Router::new()
        .route("/in/{token}", any(enter))
        .route("/in/{token}/", any(enter))
        .route("/in/{token}/{*rest}", any(enter))
}

async fn enter(State(api): State<ApiState>, request: Request) -> Response {
    match receive(&api, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn receive(api: &ApiState, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or(DOOR, |target| target.as_str()).to_owned();
    let token = token(&target);
    let config = api.pipeline.source(SourceToken::hash_of(token)).await?;
    // One that fetches has no door, whoever knows its token.
    let config =
        config.filter(|config| config.feed.is_none()).ok_or_else(|| ApiError::not_found("source"))?;
    let settings = &config.source.settings;
    let bytes_max = settings.body_bytes_max.map_or(api.receive.body_bytes_max, |bytes| bytes as usize);
    let peer = sender(&parts.extensions, &parts.headers, &api.receive.trusted_proxies);
    let body = match is_hopeless(&parts.headers, &body, bytes_max) {
        true => None,
        false => read(body, bytes_max).await?,
    };
    let inbound = Inbound {
        method: parts.method.as_str().to_owned(),
        url: public_url(api, &config, token, &target),
        target,
        headers: lines(&parts.headers),
        body,
        peer,
        payload_expires_at: api.clock.now().plus(api.limits.payload_retention),
    };
    let echoed = echoed(&config, &parts.headers);
    Ok(match api.pipeline.receive(&config, inbound).await? {
        Received::Handshake(answer) => handshake(answer),
        Received::Accepted { receipt, .. } => {
            let mut response = success(&config, echoed);
            if let Ok(id) = HeaderValue::try_from(receipt.to_string()) {
                response.headers_mut().insert(RECEIPT, id);
            }
            response
        }
        Received::Conflict => success(&config, echoed),
        Received::Refused(refused) => refusal(&config, &refused),
    })
}

/// The token in a path of the door.
fn token(target: &str) -> &str {
    let rest = target.strip_prefix(DOOR).unwrap_or_default();
    rest.find(['/', '?']).map_or(rest, |end| &rest[..end])
}

/// The body; `None` when there is more of it than the source takes.
async fn read(body: Body, bytes_max: usize) -> Result<Option<Bytes>, ApiError> {
    match read_bounded(body, bytes_max).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Ok(None),
        Err(error) => Err(error),
    }
}

/// The URL as the provider knows it: the source's own, or the server's; with what follows the token.
fn public_url(api: &ApiState, config: &SourceConfig, token: &str, target: &str) -> Option<String> {
    let behind = &target[DOOR.len() + token.len()..];
    match (&config.source.settings.url, api.receive.public_url_is_set) {
        (Some(own), _) => Some(format!("{own}{behind}")),
        (None, true) => Some(format!("{}{target}", api.receive.public_url)),
        (None, false) => None,
    }
}

fn lines(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect()
}

fn handshake(answer: hooktide_verify::Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    set_headers(response.headers_mut(), answer.headers.iter().map(|(name, value)| (name, value)));
    response
}

/// What of an accepted request its answer carries back: headers that are there once.
fn echoed(config: &SourceConfig, headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let echo = |name: &&'static str| {
        let mut values = headers.get_all(*name).iter();
        let only = values.next().filter(|_| values.next().is_none())?;
        Some((HeaderName::from_static(name), only.clone()))
    };
    config.provider.echoes.iter().filter_map(echo).collect()
}

/// The provider's success, or the source's own.
fn success(config: &SourceConfig, echoed: Vec<(HeaderName, HeaderValue)>) -> Response {
    let usual = SourceResponse::default();
    let own = config.source.settings.response.as_ref().unwrap_or(&usual);
    let status = own.status.unwrap_or(config.provider.success_status);
    let mut response = Response::new(Body::from(own.body.clone().unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response.headers_mut().extend(echoed);
    set_headers(response.headers_mut(), own.headers.iter());
    response
}

fn set_headers<'a>(headers: &mut HeaderMap, lines: impl Iterator<Item = (&'a String, &'a String)>) {
    for (name, value) in lines {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
}

fn refusal(config: &SourceConfig, refused: &Refused) -> Response {
    let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = if config.provider.success_is_empty && refused.status == config.provider.refusal_status
    {
        status.into_response()
    } else {
        json_response(status, &ErrorOut { code: refused.code, detail: &refused.detail })
    };
    let headers = response.headers_mut();
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            if let Ok(methods) = HeaderValue::try_from(config.methods().join(", ")) {
                headers.insert(ALLOW, methods);
            }
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE if refused.code == ENCODED => {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        // The rest of the body was not read: the connection cannot carry another request.
        StatusCode::PAYLOAD_TOO_LARGE => {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    if let Some(id) = refused.receipt.and_then(|id| HeaderValue::try_from(id.to_string()).ok()) {
        headers.insert(RECEIPT, id);
    }
    debug_assert!(
        config.provider.success_is_empty || headers.contains_key(CONTENT_TYPE),
        "a refusal says why"
    );
    response
}

#[cfg(test)]
mod tests;
