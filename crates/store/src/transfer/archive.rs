//! The folder of an archive: its manifest is replaced as a whole after each part, so it never names one that is not
//! there.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::TransferError;
use super::manifest::Manifest;
use super::part::FILE_MODE;

/// The manifest's name.
const MANIFEST: &str = "manifest.json";
/// Held while an export writes.
const LOCK: &str = "export.lock";
/// Bytes of a manifest at most: some 300 for each part.
const MANIFEST_BYTES_MAX: u64 = 256 << 20;
/// Only the owner looks in.
const FOLDER_MODE: u32 = 0o700;

/// A folder with or without an archive in it.
pub(super) struct Folder {
    pub(super) path: PathBuf,
}

impl Folder {
    /// The folder at that path, made if there is none.
    pub(super) fn create(path: &Path) -> Result<Self, TransferError> {
        let made = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path);
        made.map_err(|error| TransferError::file("make the folder", path, error))?;
        Ok(Self { path: path.to_owned() })
    }

    /// Keep other exports out; ends when dropped, and with the process.
    pub(super) fn lock(&self) -> Result<File, TransferError> {
        let path = self.path.join(LOCK);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(FILE_MODE).open(&path);
        let file = opened.map_err(|error| TransferError::file("write", &path, error))?;
        file.try_lock().map_err(|_| {
            let what = format!("another export is writing to {}", self.path.display());
            TransferError::refused(what, "wait for it, or choose another folder")
        })?;
        Ok(file)
    }

    /// The manifest, if there is one.
    pub(super) fn manifest(&self) -> Result<Option<Manifest>, TransferError> {
        let path = self.path.join(MANIFEST);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(TransferError::file("read", &path, error)),
        };
        let mut text = Vec::new();
        let read = file.take(MANIFEST_BYTES_MAX).read_to_end(&mut text);
        read.map_err(|error| TransferError::file("read", &path, error))?;
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            let what = format!("{} is not the manifest of an archive: {error}", path.display());
            TransferError::refused(what, "copy the archive again, or export anew into another folder")
        })
    }

    /// Replace the manifest.
    pub(super) fn save(&self, manifest: &Manifest) -> Result<(), TransferError> {
        let path = self.path.join(MANIFEST);
        let building = path.with_extension("new");
        let text = serde_json::to_vec_pretty(manifest).expect("it holds texts and numbers");
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(&building)
            .and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&building, &path))
            .and_then(|()| File::open(&self.path)?.sync_all());
        written.map_err(|error| TransferError::file("write", &path, error))
    }

    /// Whether anything but our lock lies in it.
    pub(super) fn is_used(&self) -> Result<bool, TransferError> {
        let failed = |error| TransferError::file("read", &self.path, error);
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            if entry.map_err(failed)?.file_name() != LOCK {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Take an archive away that is to be begun anew: the manifest first, so that it names no part that is gone.
    pub(super) fn clear(&self, manifest: &Manifest) -> Result<(), TransferError> {
        let parts = manifest.parts.iter().map(|part| part.file.as_str());
        for name in std::iter::once(MANIFEST).chain(parts) {
            // A name of a part leads nowhere else.
            let Some(name) = Path::new(name).file_name() else { continue };
            let path = self.path.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(TransferError::file("remove", &path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
