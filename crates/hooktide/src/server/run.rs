//! Run until told to stop, then stop in order: callers first, deliveries next, the store last.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use super::build::Server;
use super::connections;
use super::signals::StopSignals;
use crate::failure::Failure;

/// Callers' share of the time for stopping.
const CALLERS_GRACE: Duration = Duration::from_secs(5);

impl Server {
    /// Serve until SIGTERM or SIGINT, or until the store fails.
    pub(crate) async fn run(mut self) -> Result<(), Failure> {
        let mut signals = StopSignals::listen()?;
        let (stop, stopped) = watch::channel(false);
        let grace = self.config.shutdown.grace;
        let service = hooktide_api::service(self.state.clone());
        let callers_grace = CALLERS_GRACE.min(grace / 2);
        let serving = tokio::spawn(connections::serve(self.listener, service, stopped, callers_grace));
        tracing::info!("listening on http://{}", self.address);
        let failure = tokio::select! {
            signal = signals.asked() => {
                tracing::info!(signal, "stopping: no new requests, deliveries in flight are finished");
                None
            }
            failed = self.fatal.wait_for(Option::is_some) => failed.ok().and_then(|reason| reason.clone()),
        };
        self.draining.store(true, Ordering::Release);
        self.pipeline.release_followers();
        stop.send_replace(true);
        if serving.await.is_err() {
            tracing::error!("the server's accept loop panicked");
        }
        self.pipeline.stop(grace.saturating_sub(callers_grace)).await;
        drop(self.threads);
        match failure {
            None => {
                tracing::info!("stopped");
                Ok(())
            }
            Some(reason) => Err(Failure::failed(
                format!("the store failed: {reason}"),
                "nothing that was acknowledged is lost; check the disk, then start again",
            )),
        }
    }
}
