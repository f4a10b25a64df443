//! What a load sends: whom to, what each request looks like, and which answer is the right one.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;

/// A source of requests that the generator draws from, by number.
pub(crate) trait Requests: std::fmt::Debug + Send + Sync {
    /// The server that a connection goes to, by its number.
    fn addr(&self, connection: usize) -> SocketAddr;

    /// The answer that counts as accepted.
    fn expected(&self) -> StatusCode;

    /// Request `number` of load `load`, due at `due_ns`.
    fn request(&self, load: u64, number: u64, due_ns: u64) -> Request<Full<Bytes>>;
}
