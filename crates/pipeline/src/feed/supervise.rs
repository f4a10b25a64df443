//! The supervisor: one task for each source that fetches, started, replaced and ended as configuration says.
//!
//! It compares what the store holds with what runs, whenever somebody changed something and from time to time, so a
//! lost call or a failed read costs time only.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use hooktide_model::{Seq, Source};
use hooktide_store::StoreError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::feeds::{FEEDS_MAX, Feeds};
use super::run;
use crate::SourceConfig;
use crate::engine::Engine;

/// Time between looks that nobody asked for.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Time between looks when the last one failed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Time that a feed has to end: to commit what it holds and to acknowledge it.
const END_MAX: Duration = Duration::from_secs(5);

/// A feed that runs.
struct Running {
    config: watch::Sender<Arc<SourceConfig>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    /// Nothing outlives its supervisor; what was not acknowledged comes again.
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Run until told to end or the engine is gone.
pub(crate) async fn supervise(engine: Weak<Engine>, feeds: Arc<Feeds>) {
    let mut running = HashMap::new();
    let mut stop = feeds.stop.subscribe();
    loop {
        let Some(engine) = engine.upgrade() else { return };
        let looked = reconcile(&engine, &mut running).await;
        drop(engine);
        let wait = match looked {
            Ok(()) => LOOK_EVERY,
            Err(error) => {
                tracing::error!(%error, "failed to read which sources fetch, trying again in a second");
                LOOK_AGAIN
            }
        };
        tokio::select! {
            biased;
            _ = stop.wait_for(|is_over| *is_over) => break,
            () = feeds.changed.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    end_all(&feeds, running.drain().collect()).await;
}

/// Make what runs the same as what is stored.
async fn reconcile(engine: &Arc<Engine>, running: &mut HashMap<Seq, Running>) -> Result<(), StoreError> {
    let mut wanted: HashMap<Seq, Source> = leased(engine, stored(engine).await?).await?;
    let is_over = |seq: &Seq, one: &Running| {
        let stays = wanted.get(seq).is_some_and(|source| is_same_feed(&one.config.borrow().source, source));
        !stays || one.task.is_finished()
    };
    let over: Vec<Seq> = running.iter().filter(|(seq, one)| is_over(seq, one)).map(|(seq, _)| *seq).collect();
    let over = over.into_iter().filter_map(|seq| running.remove_entry(&seq)).collect();
    end_all(&engine.feeds, over).await;
    for (seq, one) in running.iter() {
        let source = wanted.remove(seq).expect("what is not wanted was ended");
        // Looked at by itself: nobody can write while somebody reads.
        let is_changed = one.config.borrow().source != source;
        if is_changed && let Some(config) = SourceConfig::new(source, Arc::default()) {
            one.config.send_replace(config);
        }
    }
    for (seq, source) in wanted {
        if let Some(one) = start(engine, seq, source) {
            running.insert(seq, one);
        }
    }
    Ok(())
}

/// The sources that are to run.
async fn stored(engine: &Engine) -> Result<HashMap<Seq, Source>, StoreError> {
    let sources = engine.store.fetching_sources(FEEDS_MAX + 1).await?;
    if sources.len() > FEEDS_MAX {
        tracing::error!(FEEDS_MAX, "more sources fetch than this server runs: the newest wait");
    }
    let on = sources.into_iter().take(FEEDS_MAX).filter(|source| !source.settings.disabled);
    Ok(on.map(|source| (source.id.seq(), source)).collect())
}

/// Of the sources those that this node may fetch for: one node does.
async fn leased(
    engine: &Engine,
    mut wanted: HashMap<Seq, Source>,
) -> Result<HashMap<Seq, Source>, StoreError> {
    for seq in wanted.keys().copied().collect::<Vec<_>>() {
        if !engine.store.lease(seq).await? {
            wanted.remove(&seq);
        }
    }
    Ok(wanted)
}

/// Whether a change leaves the feed as it is: then it goes on with the new configuration.
fn is_same_feed(before: &Source, now: &Source) -> bool {
    before.provider == now.provider && before.feed == now.feed
}

fn start(engine: &Arc<Engine>, seq: Seq, source: Source) -> Option<Running> {
    let (config, configs) = watch::channel(SourceConfig::new(source, Arc::default())?);
    let (stop, stopped) = watch::channel(false);
    let task = run::run(Arc::clone(engine), seq, configs, stopped);
    Some(Running { config, stop, task: engine.runtime.spawn(task) })
}

/// Tell all of them first, then wait for each.
async fn end_all(feeds: &Feeds, over: Vec<(Seq, Running)>) {
    for (_, one) in &over {
        one.stop.send_replace(true);
    }
    let deadline = Instant::now() + END_MAX;
    for (seq, mut one) in over {
        if tokio::time::timeout_at(deadline, &mut one.task).await.is_err() {
            tracing::warn!(
                source = seq.0,
                "a feed did not end in time; what it has not acknowledged comes again"
            );
        }
        feeds.forget(seq);
    }
}
