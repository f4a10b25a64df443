//! One feed: opened, followed, and opened again when it breaks, ever more slowly while it keeps breaking.
//!
//! It ends between two batches, never within one: what was handed out is committed and settled first.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use hooktide_destinations::feeds::{Feed, FeedOpener, Opening};
use hooktide_destinations::seam::Fault;
use hooktide_model::{Seq, Timestamp};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::feeds::FeedState;
use super::take::take;
use crate::SourceConfig;
use crate::engine::Engine;

/// Time for connecting.
const OPEN_MAX: Duration = Duration::from_secs(10);
/// Time for telling the broker what is durable.
const SETTLE_MAX: Duration = Duration::from_secs(10);
/// The first wait after a feed broke.
const BACKOFF_MIN: Duration = Duration::from_millis(500);
/// The longest wait.
const BACKOFF_MAX: Duration = Duration::from_secs(30);
/// Waits that are longer than the one before.
const BACKOFF_STEPS_MAX: u32 = 6;
/// How old a time of a schedule may be that was missed and is made up for; less where events are recognised for less.
const CATCH_UP_MAX: Duration = Duration::from_secs(60 * 60);

/// What a feed's task works with.
struct Fetching {
    engine: Arc<Engine>,
    seq: Seq,
    configs: watch::Receiver<Arc<SourceConfig>>,
    stop: watch::Receiver<bool>,
}

/// Why a feed is no longer open.
enum End {
    Stopped,
    Broke { fault: Fault, has_worked: bool },
}

/// Fetch until told to stop.
pub(super) async fn run(
    engine: Arc<Engine>,
    seq: Seq,
    configs: watch::Receiver<Arc<SourceConfig>>,
    stop: watch::Receiver<bool>,
) {
    let mut fetching = Fetching { engine, seq, configs, stop };
    let Some(opener) = fetching.opener() else { return };
    let mut failures = 0;
    let mut error = None;
    loop {
        fetching.note(false, error.clone());
        let (fault, has_worked) = match fetching.follow(&opener).await {
            End::Stopped => return,
            End::Broke { fault, has_worked } => (fault, has_worked),
        };
        failures = if has_worked { 0 } else { failures + 1 };
        let text = opener.redact(fault.detail);
        if error.as_ref() != Some(&text) {
            tracing::warn!(source = %fetching.config().source.id, error = text, "a feed broke; it is opened again");
        }
        error = Some(text);
        fetching.note(false, error.clone());
        tokio::select! {
            biased;
            () = stopped(&mut fetching.stop) => return,
            () = tokio::time::sleep(backoff(failures, fetching.engine.unit())) => {}
        }
    }
}

/// Waits that double, spread over half of each.
fn backoff(failures: u32, unit: f64) -> Duration {
    let whole = BACKOFF_MIN.saturating_mul(1 << failures.min(BACKOFF_STEPS_MAX)).min(BACKOFF_MAX);
    whole / 2 + (whole / 2).mul_f64(unit)
}

/// Resolves when the feed is to end; also when nobody is left to say so.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _said = stop.wait_for(|is_over| *is_over).await.is_ok();
}

impl Fetching {
    fn config(&self) -> Arc<SourceConfig> {
        Arc::clone(&self.configs.borrow())
    }

    /// What the feed is opened from. A configuration that this server does not allow any more is told as an error.
    fn opener(&self) -> Option<FeedOpener> {
        let config = self.config();
        let (kind, written) = (config.feed?, config.source.feed.as_ref()?);
        match (kind.check)(&written.0, &self.engine.destinations.policy) {
            Ok(opener) => Some(opener),
            Err(mistakes) => {
                let texts = mistakes.iter().map(|one| format!("{} {}; {}", one.path, one.what, one.mend));
                let text = texts.collect::<Vec<_>>().join("; ");
                tracing::error!(source = %config.source.id, error = text, "the configuration of a feed is not allowed");
                self.note(false, Some(text));
                None
            }
        }
    }

    fn note(&self, is_connected: bool, last_error: Option<String>) {
        let feeds = &self.engine.feeds;
        let since = match feeds.state(self.seq) {
            Some(before) if before.is_connected == is_connected => before.since,
            _ => self.engine.clock.now(),
        };
        feeds.note(self.seq, FeedState { is_connected, since, last_error });
    }

    /// Nothing that was due before is made up for: the source was another then, or it is too long ago.
    fn since(&self) -> Timestamp {
        let recognised = self.engine.config.fetch.dedupe_window / 2;
        let earliest = self.engine.clock.now().minus(CATCH_UP_MAX.min(recognised));
        self.config().source.updated_at.max(earliest)
    }

    async fn follow(&mut self, opener: &FeedOpener) -> End {
        let shared = Arc::clone(&self.engine.destinations);
        let opening = Opening { shared, since: self.since(), deadline: Instant::now() + OPEN_MAX };
        let opened = tokio::select! {
            biased;
            () = stopped(&mut self.stop) => return End::Stopped,
            opened = timeout(OPEN_MAX, opener.open(opening)) => opened,
        };
        let opened =
            opened.unwrap_or_else(|_| Err(Fault::lost(format!("no connection within {OPEN_MAX:?}"))));
        let mut feed = match opened {
            Ok(feed) => feed,
            Err(fault) => return End::Broke { fault, has_worked: false },
        };
        self.note(true, None);
        let began = Instant::now();
        let mut has_worked = false;
        loop {
            let batch = tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return End::Stopped,
                batch = feed.next() => batch,
            };
            let worked = match batch {
                Ok(batch) => self.work(&mut *feed, batch).await,
                Err(fault) => Err(fault),
            };
            match worked {
                Ok(()) => has_worked = true,
                Err(fault) => {
                    let has_worked = has_worked || began.elapsed() > BACKOFF_MAX;
                    return End::Broke { fault, has_worked };
                }
            }
        }
    }

    /// Commit a batch, all of it at once, and say what is durable.
    async fn work(
        &self,
        feed: &mut dyn Feed,
        batch: Vec<hooktide_destinations::feeds::Delivery>,
    ) -> Result<(), Fault> {
        let config = self.config();
        let taking = batch.into_iter().map(|delivery| take(&self.engine, &config, delivery));
        let outcomes = join_all(taking).await;
        let taken: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
        let settled = timeout(SETTLE_MAX, feed.settle(&taken)).await;
        if let Some(error) = outcomes.into_iter().find_map(Result::err) {
            return Err(Fault::retry(format!("an event could not be stored: {error}; it is fetched again")));
        }
        settled.unwrap_or_else(|_| Err(Fault::lost(format!("no acknowledgement within {SETTLE_MAX:?}"))))
    }
}

#[cfg(test)]
mod tests;
