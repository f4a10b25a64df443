//! A server's store as it lies on the disk or in the database: what is on record, whether it is sound, and whether a
//! secret can be read in it. Looked at from outside, while the server runs or after its death; nothing is written.

use std::path::PathBuf;
use std::sync::Arc;

use crate::integrity::{check_databases, copy_of_databases, files_under};
use crate::on_disk::OnDisk;
use crate::postgres::ScratchSchema;

/// Rows of the schedule for deliveries that have succeeded.
const SUCCEEDED_AND_WAITING: &str = "
    SELECT count(*) FROM schedule JOIN attempt USING (msg, ep)
    WHERE schedule.trigger = 0 AND attempt.trigger = 0 AND attempt.status = 0";
/// Every row of every table as text, with the table's name. Bytes are in hexadecimal.
const TABLES: &str = "
    SELECT relname::TEXT FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition";

/// Where a server keeps its store.
#[derive(Clone, Debug)]
pub enum AtRest {
    /// Files below this directory.
    Files(PathBuf),
    /// Tables of this schema.
    Schema(Arc<ScratchSchema>),
}

impl AtRest {
    /// Every delivery with an attempt on record.
    ///
    /// # Panics
    /// When the store cannot be read.
    #[must_use]
    pub fn on_record(&self) -> OnDisk {
        match self {
            Self::Files(dir) => OnDisk::read(dir),
            Self::Schema(schema) => OnDisk::read_schema(schema),
        }
    }

    /// Checks it. Call it while no server runs on it.
    ///
    /// # Panics
    /// When there are fewer than `databases` files, or a check finds something.
    pub fn assert_sound(&self, databases: usize) {
        match self {
            Self::Files(dir) => {
                let copy = copy_of_databases(dir);
                let found = check_databases(copy.path());
                assert!(found >= databases, "{found} databases in {}", dir.display());
            }
            Self::Schema(schema) => {
                let rows = schema.rows(SUCCEEDED_AND_WAITING);
                let count: i64 = rows[0].get(0);
                assert_eq!(count, 0, "deliveries wait that have succeeded");
            }
        }
    }

    /// Where `secret` can be read in clear, if anywhere.
    ///
    /// # Panics
    /// When the store cannot be read, or is empty.
    #[must_use]
    pub fn place_of(&self, secret: &str) -> Option<String> {
        match self {
            Self::Files(dir) => {
                let files = files_under(dir);
                assert!(!files.is_empty(), "there are files in {}", dir.display());
                let holds = |path: &&PathBuf| {
                    let bytes = std::fs::read(path).unwrap_or_default();
                    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
                };
                files.iter().find(holds).map(|path| path.display().to_string())
            }
            Self::Schema(schema) => {
                let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
                let tables = schema.rows(TABLES);
                assert!(!tables.is_empty(), "there are tables");
                let holds = |table: &String| {
                    let rows = schema.rows(&format!("SELECT t::TEXT FROM {table} AS t"));
                    rows.iter().any(|row| {
                        let text: String = row.get(0);
                        text.contains(secret) || text.contains(&hex)
                    })
                };
                tables.iter().map(|row| row.get(0)).find(holds)
            }
        }
    }
}
