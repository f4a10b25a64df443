//! Erase contents: the row stays without them.
//!
//! The old version of the row is dead from then on; the server's vacuum overwrites it in its own time, and the
//! write-ahead log keeps it until it is recycled. Backups have it as long as they are kept.

use hooktide_model::{AppId, AttemptId, MessageId};

use super::reader::PgHistory;
use crate::StoreError;

/// By primary key. Erased twice is erased.
pub(super) const ERASE_PAYLOAD: &str = "UPDATE message SET content_type = NULL, plain_bytes = NULL, body = NULL, params = NULL \
     WHERE seq = $1 AND app = $2";
/// By primary key.
pub(super) const ERASE_RESPONSE: &str = "UPDATE attempt SET response = NULL WHERE msg = $1 AND seq = $2";

/// Erase a message's payload. `Missing` when there is no such message.
pub(super) async fn expunge_payload(
    history: &PgHistory,
    app: AppId,
    message: MessageId,
) -> Result<(), StoreError> {
    if !history.mint.made(message) {
        return Err(StoreError::Missing);
    }
    let erased = history.session().await?.change(ERASE_PAYLOAD, &[&message.seq().0, &app.seq().0]).await?;
    if erased > 0 { Ok(()) } else { Err(StoreError::Missing) }
}

/// Erase an attempt's response. `Missing` when there is no such attempt.
pub(super) async fn expunge_response(
    history: &PgHistory,
    message: MessageId,
    attempt: AttemptId,
) -> Result<(), StoreError> {
    if !history.mint.made(attempt) {
        return Err(StoreError::Missing);
    }
    let key = (message.seq().0, attempt.seq().0);
    let erased = history.session().await?.change(ERASE_RESPONSE, &[&key.0, &key.1]).await?;
    if erased > 0 { Ok(()) } else { Err(StoreError::Missing) }
}
