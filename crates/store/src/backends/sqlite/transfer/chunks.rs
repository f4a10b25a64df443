//! The chunk files of a store that is being filled.
//!
//! Which chunk a row goes to follows from its key alone. A chunk notes, in the transaction that writes the rows of a part,
//! the part's number: so a part that was half applied when the process ended is applied to the other chunks only.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params, params_from_iter};

use hooktide_model::{Seq, Timestamp};

use super::super::chunk::{
    Chunk, Waiting, chunk_path, create_file, discard_file, get_meta, list_chunks, open_writer, put_meta, seal,
};
use super::super::writer::insert_schedule_row;
use super::cells::count;
use crate::backends::common::trigger;
use crate::transfer::{Row, TABLES, Value};

/// Chunks kept open for writing. The rows of a part mostly go to one or two.
const OPEN_MAX: usize = 8;
/// Urls remembered per part and chunk.
const URLS_REMEMBERED_MAX: usize = 10_000;
/// In a chunk: the last part that has rows in it, with the archive's name before it.
const NOTE: &str = "import";

const INSERT_MESSAGE: &str = "INSERT INTO message (seq, app, event_type, uid, channels, tags, deliver_at, expires_at, \
     targets, hops) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const INSERT_PAYLOAD: &str =
    "INSERT INTO payload (seq, content_type, plain_bytes, body, params) VALUES (?1, ?2, ?3, ?4, ?5)";
const INSERT_RECEIPT: &str =
    "INSERT INTO receipt (seq, source, outcome, head, plain_bytes, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const INSERT_ATTEMPT: &str = "INSERT INTO attempt (seq, msg, ep, number, trigger, status, code, duration_ms, url, \
     next_due, response) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const INSERT_URL: &str =
    "INSERT INTO url (text) VALUES (?1) ON CONFLICT (text) DO UPDATE SET text = ?1 RETURNING id";
const INSERT_KEY: &str = "INSERT INTO message_key (key, request, msg) VALUES (?1, ?2, ?3)";
/// What a chunk of a store that nobody has used does not have.
const IS_EMPTY: &str = "SELECT NOT EXISTS (SELECT 1 FROM message) AND NOT EXISTS (SELECT 1 FROM attempt) \
     AND NOT EXISTS (SELECT 1 FROM receipt) AND NOT EXISTS (SELECT 1 FROM schedule) \
     AND NOT EXISTS (SELECT 1 FROM message_key)";

/// The chunks of one import.
pub(super) struct Chunks {
    folder: PathBuf,
    archive: String,
    bounds: Vec<i64>,
    low_water: i64,
    open: HashMap<usize, Connection>,
}

impl Chunks {
    /// Chunks that begin at those keys, without any delivery below `low_water` that has no row.
    pub(super) fn new(folder: PathBuf, archive: String, bounds: Vec<i64>, low_water: i64) -> Self {
        Self { folder, archive, bounds, low_water, open: HashMap::new() }
    }

    /// Take away the files that are not of this import: those of a server's first start, and one that was being made.
    pub(super) fn discard_others(&mut self) -> rusqlite::Result<()> {
        for path in chunk_files(&self.folder)? {
            if note(&open_writer(&path)?)?.is_none_or(|(archive, _)| archive != self.archive) {
                discard_file(&path)?;
            }
        }
        Ok(())
    }

    /// Write the rows of a part, those to each chunk in one transaction.
    pub(super) fn apply(&mut self, index: usize, table: &str, rows: Vec<Row>) -> rusqlite::Result<()> {
        let mut by_chunk: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
        for row in rows {
            let key = row.first().and_then(Value::integer).unwrap_or(0);
            let chunk = self.bounds.partition_point(|bound| *bound <= key).saturating_sub(1);
            by_chunk.entry(chunk).or_default().push(row);
        }
        for (chunk, rows) in by_chunk {
            self.write(chunk, index, table, &rows)?;
        }
        Ok(())
    }

    fn write(&mut self, chunk: usize, index: usize, table: &str, rows: &[Row]) -> rusqlite::Result<()> {
        let archive = self.archive.clone();
        let connection = self.connection(chunk)?;
        if note(connection)?.is_some_and(|(_, last)| last >= index) {
            return Ok(());
        }
        let transaction = connection.unchecked_transaction()?;
        match table {
            "message" => rows.iter().try_for_each(|row| insert_message(&transaction, row))?,
            "receipt" => insert_plain(&transaction, INSERT_RECEIPT, rows)?,
            "attempt" => insert_attempts(&transaction, rows)?,
            "message_key" => rows.iter().try_for_each(|row| insert_key(&transaction, row))?,
            _ => rows.iter().try_for_each(|row| insert_waiting(&transaction, row))?,
        }
        put_meta(&transaction, NOTE, &format!("{archive} {index}"))?;
        transaction.commit()
    }

    fn connection(&mut self, chunk: usize) -> rusqlite::Result<&mut Connection> {
        if !self.open.contains_key(&chunk) {
            if self.open.len() >= OPEN_MAX {
                self.open.clear();
            }
            let path = chunk_path(&self.folder, u32::try_from(chunk + 1).unwrap_or(u32::MAX));
            if !path.is_file() {
                create_file(&path, self.bounds[chunk], self.low_water)?;
            }
            self.open.insert(chunk, open_writer(&path)?);
        }
        Ok(self.open.get_mut(&chunk).expect("it is open now"))
    }

    /// Seal all chunks but the last, which stays open for what comes; as a server does.
    pub(super) fn finish(&mut self) -> rusqlite::Result<()> {
        if list(&self.folder)?.is_empty() {
            self.connection(0)?;
        }
        self.open.clear();
        let numbers = list(&self.folder)?;
        for number in numbers.iter().take(numbers.len().saturating_sub(1)) {
            let chunk = Chunk::load(&self.folder, *number)?;
            if !chunk.is_sealed() {
                seal(&chunk, open_writer(&chunk.path)?)?;
            }
        }
        Ok(())
    }

    /// Rows in all chunks.
    pub(super) fn counts(&self) -> rusqlite::Result<BTreeMap<&'static str, u64>> {
        let mut counts = BTreeMap::new();
        for path in chunk_files(&self.folder)? {
            let connection = open_writer(&path)?;
            for table in TABLES.iter().filter(|table| table.is_history) {
                *counts.entry(table.name).or_insert(0) += count(&connection, table.name)?;
            }
        }
        Ok(counts)
    }
}

/// Whether no chunk of the store holds anything.
pub(super) fn are_empty(folder: &Path) -> rusqlite::Result<bool> {
    for path in chunk_files(folder)? {
        if !open_writer(&path)?.query_row(IS_EMPTY, [], |row| row.get(0))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn chunk_files(folder: &Path) -> rusqlite::Result<Vec<PathBuf>> {
    Ok(list(folder)?.into_iter().map(|number| chunk_path(folder, number)).collect())
}

fn list(folder: &Path) -> rusqlite::Result<Vec<u32>> {
    list_chunks(folder).map_err(|error| {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        rusqlite::Error::SqliteFailure(code, Some(format!("{}: {error}", folder.display())))
    })
}

/// Which archive's part was the last with rows in the chunk.
fn note(connection: &Connection) -> rusqlite::Result<Option<(String, usize)>> {
    let note: Option<String> = get_meta(connection, NOTE)?;
    Ok(note.and_then(|note| {
        let (archive, index) = note.split_once(' ')?;
        Some((archive.to_owned(), index.parse().ok()?))
    }))
}

fn insert_message(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT_MESSAGE)?.execute(params_from_iter(&row[..10]))?;
    let [content_type, plain_bytes, body, params] = [&row[10], &row[11], &row[12], &row[13]];
    // An erased payload has no row here.
    if *body != Value::Null {
        let values = params![row[0], content_type, plain_bytes, body, params];
        connection.prepare_cached(INSERT_PAYLOAD)?.execute(values)?;
    }
    Ok(())
}

fn insert_plain(connection: &Connection, insert: &str, rows: &[Row]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(insert)?;
    rows.iter().try_for_each(|row| statement.execute(params_from_iter(row)).map(|_| ()))
}

fn insert_attempts(connection: &Connection, rows: &[Row]) -> rusqlite::Result<()> {
    const URL: usize = 8;
    let mut urls: HashMap<&Value, i64> = HashMap::new();
    let mut statement = connection.prepare_cached(INSERT_ATTEMPT)?;
    for row in rows {
        let id = match urls.get(&row[URL]) {
            Some(id) => *id,
            None => {
                let id = connection.prepare_cached(INSERT_URL)?.query_row([&row[URL]], |row| row.get(0))?;
                if urls.len() >= URLS_REMEMBERED_MAX {
                    urls.clear();
                }
                urls.insert(&row[URL], id);
                id
            }
        };
        let id = Value::Integer(id);
        let values = row.iter().enumerate().map(|(column, value)| if column == URL { &id } else { value });
        statement.execute(params_from_iter(values))?;
    }
    Ok(())
}

fn insert_key(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    let [_, key, request, message, _] = [&row[0], &row[1], &row[2], &row[3], &row[4]];
    connection.prepare_cached(INSERT_KEY)?.execute(params![key, request, message]).map(|_| ())
}

fn insert_waiting(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    let number = |column: usize| row[column].integer().unwrap_or(0);
    let mut waiting = Waiting {
        endpoint: Seq(number(1)),
        due: Timestamp::from_unix_ms(number(2)),
        message: Seq(number(0)),
        tries: u16::try_from(number(3)).unwrap_or(u16::MAX),
        trigger: trigger(u8::try_from(number(4)).unwrap_or(0)),
    };
    insert_schedule_row(connection, &mut waiting)
}
