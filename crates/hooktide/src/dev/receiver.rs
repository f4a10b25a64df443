//! The built-in receiver: verifies each delivery as a customer's server should, and says what it saw in one line.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hooktide_model::Clock;
use hooktide_verify::standard_webhooks::{DEFAULT_TOLERANCE_S, SignatureHeaders, VerifyingKey, verify};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Bytes of a delivery at most.
const BODY_BYTES_MAX: usize = 4 << 20;
/// Deliveries that can be asked to fail.
const FAILURES_MAX: u64 = 1000;

/// The receiver.
pub(crate) struct Receiver {
    clock: Arc<dyn Clock>,
    key: OnceLock<VerifyingKey>,
    failures_left: AtomicU64,
    color: bool,
}

impl Receiver {
    /// Listen on a free loopback port.
    ///
    /// # Errors
    /// When the system has none.
    pub(crate) async fn start(
        clock: Arc<dyn Clock>,
        color: bool,
    ) -> std::io::Result<(Arc<Self>, SocketAddr)> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let receiver =
            Arc::new(Self { clock, key: OnceLock::new(), failures_left: AtomicU64::new(0), color });
        tokio::spawn(Arc::clone(&receiver).serve(listener));
        Ok((receiver, address))
    }

    /// Verify with this secret from now on.
    pub(crate) fn set_key(&self, key: VerifyingKey) {
        if self.key.set(key).is_err() {
            tracing::warn!("the receiver has a key already");
        }
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let receiver = Arc::clone(&self);
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let receiver = Arc::clone(&receiver);
                    async move { Ok::<_, Infallible>(receiver.answer(request).await) }
                });
                if let Err(error) = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await
                {
                    tracing::debug!(%error, "a connection to the demo receiver ended early");
                }
            });
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if request.uri().path() == "/fail" {
            return self.plan_failures(request.uri().query().unwrap_or_default());
        }
        let (head, body) = request.into_parts();
        let Some(body) = read(body).await else { return reply(StatusCode::PAYLOAD_TOO_LARGE, "too large\n") };
        let header = |name: &str| head.headers.get(name).map(http::HeaderValue::as_bytes);
        let id = header("webhook-id").or_else(|| header("svix-id")).unwrap_or_default();
        let id = String::from_utf8_lossy(id).into_owned();
        let verdict = self.judge(&head.headers, &body);
        let is_planned = self
            .failures_left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1))
            .is_ok();
        let status = match (&verdict, is_planned) {
            (Err(_), _) => StatusCode::UNAUTHORIZED,
            (Ok(_), true) => StatusCode::INTERNAL_SERVER_ERROR,
            (Ok(_), false) => StatusCode::NO_CONTENT,
        };
        let verdict = verdict.unwrap_or_else(|refusal| format!("NOT VERIFIED: {refusal}"));
        self.say(status, &id, &described(&body), &verdict, is_planned);
        reply(status, if is_planned { "failing as asked\n" } else { "" })
    }

    fn judge(&self, headers: &http::HeaderMap, body: &[u8]) -> Result<String, String> {
        let Some(key) = self.key.get() else { return Err("the receiver is not ready yet".to_owned()) };
        let signature = SignatureHeaders::find(|name| headers.get(name).map(http::HeaderValue::as_bytes));
        let now_s = self.clock.now().unix_s();
        match verify(std::slice::from_ref(key), &signature, body, now_s, DEFAULT_TOLERANCE_S) {
            Ok(verdict) => Ok(format!("verified {}", verdict.kind.label())),
            Err(refusal) => Err(refusal.to_string()),
        }
    }

    fn say(&self, status: StatusCode, id: &str, what: &str, verdict: &str, is_planned: bool) {
        let time = self.clock.now().to_string();
        let time = time.get(11..23).unwrap_or_default();
        let color = match (self.color, status.is_success()) {
            (false, _) => ("", ""),
            (true, true) => ("\x1b[32m", "\x1b[0m"),
            (true, false) => ("\x1b[31m", "\x1b[0m"),
        };
        let why = if is_planned { ", failing as asked" } else { "" };
        println!("{time}  {}{}{}  {id}  {what}, {verdict}{why}", color.0, status.as_u16(), color.1);
    }

    fn plan_failures(&self, query: &str) -> Response<Full<Bytes>> {
        let times = query.strip_prefix("times=").map_or(Ok(1), str::parse::<u64>);
        match times {
            Ok(times) if times <= FAILURES_MAX => {
                self.failures_left.store(times, Ordering::Release);
                reply(StatusCode::OK, &format!("the next {times} deliveries get status 500\n"))
            }
            _ => reply(StatusCode::UNPROCESSABLE_ENTITY, "write ?times= and a number up to 1000\n"),
        }
    }
}

async fn read(body: Incoming) -> Option<Bytes> {
    #[expect(clippy::disallowed_methods, reason = "the body is capped")]
    let read = Limited::new(body, BODY_BYTES_MAX).collect().await;
    read.ok().map(http_body_util::Collected::to_bytes)
}

/// The payload's own word for what happened, where it has one, and its size.
fn described(body: &[u8]) -> String {
    let payload = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
    match payload.get("type").and_then(serde_json::Value::as_str) {
        Some(event_type) => format!("{event_type}, {} bytes", body.len()),
        None => format!("{} bytes", body.len()),
    }
}

fn reply(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    response
}
