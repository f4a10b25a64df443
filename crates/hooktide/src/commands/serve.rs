//! `hooktide serve`: the server.

use crate::cli::ServerArgs;
use crate::failure::Failure;
use crate::server::{Server, runtime};
use crate::telemetry;

/// Runs until SIGTERM or Ctrl-C.
pub(crate) fn run(arguments: &ServerArgs) -> Result<(), Failure> {
    let loaded = arguments.settings.load(Vec::new())?;
    telemetry::init(&loaded.config.log)?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    runtime()?.block_on(async { Server::start(loaded.config).await?.run().await })
}
