//! Where messages are published to, and what each request looks like.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::Full;

use super::requests::Requests;
use crate::failure::Failure;
use crate::payload::Payloads;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const EVENT_TYPE: &str = "invoice.paid";

/// One application, and the channel that picks its endpoints.
#[derive(Debug)]
pub(crate) struct Route {
    uri: Uri,
    prefix: Vec<u8>,
}

impl Route {
    pub(crate) fn new(app_id: &str, channel: Option<&str>) -> Result<Self, Failure> {
        let uri = format!("/api/v1/app/{app_id}/msg?with_content=false");
        let channels = channel.map(|name| format!(r#""channels":["{name}"],"#)).unwrap_or_default();
        Ok(Self {
            uri: uri.parse().map_err(Failure::because("build the path of an application"))?,
            prefix: format!(r#"{{"eventType":"{EVENT_TYPE}",{channels}"payload":"#).into_bytes(),
        })
    }
}

/// One or more servers and the requests that are sent to them, routes in turn, connections spread over the servers.
#[derive(Debug)]
pub(crate) struct Target {
    addrs: Vec<SocketAddr>,
    host: HeaderValue,
    authorization: HeaderValue,
    keys: bool,
    routes: Vec<Route>,
    payloads: Payloads,
}

impl Target {
    /// `keys`: send an idempotency key with every request.
    pub(crate) fn new(
        addrs: Vec<SocketAddr>,
        token: &str,
        keys: bool,
        routes: Vec<Route>,
    ) -> Result<Self, Failure> {
        let host = addrs.first().map(ToString::to_string).unwrap_or_default();
        assert!(!host.is_empty(), "a load without a server");
        assert!(!routes.is_empty(), "a load without a route");
        let header = |text: String| HeaderValue::from_str(&text);
        Ok(Self {
            addrs,
            host: header(host).map_err(Failure::because("build the host header"))?,
            authorization: header(format!("Bearer {token}")).map_err(Failure::because("use the token"))?,
            keys,
            routes,
            payloads: Payloads::new(),
        })
    }
}

impl Requests for Target {
    fn addr(&self, connection: usize) -> SocketAddr {
        self.addrs[connection % self.addrs.len()]
    }

    fn expected(&self) -> StatusCode {
        StatusCode::ACCEPTED
    }

    fn request(&self, load: u64, number: u64, due_ns: u64) -> Request<Full<Bytes>> {
        let position = number % self.routes.len() as u64;
        let route = &self.routes[usize::try_from(position).expect("smaller than a length")];
        let mut request = Request::new(Full::new(self.payloads.body(&route.prefix, number, due_ns)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = route.uri.clone();
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.keys {
            let key = format!("auto_{load}-{number}");
            headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_str(&key).expect("digits make a header"));
        }
        request
    }
}
