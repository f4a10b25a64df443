//! Sends: each slot owns one kept-alive connection and delivers its jobs in turn. One try, no retry: a failure ends
//! the relay's slot and the benchmark reports the missing deliveries.

use std::net::SocketAddr;

use bytes::Bytes;
use hooktide_verify::standard_webhooks::{SigningKey, sign};
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;

use super::log::Log;
use crate::clock;
use crate::failure::Failure;

/// Jobs that wait for one slot.
const QUEUE_MAX: usize = 1024;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// A message to deliver.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) payload: Bytes,
}

/// Starts `slots` slots.
pub(super) fn start(to: SocketAddr, slots: usize, log: Option<Log>) -> Vec<mpsc::Sender<Job>> {
    (0..slots.max(1))
        .map(|_| {
            let (jobs, queue) = mpsc::channel(QUEUE_MAX);
            let log = log.clone();
            tokio::spawn(async move {
                if let Err(failure) = run_slot(to, queue, log).await {
                    eprintln!("failed to {failure}");
                }
            });
            jobs
        })
        .collect()
}

async fn run_slot(to: SocketAddr, mut queue: mpsc::Receiver<Job>, log: Option<Log>) -> Result<(), Failure> {
    let mut connection = connect(to).await?;
    let keys = [SigningKey::parse(SECRET).map_err(Failure::because("parse the secret"))?];
    let host = HeaderValue::from_str(&to.to_string()).map_err(Failure::because("build the host header"))?;
    while let Some(job) = queue.recv().await {
        let request = request(&job, &keys, host.clone())?;
        connection.ready().await.map_err(Failure::because("keep the connection"))?;
        let mut response = connection.send_request(request).await.map_err(Failure::because("deliver"))?;
        while let Some(frame) = response.body_mut().frame().await {
            frame.map_err(Failure::because("read the receiver's answer"))?;
        }
        if let Some(log) = &log {
            log.append_outcome(job.number, response.status().as_u16()).await?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a relay dials the receiver of this benchmark only")]
async fn connect(to: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = tokio::net::TcpStream::connect(to).await.map_err(Failure::because("reach the receiver"))?;
    stream.set_nodelay(true).map_err(Failure::because("prepare the connection"))?;
    let shaken = handshake(TokioIo::new(stream)).await;
    let (sender, driver) = shaken.map_err(Failure::because("prepare the connection"))?;
    // Its end shows at the next request.
    tokio::spawn(async move {
        let _ = driver.await;
    });
    Ok(sender)
}

fn request(job: &Job, keys: &[SigningKey], host: HeaderValue) -> Result<Request<Full<Bytes>>, Failure> {
    let timestamp_s = clock::unix_s();
    let signature =
        sign(keys, &job.id, timestamp_s, &job.payload).map_err(Failure::because("sign a message"))?;
    let value = |text: &str| HeaderValue::from_str(text).map_err(Failure::because("build a header"));
    let mut request = Request::new(Full::new(job.payload.clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static("/ok");
    let headers = request.headers_mut();
    headers.insert(HOST, host);
    headers.insert(USER_AGENT, HeaderValue::from_static("hooktide-bench"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(WEBHOOK_ID, value(&job.id)?);
    headers.insert(WEBHOOK_TIMESTAMP, HeaderValue::from(timestamp_s));
    headers.insert(WEBHOOK_SIGNATURE, value(&signature)?);
    Ok(request)
}
