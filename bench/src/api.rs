//! The few calls that prepare a server: applications, sources, endpoints, readiness; and reads of history. One connection
//! per call, blocking.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::Failure;

/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// A client of the server under test.
#[derive(Debug)]
pub(crate) struct Api {
    addr: SocketAddr,
    token: String,
}

/// A source that was made.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) id: String,
    /// Its URL without the host.
    pub(crate) path: String,
}

impl Api {
    pub(crate) fn new(addr: SocketAddr, token: String) -> Self {
        Self { addr, token }
    }

    /// Makes an application and answers its id.
    pub(crate) fn create_app(&self, name: &str) -> Result<String, Failure> {
        self.create("/api/v1/app", &json!({ "name": name }))
    }

    /// Makes an endpoint, subscribed to one channel or to everything, and answers its id.
    pub(crate) fn create_endpoint(
        &self,
        app: &str,
        url: &str,
        channel: Option<&str>,
    ) -> Result<String, Failure> {
        let mut body = json!({ "url": url });
        if let Some(channel) = channel {
            body["channels"] = json!([channel]);
        }
        self.create(&format!("/api/v1/app/{app}/endpoint"), &body)
    }

    /// Reads an object or a list.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask("GET", path, "")
    }

    /// Makes a source.
    pub(crate) fn create_source(&self, kind: &str, secret: &str) -> Result<Source, Failure> {
        // One answer for all kinds: the load counts one status as success.
        let response = json!({ "status": 200 });
        let body =
            json!({ "name": kind, "type": kind, "config": { "secret": secret }, "response": response });
        let made = self.post("/ingest/api/v1/source", &body)?;
        let url = made["ingestUrl"].as_str().unwrap_or_default();
        let path = url.find("/in/").map(|at| url[at..].to_owned());
        match (made["id"].as_str(), path) {
            (Some(id), Some(path)) => Ok(Source { id: id.to_owned(), path }),
            _ => Err(Failure::new(format!("make a source: the server said {made}"))),
        }
    }

    /// Makes an endpoint of a source.
    pub(crate) fn create_source_endpoint(&self, source: &str, url: &str) -> Result<(), Failure> {
        self.create(&format!("/ingest/api/v1/source/{source}/endpoint"), &json!({ "url": url })).map(drop)
    }

    fn create(&self, path: &str, body: &Value) -> Result<String, Failure> {
        let made = self.post(path, body)?;
        let id = made["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| Failure::new(format!("POST {path}: the server said {made}")))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask("POST", path, &body.to_string())
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            self.addr,
            self.token,
            body.len()
        );
        let (status, text) = exchange(self.addr, &format!("{head}{body}"))
            .map_err(Failure::because("ask the server under test"))?;
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        match status {
            200..300 => Ok(json),
            _ => Err(Failure::new(format!("{method} {path}: status {status}: {text}"))),
        }
    }
}

/// Whether `path` answers 200 now.
pub(crate) fn answers_200(addr: SocketAddr, path: &str) -> bool {
    let request = format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n\r\n");
    exchange(addr, &request).is_ok_and(|(status, _)| status == 200)
}

/// Whether anything listens there now.
#[expect(clippy::disallowed_methods, reason = "the benchmark dials the server it started itself")]
pub(crate) fn listens(addr: SocketAddr) -> bool {
    TcpStream::connect_timeout(&addr, TIMEOUT).is_ok()
}

#[expect(clippy::disallowed_methods, reason = "the benchmark dials the server it started itself")]
fn exchange(addr: SocketAddr, request: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&addr, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    Ok((status, body.to_owned()))
}
