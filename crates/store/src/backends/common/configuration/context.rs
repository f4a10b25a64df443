//! What reading and writing rows needs beside the connection.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::id::TypedId;
use hooktide_model::{Clock, IdMint, Seq, Timestamp};

use crate::StoreError;
use crate::vault::Vault;

/// Idempotency keys of configuration remembered at most: about 150 MB at the very worst. The oldest are forgotten first.
pub(in crate::backends) const IDEMPOTENCY_ROWS_MAX: i64 = 1_000_000;

/// Which table a remembered object is in. Stored: numbers are never given a new meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backends) enum Kind {
    Application = 1,
    Endpoint = 2,
    EventType = 3,
    Source = 4,
}

/// Keys, ids and times of a store.
#[derive(Debug)]
pub(in crate::backends) struct Context {
    pub(in crate::backends) vault: Arc<Vault>,
    pub(in crate::backends) mint: IdMint,
    pub(in crate::backends) clock: ClockRef,
    /// How long an idempotency key is remembered.
    pub(in crate::backends) idempotency_window: Duration,
    /// Keys remembered at most; the oldest go first.
    pub(in crate::backends) idempotency_rows_max: i64,
}

/// A clock that can stand in a `Debug` struct.
pub(in crate::backends) struct ClockRef(pub(in crate::backends) Arc<dyn Clock>);

impl std::fmt::Debug for ClockRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl Context {
    /// The time now.
    pub(in crate::backends) fn now(&self) -> Timestamp {
        self.clock.0.now()
    }

    /// The key of an id, unless another store (or nobody) made that id.
    pub(in crate::backends) fn known<I: TypedId>(&self, id: I) -> Option<i64> {
        self.mint.made(id).then(|| id.seq().0)
    }

    /// The same for a row that must exist.
    pub(in crate::backends) fn existing<I: TypedId>(&self, id: I) -> Result<i64, StoreError> {
        self.known(id).ok_or(StoreError::Missing)
    }

    /// The key of an id that the caller has just made. A foreign one is our own mistake: it would read back changed.
    pub(in crate::backends) fn minted<I: TypedId>(&self, id: I) -> Result<i64, StoreError> {
        let foreign = || StoreError::Database(format!("the new id {id} was not made by this store"));
        self.known(id).ok_or_else(foreign)
    }

    /// The id of a row's key.
    pub(in crate::backends) fn id<I: TypedId>(&self, seq: i64) -> I {
        self.mint.id(Seq(seq))
    }
}

/// Why an optimistic save found no row: it is there in another version, or gone.
pub(in crate::backends) fn stale_or_missing(is_there: bool) -> StoreError {
    if is_there { StoreError::Stale } else { StoreError::Missing }
}
