//! A relay process: `hooktide-bench relay`.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::accept::{self, Relay};
use super::log::Log;
use super::send;
use crate::args::RelayArgs;
use crate::failure::Failure;

/// Serves until it is killed.
pub(crate) fn serve(args: &RelayArgs) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Failure::because("build a runtime"))?.block_on(run(args))
}

async fn run(args: &RelayArgs) -> Result<(), Failure> {
    let log = args.log.as_deref().map(Log::open).transpose()?;
    let slots = send::start(args.to, args.slots, log.clone());
    let relay = Arc::new(Relay { slots, log, accepted: AtomicU64::new(0) });
    let listener = tokio::net::TcpListener::bind(args.listen).await;
    let listener = listener.map_err(Failure::because("bind the relay"))?;
    axum::serve(listener, accept::router(relay)).await.map_err(Failure::because("serve"))
}
