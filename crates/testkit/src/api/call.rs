//! Building and sending one request over pooled keep-alive connections.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::reply::Reply;
use crate::wait::DEADLINE;

pub use http::Method;

/// Bytes of an answer that a test reads at most.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nothing came back in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The connection failed before the whole answer was read.
    #[error("connection failed: {0}")]
    Connection(String),
}

/// A client with one bearer token. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Api {
    addr: SocketAddr,
    token: Option<String>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Api {
    /// A client of the server at `addr` that presents `token`.
    #[must_use]
    pub fn new(addr: SocketAddr, token: Option<String>) -> Self {
        Self { addr, token, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// The same connections with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same connections without a token.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// Where the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The bearer token in use, empty when there is none.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Starts a request. A path is taken below `/api/v1` unless it starts with `/api/` or `/ingest/`; `=/path` names
    /// any path exactly.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let path = match path.strip_prefix('=') {
            Some(exact) => exact.to_owned(),
            None if path.starts_with("/api/") || path.starts_with("/ingest/") => path.to_owned(),
            None => format!("/api/v1{path}"),
        };
        let builder = http::Request::builder().method(method).uri(format!("http://{}{path}", self.addr));
        let builder = match &self.token {
            Some(token) => builder.header("authorization", format!("Bearer {token}")),
            None => builder,
        };
        Request { api: self.clone(), builder, body: Bytes::new() }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path).send().await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.request(Method::POST, path).json(&body).send().await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.request(Method::PUT, path).json(&body).send().await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.request(Method::PATCH, path).json(&body).send().await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.request(Method::DELETE, path).send().await
    }
}

/// A request being built.
#[derive(Debug)]
pub struct Request {
    api: Api,
    builder: http::request::Builder,
    body: Bytes,
}

impl Request {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// Adds the header that makes a POST repeatable.
    #[must_use]
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.raw_json(body.to_string())
    }

    /// Sets a body that is declared as JSON, byte for byte.
    #[must_use]
    pub fn raw_json(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }

    /// Sets a body without declaring what it is.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends and reads the whole answer.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(self) -> Reply {
        let what = format!("{:?} {:?}", self.builder.method_ref(), self.builder.uri_ref());
        self.try_send().await.unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Sends and reads the whole answer.
    ///
    /// # Errors
    /// When there is no answer: the server may or may not have acted.
    pub async fn try_send(self) -> Result<Reply, CallError> {
        self.try_send_within(DEADLINE).await
    }

    /// As [`try_send`](Self::try_send) with a deadline of the caller's.
    ///
    /// # Errors
    /// As `try_send`.
    pub async fn try_send_within(self, limit: Duration) -> Result<Reply, CallError> {
        let request =
            self.builder.body(Full::new(self.body.clone())).expect("the test builds a valid request");
        let question = format!("{} {} {}", request.method(), request.uri(), preview(&self.body));
        let exchange = async {
            let answer = self.api.client.request(request).await.map_err(connection)?;
            let (parts, mut incoming) = answer.into_parts();
            let mut body = Vec::new();
            while let Some(frame) = incoming.frame().await {
                if let Ok(data) = frame.map_err(connection)?.into_data() {
                    body.extend_from_slice(&data);
                }
                assert!(body.len() <= ANSWER_BYTES_MAX, "{question}: the answer has no end");
            }
            Ok(Reply { question, status: parts.status.as_u16(), headers: parts.headers, body: body.into() })
        };
        tokio::time::timeout(limit, exchange).await.unwrap_or(Err(CallError::Timeout(limit)))
    }
}

fn connection(error: impl std::error::Error) -> CallError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    CallError::Connection(text)
}

fn preview(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(500)]).into_owned()
}
