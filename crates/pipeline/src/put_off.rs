//! Put off: how many requests of a source were answered with 429, which leave no receipt so that a flood costs nothing.
//!
//! Memory only: it counts from the start of the server. The provider sends what was put off again.

use std::collections::HashMap;

use hooktide_model::Seq;
use parking_lot::Mutex;

/// Sources that are counted for; those beyond have no count until the next start.
const SOURCES_MAX: usize = 10_000;

/// The counts.
#[derive(Default)]
pub(crate) struct PutOff(Mutex<HashMap<Seq, u64>>);

impl PutOff {
    /// One more.
    pub(crate) fn count(&self, source: Seq) {
        let mut counts = self.0.lock();
        let is_full = counts.len() >= SOURCES_MAX;
        match counts.get_mut(&source) {
            Some(count) => *count += 1,
            None if is_full => {}
            None => {
                counts.insert(source, 1);
            }
        }
    }

    /// How many there were.
    pub(crate) fn of(&self, source: Seq) -> u64 {
        self.0.lock().get(&source).copied().unwrap_or(0)
    }
}
