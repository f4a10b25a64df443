//! From an archive into a store.
//!
//! A crash leaves a store with a mark that says how many parts are in it; no server opens it. The next run goes on with
//! the part after these.

use std::collections::BTreeMap;
use std::path::Path;

use super::archive::Folder;
use super::error::TransferError;
use super::manifest::{Manifest, Part};
use super::part::{PartRows, damaged};
use super::seam::{Progress, Step, Target};
use super::table::{TABLES, Table};

/// Put everything in the archive into the store, or what is missing there. The manifest, and the rows of each table that
/// the store has then.
///
/// # Errors
/// When the archive is not whole, the store refuses it, or its counts are not the archive's in the end.
pub async fn import(
    target: &mut dyn Target,
    folder: &Path,
    progress: &mut dyn Progress,
) -> Result<Manifest, TransferError> {
    let folder = Folder { path: folder.to_owned() };
    let manifest = folder.manifest()?.ok_or_else(|| {
        let what = format!("there is no archive in {}", folder.path.display());
        TransferError::refused(what, "name the folder that `hooktide export` wrote")
    })?;
    manifest.check()?;
    let parts = parts_of(&folder, &manifest)?;
    let begun = target.begin(&manifest).await?;
    if begun.is_complete {
        progress.note("this archive was imported already");
        return Ok(manifest);
    }
    if begun.parts > 0 {
        progress.note("going on with an import that had not ended");
    }
    let rows_before = parts.iter().take(begun.parts).map(|(part, _)| part.rows).sum();
    let mut step = Step { what: "", rows: rows_before, rows_total: manifest.rows_total(), rows_before };
    for (index, (part, table)) in parts.iter().enumerate().skip(begun.parts) {
        let rows = PartRows::open(&folder.path, part, table)?;
        target.apply(index, part, table, rows).await?;
        step.what = table.name;
        step.rows += part.rows;
        progress.step(&step);
    }
    step.what = "indexes";
    progress.step(&step);
    let counts = target.finish(&manifest).await?;
    compare(&manifest, &counts)?;
    target.complete().await?;
    Ok(manifest)
}

/// The parts with their tables, in order. All of them must be there before anything is written.
fn parts_of<'a>(
    folder: &Folder,
    manifest: &'a Manifest,
) -> Result<Vec<(&'a Part, &'static Table)>, TransferError> {
    let known = |part: &'a Part| {
        let path = folder.path.join(&part.file);
        if Path::new(&part.file).file_name() != Some(part.file.as_ref()) {
            return Err(damaged(&path, "a part lies in the archive's folder itself"));
        }
        let table = Table::of(&part.table).ok_or_else(|| damaged(&path, "it is of no table known"))?;
        if !path.is_file() {
            return Err(damaged(&path, "it is not there"));
        }
        Ok((part, table))
    };
    manifest.parts.iter().map(known).collect()
}

fn compare(manifest: &Manifest, counts: &BTreeMap<&'static str, u64>) -> Result<(), TransferError> {
    for table in TABLES {
        let wanted = manifest.rows_of(table.name);
        let found = counts.get(table.name).copied().unwrap_or(0);
        if wanted != found {
            return Err(TransferError::refused(
                format!("table {} has {found} rows after the import, but the archive {wanted}", table.name),
                "the store is not to be used: begin with an empty one",
            ));
        }
    }
    Ok(())
}
