//! Where the stores of the conformance suite live: one place per backend.

mod choice;
mod postgres;
mod sqlite;

use std::time::Duration;

pub(crate) use choice::{Segments, place};

/// How long idempotency keys are remembered.
const WINDOW: Duration = Duration::from_secs(24 * 3600);
/// How long events of sources are.
const DEDUPE_WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);
/// History is kept at least so long.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);
/// Seals what is sealed.
const SECRET: &[u8] = b"a main secret of sufficient length";
