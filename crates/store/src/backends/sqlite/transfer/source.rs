//! Reads everything in a SQLite store, chunk by chunk.
//!
//! Opening puts right what a crash left, as a server's start does: deliveries that were only in memory have a row then.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use hooktide_model::{Clock, ReceiptOutcome};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow};

use super::super::chain::Chain;
use super::super::chunk::{Chunk, get_meta};
use super::super::core::open_whole;
use super::super::keys::holds;
use super::super::lock::StoreLock;
use super::super::recover::recover;
use super::super::store::{USE, history_folder, last_seq, open_chain};
use super::cells::{count, failed, select_all, stream, unpack};
use crate::backends::common::check_id_key;
use crate::backends::common::configuration::ID_KEY;
use crate::transfer::{Mark, Picture, Sink, Source, TABLES, Table, TransferError};
use crate::vault::Vault;

/// By the primary keys of both, in their order.
const MESSAGES: &str = "SELECT m.seq, m.app, m.event_type, m.uid, m.channels, m.tags, m.deliver_at, m.expires_at, m.targets, \
     m.hops, p.content_type, p.plain_bytes, p.body, p.params FROM message m LEFT JOIN payload p ON p.seq = m.seq \
     ORDER BY m.seq LIMIT -1 OFFSET ?1";
/// In the order of the primary key.
const RECEIPTS: &str =
    "SELECT seq, source, outcome, head, plain_bytes, body FROM receipt ORDER BY seq LIMIT -1 OFFSET ?1";
/// In the order of the clustered key.
const ATTEMPTS: &str = "SELECT a.seq, a.msg, a.ep, a.number, a.trigger, a.status, a.code, a.duration_ms, u.text, a.next_due, \
     a.response FROM attempt a LEFT JOIN url u ON u.id = a.url ORDER BY a.msg, a.seq LIMIT -1 OFFSET ?1";
/// In the order of the clustered key.
const SCHEDULE: &str =
    "SELECT msg, ep, due, tries, trigger FROM schedule ORDER BY due, ep, msg LIMIT -1 OFFSET ?1";
/// Of each key its newest use. One without a request is an event id (2). The first request of a message came with it: if
/// a source took the message, that is what it is recognised by (1); a resend's key comes later (0). Keys of a chunk fit
/// in memory or a temporary file.
const KEYS: &str = "
    WITH every AS (
        SELECT rowid AS id, key, request, msg,
            max(CASE WHEN request IS NOT NULL THEN msg END)
                OVER (ORDER BY rowid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM message_key)
    SELECT max(msg) AS born, key, request, msg,
        CASE WHEN request IS NULL THEN 2
            WHEN (before IS NULL OR before < msg) AND EXISTS
                (SELECT 1 FROM receipt WHERE receipt.seq = msg AND receipt.outcome = ?1) THEN 1
            ELSE 0 END
    FROM every GROUP BY key ORDER BY born, id";
/// The last number given, whether or not its row is still there.
const LAST_NUMBER: &str = "SELECT seq FROM sqlite_sequence WHERE name = ?1";

/// A SQLite store that is exported.
pub struct SqliteSource {
    core: Connection,
    chain: Arc<Chain>,
    id_key: Vec<u8>,
    _lock: StoreLock,
}

impl SqliteSource {
    /// Open the store at `path` for this process alone. Blocks, as all that it does: for a command that does nothing
    /// else.
    ///
    /// # Errors
    /// When there is no store, another process has it, an import into it has not ended, or the main secret is another.
    pub fn open(path: &Path, vault: &Vault, clock: &dyn Clock) -> Result<Self, TransferError> {
        if !path.is_file() {
            return Err(TransferError::refused(
                format!("there is no store at {}", path.display()),
                "name it with HOOKTIDE_DATABASE_URL, or run the command where the server runs",
            ));
        }
        let lock = StoreLock::take(path)?;
        let core = open_whole(path)?;
        let mark: Option<Vec<u8>> = fact(&core, Mark::NAME)?;
        Mark::refuse_unfinished(mark.as_deref())?;
        let id_key = check_id_key(fact(&core, ID_KEY)?, vault)?;
        let opened = open_chain(&history_folder(path), clock.now()).and_then(|(chain, mut connection)| {
            recover(&chain, &mut connection)?;
            Ok(chain)
        });
        let chain = opened.map_err(|error| failed(&error))?;
        Ok(Self { core, chain, id_key, _lock: lock })
    }

    fn count(&self, table: &Table) -> rusqlite::Result<u64> {
        if !table.is_history {
            return count(&self.core, table.name);
        }
        let chunks = self.chain.all();
        chunks.iter().map(|chunk| count(&*chunk.reader()?, table.name)).sum()
    }

    fn state(&self) -> Result<String, TransferError> {
        let last_use: Vec<u8> = fact(&self.core, USE)?.unwrap_or_default();
        let last_use: String = last_use.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("use {last_use}, last key {}", last_seq(&self.chain).0))
    }

    fn read_history(
        &self,
        table: &'static Table,
        skip: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), TransferError> {
        let select = match table.name {
            "message" => MESSAGES,
            "receipt" => RECEIPTS,
            "attempt" => ATTEMPTS,
            "schedule" => SCHEDULE,
            _ => return self.read_keys(table, skip, sink),
        };
        let mut skip = i64::try_from(skip).unwrap_or(i64::MAX);
        for chunk in self.chain.all() {
            let reader = chunk.reader().map_err(|error| failed(&error))?;
            let rows = count(&reader, table.name).map_err(|error| failed(&error))?;
            let rows = i64::try_from(rows).unwrap_or(i64::MAX);
            if skip < rows {
                stream(&reader, select, skip, table, sink)?;
            }
            skip = (skip - rows).max(0);
        }
        Ok(())
    }

    /// The keys that a server would find: of one that was used again in a later chunk, the later use.
    fn read_keys(
        &self,
        table: &'static Table,
        mut skip: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), TransferError> {
        let chunks = self.chain.all();
        let sql = |error: rusqlite::Error| failed(&error);
        for (index, chunk) in chunks.iter().enumerate() {
            let reader = chunk.reader().map_err(sql)?;
            let mut statement = reader.prepare(KEYS).map_err(sql)?;
            let mut rows = statement.query([ReceiptOutcome::Accepted as u8]).map_err(sql)?;
            while let Some(row) = rows.next().map_err(sql)? {
                if is_used_later(row, &chunks[index + 1..]).map_err(sql)? {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                sink.row(&unpack(row, table).map_err(sql)?)?;
            }
        }
        Ok(())
    }
}

fn is_used_later(row: &SqlRow<'_>, later: &[Arc<Chunk>]) -> rusqlite::Result<bool> {
    let key: [u8; 16] = row.get(1)?;
    for chunk in later {
        if chunk.may_hold_key(&key) && holds(chunk, &key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One of the store's own facts.
pub(super) fn fact(core: &Connection, name: &str) -> Result<Option<Vec<u8>>, TransferError> {
    get_meta(core, name).map_err(|error| failed(&error))
}

#[async_trait]
impl Source for SqliteSource {
    async fn picture(&mut self) -> Result<Picture, TransferError> {
        let mut rows = BTreeMap::new();
        for table in TABLES.iter().copied() {
            rows.insert(table.name, self.count(table).map_err(|error| failed(&error))?);
        }
        let last = self.core.query_row(LAST_NUMBER, ["event_type"], |row| row.get(0)).optional();
        let last: Option<i64> = last.map_err(|error| failed(&error))?;
        Ok(Picture {
            backend: "sqlite",
            state: self.state()?,
            id_key: self.id_key.clone(),
            rows,
            counters: last.map(|last| ("event_type".to_owned(), last)).into_iter().collect(),
        })
    }

    async fn read(
        &mut self,
        table: &'static Table,
        skip: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), TransferError> {
        if table.is_history {
            return self.read_history(table, skip, sink);
        }
        let skip = i64::try_from(skip).unwrap_or(i64::MAX);
        stream(&self.core, &select_all(table), skip, table, sink)
    }
}
