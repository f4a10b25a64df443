//! An application's messages.

use hooktide_model::{AppId, Message, MessageId, Page, Seq};
use rusqlite::{Connection, params};

use super::super::chunk::{Chunk, type_hash};
use super::super::keys::{KeyFinder, Wanted};
use super::super::parts::Parts;
use super::message_row::{read_from, read_message};
use super::walk::collect;
use crate::backends::common::{Range, message_fits, uid_key};
use crate::{MessageFilter, ObjectRef};

/// Candidates looked at before the next look into the index.
const CANDIDATES: usize = 256;
/// A range of the covering index (app, seq, event_type).
pub(super) const NEWEST: &str = "SELECT seq, event_type FROM message INDEXED BY message_by_app WHERE app = ?1 AND seq > ?2 \
     AND seq < ?3 ORDER BY seq DESC LIMIT ?4";
/// The same, oldest first.
pub(super) const OLDEST: &str = "SELECT seq, event_type FROM message INDEXED BY message_by_app WHERE app = ?1 AND seq > ?2 \
     AND seq < ?3 ORDER BY seq LIMIT ?4";

/// One message of the application.
pub(in super::super) fn message(
    parts: &Parts,
    app: AppId,
    message: &ObjectRef<MessageId>,
    with_payload: bool,
) -> rusqlite::Result<Option<Message>> {
    let seq = match message {
        ObjectRef::Id(id) if parts.mint.made(*id) => id.seq(),
        ObjectRef::Id(_) => return Ok(None),
        ObjectRef::Uid(uid) => {
            let key = uid_key(app.seq(), uid.as_str());
            let finder = KeyFinder { chain: &parts.chain, fresh: &std::collections::HashMap::new() };
            match finder.find(&Wanted { key: &key, oldest: 0, keys_max: usize::MAX })? {
                Some(found) => Seq(found.message),
                None => return Ok(None),
            }
        }
    };
    let found = read_message(parts, seq, with_payload)?;
    Ok(found.filter(|found| found.app == app.seq()))
}

/// A page of an application's messages.
pub(in super::super) fn messages(
    parts: &Parts,
    app: AppId,
    filter: &MessageFilter,
) -> rusqlite::Result<Page<Message>> {
    let range = Range::new(&filter.page, filter.after, filter.before);
    let rows = collect(
        parts.chain.all(),
        range,
        |chunk| (chunk.summary.first_seq, chunk.summary.last_seq.load(std::sync::atomic::Ordering::Acquire)),
        |chunk, range| fetch(parts, chunk, app, range, filter),
    )?;
    Ok(Page::from_walk(&filter.page, rows))
}

fn fetch(
    parts: &Parts,
    chunk: &Chunk,
    app: AppId,
    range: Range,
    filter: &MessageFilter,
) -> rusqlite::Result<Vec<(i64, Message)>> {
    let reader = chunk.reader()?;
    let hashes: Vec<u32> = filter.event_types.iter().map(|name| type_hash(name.as_str())).collect();
    let (mut found, mut range) = (Vec::new(), range);
    loop {
        let candidates = candidates(chunk, &reader, app, range)?;
        for (seq, event_type) in &candidates {
            if !hashes.is_empty() && !hashes.contains(event_type) {
                continue;
            }
            let row = read_from(parts, &reader, *seq, filter.with_payload)?;
            found.extend(row.filter(|row| message_fits(row, filter)).map(|row| (*seq, row)));
            if found.len() >= range.want {
                return Ok(found);
            }
        }
        match candidates.last() {
            Some((last, _)) if candidates.len() == CANDIDATES => range = range.beyond(*last),
            _ => return Ok(found),
        }
    }
}

/// The next messages of the application in the chunk: key and hash of the event type.
fn candidates(
    chunk: &Chunk,
    reader: &Connection,
    app: AppId,
    range: Range,
) -> rusqlite::Result<Vec<(i64, u32)>> {
    if let Some(index) = &*chunk.index.read() {
        let Some(all) = index.by_app.get(&app.seq().0) else { return Ok(Vec::new()) };
        let from = all.partition_point(|entry| entry.seq <= range.low);
        let to = all.partition_point(|entry| entry.seq < range.high);
        let inside = all.get(from..to).unwrap_or_default().iter().map(|entry| (entry.seq, entry.event_type));
        return Ok(if range.descending() {
            inside.rev().take(CANDIDATES).collect()
        } else {
            inside.take(CANDIDATES).collect()
        });
    }
    let mut select = reader.prepare_cached(if range.descending() { NEWEST } else { OLDEST })?;
    let rows = select.query_map(params![app.seq().0, range.low, range.high, CANDIDATES as i64], |row| {
        Ok((row.get(0)?, type_hash(row.get_ref(1)?.as_str()?)))
    })?;
    rows.collect()
}
