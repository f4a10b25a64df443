//! What can go wrong in a store, by what the caller should do next.

/// A store's refusal or failure.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another object has that uid or name. The caller must choose another.
    #[error("another object already has this {0}")]
    Taken(&'static str),
    /// The row changed since it was read. Read again and redo the change.
    #[error("the object was changed at the same time")]
    Stale,
    /// The idempotency key was used before with another request.
    #[error("this idempotency key was used with another request")]
    KeyReused,
    /// The object does not exist (any more).
    #[error("no such object")]
    Missing,
    /// Too much is waiting to be committed. Try again in a moment.
    #[error("the store has too much waiting to be committed")]
    Overloaded,
    /// It was not committed in time, and may still be. Try again with the same key.
    #[error("the store did not commit in time")]
    Late,
    /// Nothing can be committed now: the disk is full or the store is stopping. Nothing was stored.
    #[error("the store cannot commit: {0}")]
    Unavailable(String),
    /// The database itself failed.
    #[error("the store failed: {0}")]
    Database(String),
}
