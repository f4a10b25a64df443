//! Which place a claim gets.

use std::time::Duration;

use hooktide_store::conformance::Place;

use super::postgres::PostgresPlace;
use super::sqlite::SqlitePlace;

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
