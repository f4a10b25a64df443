//! From a store to an archive.
//!
//! A crash leaves whole parts, a manifest that names those that are complete, and perhaps a file that it does not name,
//! which is written over. The next run goes on after the last part, if the store is still as it was; else it begins
//! anew, for an archive is a picture of one moment.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::archive::Folder;
use super::error::TransferError;
use super::manifest::Manifest;
use super::part::{PartWriter, hex};
use super::row::Value;
use super::seam::{Picture, Progress, Sink, Source, Step};
use super::table::{TABLES, Table};

/// How large a part becomes.
#[derive(Clone, Copy, Debug)]
pub struct ExportLimits {
    /// Rows at most.
    pub part_rows: u64,
    /// Bytes of lines, uncompressed, after which a part ends. An import holds this much in memory.
    pub part_bytes: u64,
}

impl Default for ExportLimits {
    fn default() -> Self {
        Self { part_rows: 50_000, part_bytes: 32 << 20 }
    }
}

/// Write everything in the store to the folder, or what is missing there. The manifest of the complete archive.
///
/// # Errors
/// When the store cannot be read, the folder cannot be written or holds something else.
pub async fn export(
    source: &mut dyn Source,
    folder: &Path,
    limits: ExportLimits,
    progress: &mut dyn Progress,
) -> Result<Manifest, TransferError> {
    let folder = Folder::create(folder)?;
    let _lock = folder.lock()?;
    let picture = source.picture().await?;
    let begun = begin(&folder, &picture, limits, progress)?;
    if begun.complete {
        return Ok(begun);
    }
    let rows_total = picture.rows.values().sum();
    let rows_before = begun.rows_total();
    let step = Step { what: "", rows: rows_before, rows_total, rows_before };
    let mut sink =
        Parts { folder: &folder, manifest: begun, limits, table: TABLES[0], open: None, step, progress };
    for table in TABLES.iter().copied() {
        if sink.manifest.done.iter().any(|done| done == table.name) {
            continue;
        }
        sink.table = table;
        let skip = sink.manifest.rows_of(table.name);
        source.read(table, skip, &mut sink).await?;
        sink.end_table(&picture)?;
    }
    let mut manifest = sink.manifest;
    manifest.complete = true;
    folder.save(&manifest)?;
    Ok(manifest)
}

/// The manifest to go on with.
fn begin(
    folder: &Folder,
    picture: &Picture,
    limits: ExportLimits,
    progress: &mut dyn Progress,
) -> Result<Manifest, TransferError> {
    let mut fresh = Manifest::new(
        archive_name(picture, limits),
        picture.backend,
        picture.state.clone(),
        STANDARD.encode(&picture.id_key),
    );
    fresh.counters = picture.counters.clone();
    match folder.manifest()? {
        Some(found) if found.archive == fresh.archive => {
            if found.complete {
                progress.note("everything is in this archive already");
            } else {
                progress.note("going on with an export that had not ended");
            }
            return Ok(found);
        }
        Some(found) if found.complete => {
            return Err(TransferError::refused(
                format!(
                    "{} holds an archive of an earlier state of a store, or of another one",
                    folder.path.display()
                ),
                "choose another folder, or remove this one",
            ));
        }
        Some(found) => {
            progress.note("the store was used since this export began: beginning anew");
            folder.clear(&found)?;
        }
        None if folder.is_used()? => return begin_beside(folder, fresh, progress),
        None => {}
    }
    folder.save(&fresh)?;
    Ok(fresh)
}

/// Without a manifest only the beginnings of one may lie here.
fn begin_beside(
    folder: &Folder,
    fresh: Manifest,
    progress: &mut dyn Progress,
) -> Result<Manifest, TransferError> {
    let failed = |error| TransferError::file("read", &folder.path, error);
    for entry in std::fs::read_dir(&folder.path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let is_ours = name.to_str().is_some_and(|name| {
            name.starts_with("manifest.")
                || name == "export.lock"
                || TABLES
                    .iter()
                    .any(|table| name.strip_prefix(table.name).is_some_and(|rest| rest.starts_with('-')))
        });
        if !is_ours {
            return Err(TransferError::refused(
                format!("{} is not empty: it holds {}", folder.path.display(), name.display()),
                "choose an empty folder, or one that is not there yet",
            ));
        }
    }
    progress.note("beginning anew: this folder holds what is left of an export");
    folder.save(&fresh)?;
    Ok(fresh)
}

/// What makes an archive the same as another: the state of the store, and how it is cut into parts.
fn archive_name(picture: &Picture, limits: ExportLimits) -> String {
    let mut hash = Sha256::new();
    hash.update(picture.backend.as_bytes());
    hash.update([0]);
    hash.update(picture.state.as_bytes());
    hash.update([0]);
    hash.update(&picture.id_key);
    hash.update(limits.part_rows.to_be_bytes());
    hash.update(limits.part_bytes.to_be_bytes());
    hex(&hash.finalize()[..16])
}

/// Cuts rows into parts.
struct Parts<'a> {
    folder: &'a Folder,
    manifest: Manifest,
    limits: ExportLimits,
    table: &'static Table,
    open: Option<PartWriter>,
    step: Step,
    progress: &'a mut dyn Progress,
}

impl Sink for Parts<'_> {
    fn row(&mut self, row: &[Value]) -> Result<(), TransferError> {
        let part = match &mut self.open {
            Some(part) => part,
            None => {
                let name = format!("{}-{:06}.jsonl.lz4", self.table.name, self.manifest.parts.len() + 1);
                self.open.insert(PartWriter::create(&self.folder.path, name, self.table)?)
            }
        };
        part.push(row)?;
        let is_full = part.rows() >= self.limits.part_rows || part.bytes() >= self.limits.part_bytes;
        if is_full { self.end_part() } else { Ok(()) }
    }
}

impl Parts<'_> {
    fn end_part(&mut self) -> Result<(), TransferError> {
        let Some(part) = self.open.take() else { return Ok(()) };
        let part = part.finish()?;
        self.step.what = self.table.name;
        self.step.rows += part.rows;
        self.manifest.parts.push(part);
        self.folder.save(&self.manifest)?;
        self.progress.step(&self.step);
        Ok(())
    }

    /// All rows were handed over: there must be as many as were counted.
    fn end_table(&mut self, picture: &Picture) -> Result<(), TransferError> {
        self.end_part()?;
        let name = self.table.name;
        let (rows, counted) = (self.manifest.rows_of(name), picture.rows.get(name).copied().unwrap_or(0));
        // Of keys that were used more than once only the last use counts.
        let is_right = rows == counted || name == "message_key" && rows < counted;
        if !is_right {
            return Err(TransferError::refused(
                format!("table {name} has {counted} rows, but {rows} were read"),
                "the store is damaged, or something else has changed it meanwhile: see that nothing uses it, remove \
                 the folder, and export again",
            ));
        }
        self.manifest.rows.insert(name.to_owned(), rows);
        self.manifest.done.push(name.to_owned());
        self.folder.save(&self.manifest)
    }
}
