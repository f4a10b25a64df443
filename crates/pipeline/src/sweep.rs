//! Sweep: what is done from time to time. Takes no input and is safe to run twice.

use std::sync::Weak;
use std::time::Duration;

use hooktide_store::Load;

use crate::engine::Engine;

/// Time between looks at lanes and gauges.
const LANES_EVERY: Duration = Duration::from_secs(5);
/// Time between looks at retention, in rounds of the above.
const RETENTION_ROUNDS: u32 = 12;

/// Run until the engine is gone or draining.
pub(crate) async fn run(engine: Weak<Engine>) {
    let mut round: u32 = 0;
    loop {
        tokio::time::sleep(LANES_EVERY).await;
        let Some(engine) = engine.upgrade().filter(|engine| !engine.is_draining()) else { return };
        let (lanes, in_memory) = engine.lanes.tidy();
        engine.meters.waiting(lanes, in_memory, engine.store.scheduled_count());
        engine.store.note_load(Load { address: engine.config.public_url.clone(), lanes, in_memory });
        if round.is_multiple_of(RETENTION_ROUNDS)
            && let Err(error) = engine.store.sweep().await
        {
            tracing::error!(%error, "failed to apply retention, trying again in a minute");
        }
        round = round.wrapping_add(1);
    }
}
