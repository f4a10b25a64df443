//! What the server has on record about deliveries: also those that no list of its API shows (of a source's own
//! application), and in one moment. Read from its history while it runs or after its death; nothing is written.

use std::collections::BTreeMap;
use std::path::Path;

use hooktide_model::{EndpointId, MessageId};
use rusqlite::{Connection, OpenFlags};
use tokio_postgres::Client;

use crate::integrity::files_under;
use crate::ledger::DeliveryState;
use crate::postgres::ScratchSchema;

const ATTEMPTS: &str = "SELECT msg, ep, status, next_due IS NULL FROM attempt ORDER BY msg, seq";
/// The same in PostgreSQL.
const ATTEMPTS_IN_SCHEMA: &str =
    "SELECT msg, ep, status::BIGINT, next_due IS NULL FROM attempt ORDER BY msg, seq";
/// The number of a successful attempt's status.
const SUCCESS: i64 = 0;

/// The attempts of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How many there are.
    pub count: usize,
    /// What the last one left.
    pub state: DeliveryState,
}

/// Every delivery with an attempt in the history below `data_dir`.
#[derive(Debug, Clone, Default)]
pub struct OnDisk(BTreeMap<(i64, i64), Attempts>);

impl OnDisk {
    /// Reads all of it.
    ///
    /// # Panics
    /// When a database cannot be read.
    #[must_use]
    pub fn read(data_dir: &Path) -> Self {
        let mut all = Self::default();
        let is_chunk = |path: &&std::path::PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("chunk-") && name.ends_with(".db")
        };
        for path in files_under(data_dir).iter().filter(is_chunk) {
            all.read_chunk(path).unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()));
        }
        all
    }

    /// The same of tables in PostgreSQL.
    pub(crate) fn read_schema(schema: &ScratchSchema) -> Self {
        let mut all = Self::default();
        for row in schema.rows(ATTEMPTS_IN_SCHEMA) {
            all.add((row.get(0), row.get(1)), (row.get(2), row.get(3)));
        }
        all
    }

    /// The same of tables in PostgreSQL, over a connection that is there already.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn in_postgres(client: &Client) -> Self {
        let mut all = Self::default();
        for row in client.query(ATTEMPTS_IN_SCHEMA, &[]).await.expect("the history can be read") {
            all.add((row.get(0), row.get(1)), (row.get(2), row.get(3)));
        }
        all
    }

    fn read_chunk(&mut self, path: &Path) -> rusqlite::Result<()> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(crate::wait::DEADLINE)?;
        let mut statement = connection.prepare(ATTEMPTS)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.add((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?));
        }
        Ok(())
    }

    fn add(&mut self, delivery: (i64, i64), (status, is_last): (i64, bool)) {
        let state = match (status, is_last) {
            (SUCCESS, _) => DeliveryState::Succeeded,
            (_, true) => DeliveryState::Failed,
            (_, false) => DeliveryState::Pending,
        };
        let entry = self.0.entry(delivery).or_insert(Attempts { count: 0, state });
        entry.count += 1;
        // A chunk read later may hold earlier attempts: what is decided stays decided.
        if entry.state == DeliveryState::Pending || state == DeliveryState::Succeeded {
            entry.state = state;
        }
    }

    /// The attempts of a message at an endpoint, both by their public ids.
    ///
    /// # Panics
    /// When an id is none.
    #[must_use]
    pub fn attempts(&self, message: &str, endpoint: &str) -> Option<Attempts> {
        let message: MessageId = message.parse().expect("an id of a message");
        let endpoint: EndpointId = endpoint.parse().expect("an id of an endpoint");
        self.0.get(&(message.seq().0, endpoint.seq().0)).copied()
    }
}
