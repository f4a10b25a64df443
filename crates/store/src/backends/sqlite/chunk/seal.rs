//! Sealing: give a closed chunk its indexes, in bulk, once. Runs on a background thread; safe to run twice.
//!
//! A crash here leaves a chunk without the `sealed` mark: the next start scans it into memory and seals it again.

use std::sync::atomic::Ordering;

use rusqlite::Connection;

use super::schema::index_receipts;
use super::{Bloom, Chunk, Meta, put_meta};

/// Lists of an application; the type is in the index so that a type filter reads no rows.
const INDEX_MESSAGE: &str = "CREATE INDEX IF NOT EXISTS message_by_app ON message (app, seq, event_type)";
/// Lists of an endpoint by time.
const INDEX_ATTEMPT: &str = "CREATE INDEX IF NOT EXISTS attempt_by_endpoint ON attempt (ep, seq, status)";
/// An endpoint's failures are few among its attempts.
const INDEX_FAILED: &str =
    "CREATE INDEX IF NOT EXISTS attempt_failed ON attempt (ep, seq, status) WHERE status <> 0";
/// Lists of an endpoint by message.
const INDEX_MESSAGES: &str = "CREATE INDEX IF NOT EXISTS attempt_by_endpoint_message ON attempt (ep, msg)";
/// Idempotency keys and event ids, the newest use of a key found without sorting.
const INDEX_KEY: &str = "CREATE INDEX IF NOT EXISTS message_key_by_key ON message_key (key, msg)";

/// What is due for an endpoint, without a look at the table.
const INDEX_SCHEDULE: &str =
    "CREATE INDEX IF NOT EXISTS schedule_by_endpoint ON schedule (ep, due, msg, tries, trigger)";

/// Index a closed chunk through `connection`, its former writer, and let go of its memory index.
pub(in super::super) fn seal(chunk: &Chunk, connection: Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    for statement in [INDEX_MESSAGE, INDEX_ATTEMPT, INDEX_FAILED, INDEX_MESSAGES, INDEX_KEY, INDEX_SCHEDULE] {
        connection.execute_batch(statement)?;
    }
    index_receipts(&connection)?;
    let bloom = {
        let index = chunk.index.read();
        index
            .as_ref()
            .filter(|index| !index.keys.is_empty())
            .map(|index| Bloom::new(index.keys.len(), index.keys.keys()))
    };
    let summary = &chunk.summary;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = connection.unchecked_transaction()?;
    put_meta(&transaction, Meta::LAST_SEQ, &summary.last_seq.load(Ordering::Acquire))?;
    put_meta(&transaction, Meta::ATTEMPT_MESSAGE_MIN, &summary.attempt_message_min.load(Ordering::Acquire))?;
    put_meta(&transaction, Meta::ATTEMPT_MIN, &summary.attempt_min.load(Ordering::Acquire))?;
    put_meta(&transaction, Meta::ATTEMPT_MAX, &summary.attempt_max.load(Ordering::Acquire))?;
    if let Some(bloom) = &bloom {
        put_meta(&transaction, Meta::BLOOM, &bloom.to_bytes())?;
    }
    put_meta(&transaction, Meta::SEALED, &1_i64)?;
    transaction.commit()?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    // The filter first: whoever looks for a key finds one of the two.
    if let Some(bloom) = bloom {
        chunk.bloom.get_or_init(|| bloom);
    }
    *chunk.index.write() = None;
    Ok(())
}
