//! A chunk at run time: its file, what is known of it without reading, and its reading connections.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, OpenFlags};

use super::{Bloom, MemoryIndex, Meta, ScheduleChange, get_meta};

/// Reading connections kept open over all chunks.
const READERS_IDLE_MAX: usize = 64;
static READERS_IDLE: AtomicUsize = AtomicUsize::new(0);

/// By the primary keys of both.
const LAST_SEQ: &str = "SELECT nullif(max(coalesce((SELECT max(seq) FROM message), 0), coalesce((SELECT max(seq) FROM receipt), 0)), 0)";

/// What is known of a chunk without reading it. Grows while the chunk is open.
#[derive(Debug)]
pub(in super::super) struct Summary {
    /// No message key in the chunk is smaller.
    pub(in super::super) first_seq: i64,
    /// The largest key of a message or receipt so far.
    pub(in super::super) last_seq: AtomicI64,
    /// The smallest message key of an attempt.
    pub(in super::super) attempt_message_min: AtomicI64,
    /// The smallest attempt key.
    pub(in super::super) attempt_min: AtomicI64,
    /// The largest attempt key.
    pub(in super::super) attempt_max: AtomicI64,
    /// Rows in its schedule.
    pub(in super::super) scheduled: AtomicI64,
}

/// One chunk.
#[derive(Debug)]
pub(in super::super) struct Chunk {
    /// Its number, from 1, growing.
    pub(in super::super) number: u32,
    /// Its file.
    pub(in super::super) path: PathBuf,
    /// What is known of it.
    pub(in super::super) summary: Summary,
    /// The secondary indexes, until the file has its own.
    pub(in super::super) index: RwLock<Option<MemoryIndex>>,
    /// The key filter of a sealed chunk.
    pub(in super::super) bloom: OnceLock<Bloom>,
    idle: Mutex<Vec<Connection>>,
}

/// Where chunk `number` lies beside the main database file.
pub(in super::super) fn chunk_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("chunk-{number:08}.db"))
}

/// The numbers of the chunk files in a folder, ascending.
pub(in super::super) fn list_chunks(folder: &Path) -> std::io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number: Option<u32> =
            name.to_str().and_then(|name| name.strip_prefix("chunk-")?.strip_suffix(".db")?.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

impl Chunk {
    /// Load what is known of an existing file; an unsealed one is scanned into memory.
    pub(in super::super) fn load(folder: &Path, number: u32) -> rusqlite::Result<Self> {
        let path = chunk_path(folder, number);
        let reader = super::open_writer(&path)?;
        let sealed = get_meta::<i64>(&reader, Meta::SEALED)?.is_some();
        let meta = |name| get_meta::<i64>(&reader, name);
        let summary = if sealed {
            Summary {
                first_seq: meta(Meta::FIRST_SEQ)?.unwrap_or(0),
                last_seq: meta(Meta::LAST_SEQ)?.unwrap_or(0).into(),
                attempt_message_min: meta(Meta::ATTEMPT_MESSAGE_MIN)?.unwrap_or(i64::MAX).into(),
                attempt_min: meta(Meta::ATTEMPT_MIN)?.unwrap_or(i64::MAX).into(),
                attempt_max: meta(Meta::ATTEMPT_MAX)?.unwrap_or(0).into(),
                scheduled: count_schedule(&reader)?.into(),
            }
        } else {
            Summary::of_unsealed(&reader)?
        };
        let bloom = if sealed { get_meta::<Vec<u8>>(&reader, Meta::BLOOM)? } else { None };
        let bloom = bloom.and_then(|bytes| Bloom::from_bytes(&bytes));
        let index = if sealed { None } else { Some(MemoryIndex::scan(&reader)?) };
        Ok(Self {
            number,
            path,
            summary,
            index: RwLock::new(index),
            bloom: bloom.map_or_else(OnceLock::new, OnceLock::from),
            idle: Mutex::new(vec![]),
        })
    }

    /// Whether the file has its own indexes.
    pub(in super::super) fn is_sealed(&self) -> bool {
        self.index.read().is_none()
    }

    /// A reading connection; it goes back when dropped.
    pub(in super::super) fn reader(&self) -> rusqlite::Result<Reader<'_>> {
        let pooled = self.idle.lock().pop();
        let connection = match pooled {
            Some(connection) => {
                READERS_IDLE.fetch_sub(1, Ordering::Relaxed);
                connection
            }
            None => open_reader(&self.path)?,
        };
        Ok(Reader { chunk: self, connection: Some(connection) })
    }

    /// Follow committed changes of its schedule; how many rows more there are.
    pub(in super::super) fn schedule_changed(&self, changes: &[ScheduleChange]) -> i64 {
        if let Some(index) = &mut *self.index.write() {
            changes.iter().for_each(|change| index.schedule.apply(change));
        }
        let rows = changes.iter().map(ScheduleChange::rows).sum();
        self.summary.scheduled.fetch_add(rows, Ordering::AcqRel);
        rows
    }

    /// Whether an attempt in this chunk may belong to that message.
    pub(in super::super) fn may_hold_attempts_of(&self, message: i64) -> bool {
        self.summary.attempt_message_min.load(Ordering::Acquire) <= message
    }

    /// Keys in the chunk, or a bound on them.
    pub(in super::super) fn key_count(&self) -> usize {
        match self.bloom.get() {
            Some(bloom) => bloom.keys(),
            None => self.index.read().as_ref().map_or(0, |index| index.keys.len()),
        }
    }

    /// Whether the key may be here; `false` is certain.
    pub(in super::super) fn may_hold_key(&self, key: &[u8; 16]) -> bool {
        match self.bloom.get() {
            Some(bloom) => bloom.may_hold(key),
            None => self.index.read().as_ref().is_some_and(|index| index.keys.contains_key(key)),
        }
    }

    /// Bytes on disk, WAL included.
    pub(in super::super) fn disk_bytes(&self) -> u64 {
        ["", "-wal"].iter().map(|suffix| with_suffix(&self.path, suffix)).map(|path| file_bytes(&path)).sum()
    }

    /// Unlink the file. Readers that still have it open keep reading it.
    pub(in super::super) fn unlink(&self) -> std::io::Result<()> {
        let closed = std::mem::take(&mut *self.idle.lock());
        READERS_IDLE.fetch_sub(closed.len(), Ordering::Relaxed);
        drop(closed);
        fs::remove_file(&self.path)?;
        for suffix in ["-wal", "-shm"] {
            match fs::remove_file(with_suffix(&self.path, suffix)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Summary {
    /// Of a new, empty chunk.
    pub(in super::super) fn empty(first_seq: i64) -> Self {
        Self {
            first_seq,
            last_seq: 0.into(),
            attempt_message_min: i64::MAX.into(),
            attempt_min: i64::MAX.into(),
            attempt_max: 0.into(),
            scheduled: 0.into(),
        }
    }

    fn of_unsealed(reader: &Connection) -> rusqlite::Result<Self> {
        let bounds = "SELECT max(seq), min(msg), min(seq) FROM attempt";
        let (attempt_max, message_min, attempt_min): (Option<i64>, Option<i64>, Option<i64>) =
            reader.query_row(bounds, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let last_seq: Option<i64> = reader.query_row(LAST_SEQ, [], |row| row.get(0))?;
        Ok(Self {
            first_seq: get_meta(reader, Meta::FIRST_SEQ)?.unwrap_or(0),
            last_seq: last_seq.unwrap_or(0).into(),
            attempt_message_min: message_min.unwrap_or(i64::MAX).into(),
            attempt_min: attempt_min.unwrap_or(i64::MAX).into(),
            attempt_max: attempt_max.unwrap_or(0).into(),
            scheduled: count_schedule(reader)?.into(),
        })
    }

    /// Take note of a committed attempt.
    pub(in super::super) fn note_attempt(&self, attempt: i64, message: i64) {
        self.attempt_max.fetch_max(attempt, Ordering::AcqRel);
        self.attempt_min.fetch_min(attempt, Ordering::AcqRel);
        self.attempt_message_min.fetch_min(message, Ordering::AcqRel);
    }
}

fn count_schedule(reader: &Connection) -> rusqlite::Result<i64> {
    reader.query_row("SELECT count(*) FROM schedule", [], |row| row.get(0))
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -2_048)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

pub(in super::super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn file_bytes(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

impl Chunk {
    /// A new, empty chunk over a file that was just created.
    pub(in super::super) fn fresh(folder: &Path, number: u32, first_seq: i64) -> Self {
        Self {
            number,
            path: chunk_path(folder, number),
            summary: Summary::empty(first_seq),
            index: RwLock::new(Some(MemoryIndex::default())),
            bloom: OnceLock::new(),
            idle: Mutex::new(vec![]),
        }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        READERS_IDLE.fetch_sub(self.idle.get_mut().len(), Ordering::Relaxed);
    }
}

/// A reading connection on loan.
#[derive(Debug)]
pub(in super::super) struct Reader<'a> {
    chunk: &'a Chunk,
    connection: Option<Connection>,
}

impl std::ops::Deref for Reader<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("taken only when dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if READERS_IDLE.load(Ordering::Relaxed) < READERS_IDLE_MAX {
            READERS_IDLE.fetch_add(1, Ordering::Relaxed);
            self.chunk.idle.lock().push(connection);
        }
    }
}
