//! The manifest: what an archive holds, and how far it is complete.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::TransferError;
use super::table::{TABLES, Table};

/// The version of the format that is written and read.
const FORMAT: u32 = 1;

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the format.
    pub format: u32,
    /// The version of Hooktide that wrote it.
    pub hooktide: String,
    /// Tells archives apart: two exports of one state of a store in the same way make the same.
    pub archive: String,
    /// The backend that it comes from.
    pub source: String,
    /// The state of the store that it is a picture of.
    pub state: String,
    /// Whether everything is in it.
    pub complete: bool,
    /// The sealed key that public ids are made with, in base64.
    pub id_key: String,
    /// The last number given to a row of a table whose numbers are never given again.
    pub counters: BTreeMap<String, i64>,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Columns of each table, in the order of the rows.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Tables that are exported to the last row.
    pub done: Vec<String>,
    /// The files, in the order in which they are imported.
    pub parts: Vec<Part>,
}

/// A file of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in the folder.
    pub file: String,
    /// Whose rows it holds.
    pub table: String,
    /// How many.
    pub rows: u64,
    /// Bytes of its lines, uncompressed.
    pub bytes: u64,
    /// Of the file.
    pub sha256: String,
    /// The smallest and the largest time-ordered key of its rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub keys: Option<[i64; 2]>,
}

impl Manifest {
    /// Of an archive that nothing is in yet.
    pub(super) fn new(archive: String, source: &str, state: String, id_key: String) -> Self {
        let names = |table: &&Table| {
            let columns = table.columns.iter().map(|column| column.name.to_owned());
            (table.name.to_owned(), columns.collect())
        };
        Self {
            format: FORMAT,
            hooktide: env!("CARGO_PKG_VERSION").to_owned(),
            archive,
            source: source.to_owned(),
            state,
            complete: false,
            id_key,
            counters: BTreeMap::new(),
            rows: BTreeMap::new(),
            columns: TABLES.iter().map(names).collect(),
            done: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Rows of a table that are in parts.
    #[must_use]
    pub fn rows_of(&self, table: &str) -> u64 {
        self.parts.iter().filter(|part| part.table == table).map(|part| part.rows).sum()
    }

    /// Rows that are in parts.
    #[must_use]
    pub fn rows_total(&self) -> u64 {
        self.parts.iter().map(|part| part.rows).sum()
    }

    /// The parts of a table.
    pub fn parts_of(&self, table: &'static Table) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.table == table.name)
    }

    /// The largest time-ordered key of all rows.
    #[must_use]
    pub fn last_key(&self) -> i64 {
        self.parts.iter().filter_map(|part| part.keys).map(|[_, high]| high).max().unwrap_or(0)
    }

    /// Whether this program can read the archive, and everything is in it.
    pub(super) fn check(&self) -> Result<(), TransferError> {
        if self.format != FORMAT {
            let what = format!("the archive has format {}, this version reads {FORMAT}", self.format);
            return Err(TransferError::refused(
                what,
                format!("use Hooktide {} or a later one", self.hooktide),
            ));
        }
        if !self.complete {
            return Err(TransferError::refused(
                "the archive is not complete: its export has not ended",
                "run the same `hooktide export` again: it goes on where it stopped",
            ));
        }
        for (name, columns) in &self.columns {
            let known = Table::of(name).is_some_and(|table| {
                columns.iter().map(String::as_str).eq(table.columns.iter().map(|column| column.name))
            });
            if !known {
                let what = format!("the archive's table {name} is not as this version knows it");
                return Err(TransferError::refused(what, format!("use Hooktide {}", self.hooktide)));
            }
        }
        Ok(())
    }
}
