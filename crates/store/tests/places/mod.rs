//! Where the stores of the conformance suite live: one place per backend.

mod postgres;
mod sqlite;

use std::time::Duration;

use hooktide_store::conformance::Place;

pub(crate) use postgres::PostgresPlace;
pub(crate) use sqlite::SqlitePlace;

/// How long idempotency keys are remembered.
const WINDOW: Duration = Duration::from_secs(24 * 3600);
/// How long events of sources are.
const DEDUPE_WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);
/// History is kept at least so long.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);
/// Seals what is sealed.
const SECRET: &[u8] = b"a main secret of sufficient length";

/// How history is cut into segments.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Segments {
    /// So that every claim crosses several.
    Small,
    /// So that every claim stays in one.
    Big,
}

/// A fresh place of that backend.
pub(crate) async fn place(backend: &str, segments: Segments) -> Box<dyn Place> {
    match (backend, segments) {
        ("sqlite", Segments::Small) => Box::new(SqlitePlace::fresh(7)),
        ("sqlite", Segments::Big) => Box::new(SqlitePlace::fresh(200_000)),
        ("postgres", Segments::Small) => Box::new(PostgresPlace::fresh(Duration::from_secs(4)).await),
        ("postgres", Segments::Big) => Box::new(PostgresPlace::fresh(Duration::from_secs(24 * 3600)).await),
        (other, _) => panic!("the backend {other} needs a place here"),
    }
}
