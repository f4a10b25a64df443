//! Erase contents: the row stays, its bytes are overwritten on disk.

use std::time::Duration;

use hooktide_model::{AppId, AttemptId, MessageId};
use rusqlite::params;

use super::super::chunk::{Chunk, open_writer};
use super::super::parts::Parts;
use super::messages::message;
use crate::ObjectRef;

/// By primary key.
pub(super) const ERASE_PAYLOAD: &str = "DELETE FROM payload WHERE seq = ?1";
/// By the clustered key.
pub(super) const ERASE_RESPONSE: &str = "UPDATE attempt SET response = NULL WHERE msg = ?1 AND seq = ?2";

/// How long the writer and readers are waited for, so that the log can be emptied.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(250);

/// Erase a message's payload; whether there is such a message.
pub(in super::super) fn expunge_payload(parts: &Parts, app: AppId, id: MessageId) -> rusqlite::Result<bool> {
    if message(parts, app, &ObjectRef::Id(id), false)?.is_none() {
        return Ok(false);
    }
    parts.read_back.forget(id.seq());
    if let Some(chunk) = parts.chain.of_message(id.seq().0) {
        erase(&chunk, |connection| connection.execute(ERASE_PAYLOAD, [id.seq().0]))?;
    }
    Ok(true)
}

/// Erase an attempt's response; whether there is such an attempt.
pub(in super::super) fn expunge_response(
    parts: &Parts,
    message: MessageId,
    attempt: AttemptId,
) -> rusqlite::Result<bool> {
    if !parts.mint.made(attempt) {
        return Ok(false);
    }
    for chunk in parts.chain.with_attempts_of(message.seq().0) {
        let key = params![message.seq().0, attempt.seq().0];
        if erase(&chunk, |connection| connection.execute(ERASE_RESPONSE, key))? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The writer waits for this short transaction as it would for any other.
fn erase(
    chunk: &Chunk,
    change: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<usize>,
) -> rusqlite::Result<usize> {
    let connection = open_writer(&chunk.path)?;
    connection.pragma_update(None, "secure_delete", true)?;
    let changed = change(&connection)?;
    if changed > 0 {
        // The old bytes are in the log too. Readers may hold this up for as long; the next checkpoint goes on then.
        connection.busy_timeout(CHECKPOINT_PATIENCE)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(changed)
}
