//! What a backend does for a move: give its rows, take rows.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::error::TransferError;
use super::manifest::{Manifest, Part};
use super::part::PartRows;
use super::row::Value;
use super::table::Table;

/// What a store is at the moment from which it is exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The backend's name.
    pub backend: &'static str,
    /// Another text whenever anything in the store may be another.
    pub state: String,
    /// The sealed key that public ids are made with.
    pub id_key: Vec<u8>,
    /// Rows of each table, for progress and as a check; of keys that were used more than once it counts each use.
    pub rows: BTreeMap<&'static str, u64>,
    /// The last number given to a row of a table whose numbers are never given again.
    pub counters: BTreeMap<String, i64>,
}

/// A store that rows are read from. Nobody changes it meanwhile, or nobody sees the changes.
#[async_trait]
pub trait Source: Send {
    /// What the store is.
    async fn picture(&mut self) -> Result<Picture, TransferError>;
    /// Hand all rows of a table to `sink` but the first `skip`, in an order that is the same each time.
    async fn read(
        &mut self,
        table: &'static Table,
        skip: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), TransferError>;
}

/// Takes rows one by one.
pub trait Sink: Send {
    /// Take a row.
    ///
    /// # Errors
    /// When it cannot be kept; the reading ends with that.
    fn row(&mut self, row: &[Value]) -> Result<(), TransferError>;
}

/// How far an import into a store has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Parts that are applied.
    pub parts: usize,
    /// Whether it had ended, and was found to be whole.
    pub is_complete: bool,
}

/// A store that rows are put into.
#[async_trait]
pub trait Target: Send {
    /// Begin with an archive, or go on with it. Refuses a store that holds anything else, one that a server is using, and
    /// an archive that was sealed with another main secret.
    async fn begin(&mut self, manifest: &Manifest) -> Result<Begun, TransferError>;
    /// Write the rows of part number `index`, each of them once, however often the same part is applied.
    async fn apply(
        &mut self,
        index: usize,
        part: &Part,
        table: &'static Table,
        rows: PartRows,
    ) -> Result<(), TransferError>;
    /// All parts are applied: make what a server would have made beside the rows. Rows of each table after that.
    async fn finish(&mut self, manifest: &Manifest) -> Result<BTreeMap<&'static str, u64>, TransferError>;
    /// The counts were found to be right: from now on servers may open the store.
    async fn complete(&mut self) -> Result<(), TransferError>;
}

/// How far a move has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is going on: a table's name, or a chore.
    pub what: &'static str,
    /// Rows of all tables that are moved, those of earlier runs too.
    pub rows: u64,
    /// Rows that there are to move.
    pub rows_total: u64,
    /// Rows that earlier runs had moved.
    pub rows_before: u64,
}

/// Told of each part, and of other news in words.
pub trait Progress: Send {
    /// So far.
    fn step(&mut self, step: &Step);
    /// Something that the user should know.
    fn note(&mut self, text: &str);
}
