//! Fills an empty SQLite store.
//!
//! A crash leaves the note of an import that has not ended, so no server opens the store; the next run goes on after the
//! part that the note names. A part of history is in its chunks before the note counts it, and each chunk knows for
//! itself ([`super::chunks`]).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, params_from_iter};

use super::super::chunk::put_meta;
use super::super::core::open_whole;
use super::super::lock::StoreLock;
use super::super::store::history_folder;
use super::cells::{count, failed, insert_one};
use super::chunks::{Chunks, are_empty};
use super::plan;
use super::source::fact;
use crate::StoreError;
use crate::backends::common::configuration::ID_KEY;
use crate::backends::common::id_key_of;
use crate::transfer::{
    Begun, Manifest, Mark, Part, PartRows, TABLES, Table, Target, TransferError, not_empty,
};
use crate::vault::Vault;

/// The number after the last one given, whether or not its row is still there.
const RAISE_NUMBER: &str = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
const SET_NUMBER: &str = "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM \
     sqlite_sequence WHERE name = ?1)";

/// How an imported SQLite store is laid out.
pub struct SqliteTargetOptions {
    /// The main database file. The folder that it lies in must exist.
    pub path: PathBuf,
    /// Must open what the archive holds.
    pub vault: Vault,
    /// Events in a chunk.
    pub chunk_events: u64,
    /// Bytes in a chunk.
    pub chunk_bytes: u64,
    /// Age of a chunk.
    pub chunk_age: Duration,
}

/// A SQLite store that is filled from an archive.
pub struct SqliteTarget {
    options: SqliteTargetOptions,
    core: Connection,
    mark: Mark,
    chunks: Option<Chunks>,
    _lock: StoreLock,
}

impl SqliteTarget {
    /// Have the store at that path, made if there is none, for this process alone. Blocks, as all that it does: for a
    /// command that does nothing else.
    ///
    /// # Errors
    /// When another process has it, or it cannot be opened.
    pub fn open(options: SqliteTargetOptions) -> Result<Self, TransferError> {
        let lock = StoreLock::take(&options.path)?;
        let core = open_whole(&options.path)?;
        let folder = history_folder(&options.path);
        std::fs::create_dir_all(&folder)
            .map_err(|error| TransferError::file("make the folder", &folder, error))?;
        sync_parent(&folder)?;
        Ok(Self { options, core, mark: Mark::default(), chunks: None, _lock: lock })
    }

    fn begin_anew(&mut self, manifest: &Manifest, id_key: &[u8]) -> Result<(), TransferError> {
        let folder = history_folder(&self.options.path);
        let sql = |error: rusqlite::Error| failed(&error);
        let mut is_empty = are_empty(&folder).map_err(sql)?;
        for table in TABLES.iter().filter(|table| !table.is_history) {
            is_empty &= count(&self.core, table.name).map_err(sql)? == 0;
        }
        if !is_empty {
            let (what, help) = not_empty();
            return Err(TransferError::refused(what, help));
        }
        let SqliteTargetOptions { chunk_events: events, chunk_bytes: bytes, chunk_age: age, .. } =
            self.options;
        self.mark = Mark {
            archive: manifest.archive.clone(),
            bounds: plan::bounds(manifest, plan::Limits { events, bytes, age }),
            ..Mark::default()
        };
        let step = self.core.transaction().map_err(sql)?;
        put_meta(&step, ID_KEY, &id_key).map_err(sql)?;
        note(&step, &self.mark).map_err(sql)?;
        step.commit().map_err(sql)
    }

    fn write_configuration(
        &mut self,
        index: usize,
        table: &'static Table,
        mut rows: PartRows,
    ) -> Result<(), TransferError> {
        let sql = |error: rusqlite::Error| failed(&error);
        let step = self.core.transaction().map_err(sql)?;
        {
            let mut insert = step.prepare(&insert_one(table)).map_err(sql)?;
            while let Some(row) = rows.next_row()? {
                insert.execute(params_from_iter(&row)).map_err(sql)?;
            }
        }
        let mark = Mark { parts: index + 1, ..self.mark.clone() };
        note(&step, &mark).map_err(sql)?;
        step.commit().map_err(sql)?;
        self.mark = mark;
        Ok(())
    }

    fn write_history(
        &mut self,
        index: usize,
        table: &'static Table,
        mut rows: PartRows,
    ) -> Result<(), TransferError> {
        let mut all = Vec::new();
        while let Some(row) = rows.next_row()? {
            all.push(row);
        }
        self.chunks()?.apply(index, table.name, all).map_err(|error| failed(&error))?;
        self.save(Mark { parts: index + 1, ..self.mark.clone() })
    }

    fn save(&mut self, mark: Mark) -> Result<(), TransferError> {
        note(&self.core, &mark).map_err(|error| failed(&error))?;
        self.mark = mark;
        Ok(())
    }

    fn chunks(&mut self) -> Result<&mut Chunks, TransferError> {
        let missing = || StoreError::Database("the import was not begun".to_owned());
        Ok(self.chunks.as_mut().ok_or_else(missing)?)
    }
}

fn note(connection: &Connection, mark: &Mark) -> rusqlite::Result<()> {
    put_meta(connection, Mark::NAME, &mark.to_bytes())
}

/// So that a new folder survives a power cut.
fn sync_parent(folder: &Path) -> Result<(), TransferError> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = std::fs::File::open(parent).and_then(|parent| parent.sync_all());
    synced.map_err(|error| TransferError::file("flush the folder", parent, error))
}

fn raise_numbers(step: &Transaction<'_>, manifest: &Manifest) -> rusqlite::Result<()> {
    for (name, last) in &manifest.counters {
        step.execute(RAISE_NUMBER, rusqlite::params![name, last])?;
        step.execute(SET_NUMBER, rusqlite::params![name, last])?;
    }
    Ok(())
}

#[async_trait]
impl Target for SqliteTarget {
    async fn begin(&mut self, manifest: &Manifest) -> Result<Begun, TransferError> {
        let id_key = id_key_of(manifest, &self.options.vault)?;
        let begun = match fact(&self.core, Mark::NAME)? {
            Some(found) => {
                self.mark = Mark::parse(&found)?;
                self.mark.begun(&manifest.archive)?
            }
            None => {
                self.begin_anew(manifest, &id_key)?;
                Begun { parts: 0, is_complete: false }
            }
        };
        if !begun.is_complete {
            let folder = history_folder(&self.options.path);
            let bounds = self.mark.bounds.clone();
            let mut chunks = Chunks::new(folder, manifest.archive.clone(), bounds, manifest.last_key() + 1);
            chunks.discard_others().map_err(|error| failed(&error))?;
            self.chunks = Some(chunks);
        }
        Ok(begun)
    }

    async fn apply(
        &mut self,
        index: usize,
        _part: &Part,
        table: &'static Table,
        rows: PartRows,
    ) -> Result<(), TransferError> {
        if table.is_history {
            self.write_history(index, table, rows)
        } else {
            self.write_configuration(index, table, rows)
        }
    }

    async fn finish(&mut self, manifest: &Manifest) -> Result<BTreeMap<&'static str, u64>, TransferError> {
        let sql = |error: rusqlite::Error| failed(&error);
        let step = self.core.transaction().map_err(sql)?;
        raise_numbers(&step, manifest).map_err(sql)?;
        step.commit().map_err(sql)?;
        let chunks = self.chunks()?;
        chunks.finish().map_err(sql)?;
        let mut counts = chunks.counts().map_err(sql)?;
        for table in TABLES.iter().filter(|table| !table.is_history) {
            counts.insert(table.name, count(&self.core, table.name).map_err(sql)?);
        }
        Ok(counts)
    }

    async fn complete(&mut self) -> Result<(), TransferError> {
        self.save(Mark { is_complete: true, ..self.mark.clone() })
    }
}
