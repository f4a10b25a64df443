//! Providers' requests: each signed by its provider's scheme when it is due, with ids of its own, providers in turn.

use std::net::SocketAddr;

use bytes::Bytes;
use hooktide_verify::{Now, Outgoing, Provider, Secret, provider, sign};
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::Full;

use super::requests::Requests;
use crate::clock;
use crate::failure::Failure;
use crate::payload::Payloads;

/// A provider with the path of its source.
#[derive(Debug)]
pub(crate) struct Sender {
    provider: &'static Provider,
    secret: Secret,
    uri: Uri,
}

impl Sender {
    /// `path`: the source's URL without its host.
    pub(crate) fn new(kind: &str, secret: &str, path: &str) -> Result<Self, Failure> {
        let provider = provider(kind).ok_or_else(|| Failure::new(format!("find the provider {kind}")))?;
        let uri = path.parse().map_err(Failure::because("build the path of a source"))?;
        Ok(Self { provider, secret: Secret::new("bench", secret), uri })
    }
}

/// A server and the providers that send to it.
#[derive(Debug)]
pub(crate) struct Inbound {
    addr: SocketAddr,
    host: HeaderValue,
    expected: StatusCode,
    senders: Vec<Sender>,
    payloads: Payloads,
}

impl Inbound {
    pub(crate) fn new(addr: SocketAddr, expected: StatusCode, senders: Vec<Sender>) -> Result<Self, Failure> {
        assert!(!senders.is_empty(), "a load without a provider");
        let host = HeaderValue::from_str(&addr.to_string());
        let host = host.map_err(Failure::because("build the host header"))?;
        Ok(Self { addr, host, expected, senders, payloads: Payloads::new() })
    }
}

impl Requests for Inbound {
    fn addr(&self, _connection: usize) -> SocketAddr {
        self.addr
    }

    fn expected(&self) -> StatusCode {
        self.expected
    }

    fn request(&self, load: u64, number: u64, due_ns: u64) -> Request<Full<Bytes>> {
        let position = number % self.senders.len() as u64;
        let sender = &self.senders[usize::try_from(position).expect("smaller than a length")];
        let id = format!("{load}-{number}");
        // The ids of all providers at once: each reads its own.
        let prefix = format!(
            r#"{{"id":"evt_{id}","event_id":"Ev{id}","type":"event_callback","event":{{"type":"app_mention"}},"data":"#
        );
        let body = self.payloads.body(prefix.as_bytes(), number, due_ns);
        let mut outgoing = Outgoing::post("http://unsigned.example/", Vec::from(body));
        for name in ["x-github-delivery", "webhook-id"] {
            outgoing.set_header(name, id.as_str());
        }
        outgoing.set_header("x-github-event", "push");
        let signed =
            sign(&sender.provider.scheme, &sender.secret, &mut outgoing, Now::from_unix_s(clock::unix_s()));
        signed.expect("the schemes of the benchmark sign any body");
        let mut request = Request::new(Full::new(Bytes::from(outgoing.body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = sender.uri.clone();
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in outgoing.headers {
            let line = (HeaderName::try_from(name), HeaderValue::try_from(value));
            if let (Ok(name), Ok(value)) = line {
                headers.insert(name, value);
            }
        }
        request
    }
}
