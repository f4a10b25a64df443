//! Inbound connections: HTTP/1.1 with limits on everything a caller can stretch.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hooktide_api::ApiService;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// Connections at the same time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 16_384;
/// Time for a request's head to arrive, and for the next request on a connection that is kept open.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Header fields of a request that are parsed. The service takes fewer and says so in JSON; beyond this the parser ends
/// the connection with a bare 431.
const HEADERS_PARSED_MAX: usize = 256;
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Pause after the system could not hand out a connection (no files left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serve until `stop` turns true, then let requests in flight finish within `grace`.
pub(super) async fn serve(
    listener: TcpListener,
    service: ApiService,
    mut stop: watch::Receiver<bool>,
    grace: Duration,
) {
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_PARSED_MAX)
        // Without it every request costs one more read, and a fresh buffer for it, to notice a caller that left. A
        // handler ends by itself soon enough, and a caller may close its sending half and still wants the answer.
        .half_close(true)
        .max_buf_size(HEAD_BYTES_MAX);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            biased;
            () = stopping(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "failed to set nodelay");
        }
        let service = service.clone();
        let answer = service_fn(move |request| {
            let service = service.clone();
            async move { Ok::<_, Infallible>(service.answer(request, peer).await) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), answer);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a caller's connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

async fn stopping(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}
