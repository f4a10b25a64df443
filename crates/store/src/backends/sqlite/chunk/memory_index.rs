//! The open chunk's secondary indexes, in memory: filled after each commit, rebuilt by one scan at start-up,
//! dropped when the sealed file has its own.

use std::collections::HashMap;

use hooktide_model::ReceiptOutcome;
use rusqlite::Connection;

use super::memory_schedule::MemorySchedule;

/// A message in an application's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct MessageEntry {
    /// Its key.
    pub(in super::super) seq: i64,
    /// Hash of its event type, so that a filter need not read rows of other types.
    pub(in super::super) event_type: u32,
}

/// An attempt in an endpoint's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct AttemptEntry {
    /// Its key.
    pub(in super::super) seq: i64,
    /// The message's key.
    pub(in super::super) message: i64,
    /// How it ended.
    pub(in super::super) status: u8,
}

/// A receipt in a source's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct ReceiptEntry {
    /// Its key.
    pub(in super::super) seq: i64,
    /// What became of the request.
    pub(in super::super) outcome: u8,
}

/// What an idempotency key or event id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct KeyEntry {
    /// The message's key.
    pub(in super::super) message: i64,
    /// Hash of the request for an idempotency key; `None` for an event id.
    pub(in super::super) request: Option<[u8; 16]>,
}

/// The indexes.
#[derive(Debug, Default)]
pub(in super::super) struct MemoryIndex {
    /// By application, oldest first.
    pub(in super::super) by_app: HashMap<i64, Vec<MessageEntry>>,
    /// By endpoint, in order of recording.
    pub(in super::super) by_endpoint: HashMap<i64, Vec<AttemptEntry>>,
    /// By source, oldest first.
    pub(in super::super) by_source: HashMap<i64, Vec<ReceiptEntry>>,
    /// By key hash.
    pub(in super::super) keys: HashMap<[u8; 16], KeyEntry>,
    /// What waits, by endpoint.
    pub(in super::super) schedule: MemorySchedule,
}

/// A stable 32 bit hash (FNV-1a) of an event type's name.
pub(in super::super) fn type_hash(name: &str) -> u32 {
    name.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl MemoryIndex {
    /// Scan a chunk that has no indexes of its own.
    pub(in super::super) fn scan(connection: &Connection) -> rusqlite::Result<Self> {
        let mut index = Self { schedule: MemorySchedule::scan(connection)?, ..Self::default() };
        let mut messages = connection.prepare("SELECT seq, app, event_type FROM message ORDER BY seq")?;
        let mut rows = messages.query([])?;
        while let Some(row) = rows.next()? {
            let event_type = type_hash(row.get_ref(2)?.as_str()?);
            index.by_app.entry(row.get(1)?).or_default().push(MessageEntry { seq: row.get(0)?, event_type });
        }
        let mut attempts = connection.prepare("SELECT seq, msg, status, ep FROM attempt")?;
        let mut rows = attempts.query([])?;
        while let Some(row) = rows.next()? {
            let entry = AttemptEntry { seq: row.get(0)?, message: row.get(1)?, status: row.get(2)? };
            index.by_endpoint.entry(row.get(3)?).or_default().push(entry);
        }
        let mut receipts = connection.prepare("SELECT seq, source, outcome FROM receipt ORDER BY seq")?;
        let mut rows = receipts.query([])?;
        while let Some(row) = rows.next()? {
            let entry = ReceiptEntry { seq: row.get(0)?, outcome: row.get(2)? };
            index.by_source.entry(row.get(1)?).or_default().push(entry);
        }
        let mut keys = connection.prepare("SELECT key, request, msg FROM message_key")?;
        let mut rows = keys.query([])?;
        while let Some(row) = rows.next()? {
            index.keys.insert(row.get(0)?, KeyEntry { request: row.get(1)?, message: row.get(2)? });
        }
        Ok(index)
    }

    /// Events that the chunk holds: messages and requests that became none.
    pub(in super::super) fn events(&self) -> usize {
        let refused = |entry: &&ReceiptEntry| entry.outcome != ReceiptOutcome::Accepted as u8;
        let messages: usize = self.by_app.values().map(Vec::len).sum();
        messages + self.by_source.values().flatten().filter(refused).count()
    }

    /// Attempts recorded.
    pub(in super::super) fn attempts(&self) -> usize {
        self.by_endpoint.values().map(Vec::len).sum()
    }
}
