//! Parts: a bounded number of rows of one table in a file of their own, as lines in an LZ4 frame (`lz4 -d` reads it).
//!
//! A part is written under another name and renamed when it is whole and flushed. Its SHA-256, of the file as it lies
//! there, goes into the manifest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use lz4_flex::frame::{FrameDecoder, FrameEncoder};
use sha2::{Digest, Sha256};

use super::error::TransferError;
use super::manifest::Part;
use super::row::{Row, Value, read_line, write_line};
use super::table::Table;

/// Bytes of a line at most: the largest body, in base64, and what goes with it.
const LINE_BYTES_MAX: u64 = 1 << 30;
/// Bytes hashed at a time.
const HASH_BYTES: usize = 1 << 18;
/// Archives hold payloads: only their owner reads them.
pub(super) const FILE_MODE: u32 = 0o600;

/// Counts and hashes what goes into a file.
struct Hashed {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A part that is being written.
pub(super) struct PartWriter {
    path: PathBuf,
    name: String,
    table: &'static Table,
    frame: FrameEncoder<Hashed>,
    line: Vec<u8>,
    rows: u64,
    bytes: u64,
    keys: Option<[i64; 2]>,
}

impl PartWriter {
    /// Begin a part of that name in the archive's folder.
    pub(super) fn create(folder: &Path, name: String, table: &'static Table) -> Result<Self, TransferError> {
        let path = folder.join(&name);
        let building = path.with_extension("new");
        let opened =
            OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(&building);
        let file = opened.map_err(|error| TransferError::file("write", &building, error))?;
        let frame = FrameEncoder::new(Hashed { file: BufWriter::new(file), hash: Sha256::new() });
        Ok(Self { path, name, table, frame, line: Vec::new(), rows: 0, bytes: 0, keys: None })
    }

    /// Add a row.
    pub(super) fn push(&mut self, row: &[Value]) -> Result<(), TransferError> {
        self.line.clear();
        let written = write_line(&mut self.line, row).and_then(|()| self.frame.write_all(&self.line));
        written.map_err(|error| TransferError::file("write", &self.path, error))?;
        self.rows += 1;
        self.bytes += self.line.len() as u64;
        if let Some(key) = self.table.key.and_then(|column| row[column].integer()) {
            self.keys = Some(self.keys.map_or([key, key], |[low, high]| [low.min(key), high.max(key)]));
        }
        Ok(())
    }

    /// Rows so far.
    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of the lines so far.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Flush the part and give it its name.
    pub(super) fn finish(self) -> Result<Part, TransferError> {
        let building = self.path.with_extension("new");
        let failed = |error: io::Error| TransferError::file("write", &building, error);
        let frame = self.frame.finish().map_err(|error| failed(io::Error::other(error)))?;
        let file = frame.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        drop(file);
        fs::rename(&building, &self.path).map_err(failed)?;
        Ok(Part {
            file: self.name,
            table: self.table.name.to_owned(),
            rows: self.rows,
            bytes: self.bytes,
            sha256: hex(&frame.hash.finalize()),
            keys: self.keys,
        })
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rows of a part, one after the other.
pub struct PartRows {
    path: PathBuf,
    table: &'static Table,
    lines: BufReader<FrameDecoder<BufReader<File>>>,
    line: Vec<u8>,
    number: u64,
}

impl PartRows {
    /// Open a part after a look at the whole file: it must be the one that was written.
    pub(super) fn open(folder: &Path, part: &Part, table: &'static Table) -> Result<Self, TransferError> {
        let path = folder.join(&part.file);
        if hash_of(&path)? != part.sha256 {
            return Err(damaged(&path, "it is not the file that was exported (its SHA-256 is another)"));
        }
        Self::reopen(path, table)
    }

    fn reopen(path: PathBuf, table: &'static Table) -> Result<Self, TransferError> {
        let file = File::open(&path).map_err(|error| TransferError::file("read", &path, error))?;
        let lines = BufReader::new(FrameDecoder::new(BufReader::new(file)));
        Ok(Self { path, table, lines, line: Vec::new(), number: 0 })
    }

    /// The same rows from the first one on.
    ///
    /// # Errors
    /// When the file is not there any more.
    pub fn again(&self) -> Result<Self, TransferError> {
        Self::reopen(self.path.clone(), self.table)
    }

    /// The next row.
    ///
    /// # Errors
    /// When a line is no row of the table, or the file cannot be read.
    pub fn next_row(&mut self) -> Result<Option<Row>, TransferError> {
        self.line.clear();
        let mut limited = (&mut self.lines).take(LINE_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut self.line);
        if read.map_err(|error| TransferError::file("read", &self.path, error))? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let row = read_line(&self.line, self.table);
        row.map(Some).ok_or_else(|| {
            damaged(&self.path, &format!("line {} is no row of {}", self.number, self.table.name))
        })
    }
}

fn hash_of(path: &Path) -> Result<String, TransferError> {
    let failed = |error| TransferError::file("read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; HASH_BYTES]);
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}

/// What is said of a part that is not as it was written.
pub(super) fn damaged(path: &Path, why: &str) -> TransferError {
    TransferError::refused(
        format!("the archive is damaged: {}: {why}", path.display()),
        "copy the archive again, or export anew; what was imported so far stays and is gone on with",
    )
}
