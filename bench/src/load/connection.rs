//! One kept-alive connection of the load generator.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;

use crate::failure::Failure;

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    #[expect(clippy::disallowed_methods, reason = "the benchmark dials the server it started itself")]
    pub(super) async fn open(addr: SocketAddr) -> Result<Self, Failure> {
        let stream = tokio::net::TcpStream::connect(addr).await;
        let stream = stream.map_err(Failure::because("connect to the server under test"))?;
        stream.set_nodelay(true).map_err(Failure::because("prepare a connection"))?;
        let shaken = handshake(TokioIo::new(stream)).await;
        let (sender, driver) = shaken.map_err(Failure::because("prepare a connection"))?;
        // Its end shows at the next request.
        tokio::spawn(async move {
            let _ = driver.await;
        });
        Ok(Self(sender))
    }

    /// Sends one request and reads the answer to its end.
    pub(super) async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<StatusCode, Failure> {
        self.0.ready().await.map_err(Failure::because("keep a connection"))?;
        let sent = self.0.send_request(request).await;
        let mut response = sent.map_err(Failure::because("publish"))?;
        while let Some(frame) = response.body_mut().frame().await {
            frame.map_err(Failure::because("read an answer"))?;
        }
        Ok(response.status())
    }
}
