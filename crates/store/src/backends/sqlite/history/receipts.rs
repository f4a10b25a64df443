//! A source's receipts.

use std::sync::atomic::Ordering;

use hooktide_model::{MessageId, Page, Receipt, ReceiptHead, ReceiptId, ReceiptOutcome, Seq, SourceId};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::chunk::Chunk;
use super::super::parts::Parts;
use super::message_row::{damaged, read_message};
use super::walk::collect;
use crate::ReceiptFilter;
use crate::backends::common::{Damaged, Range, open_head, unpack_body};

/// Candidates looked at before the next look into the index.
const CANDIDATES: usize = 256;
/// By primary key.
pub(super) const WITH_BODY: &str =
    "SELECT source, outcome, head, plain_bytes, body FROM receipt WHERE seq = ?1";
/// By primary key; a large body's own pages are not touched.
pub(super) const WITHOUT_BODY: &str = "SELECT source, outcome, head FROM receipt WHERE seq = ?1";
/// A range of the covering index (source, seq, outcome).
pub(super) const NEWEST: &str = "SELECT seq, outcome FROM receipt INDEXED BY receipt_by_source WHERE source = ?1 AND seq > ?2 \
     AND seq < ?3 ORDER BY seq DESC LIMIT ?4";
/// The same, oldest first.
pub(super) const OLDEST: &str = "SELECT seq, outcome FROM receipt INDEXED BY receipt_by_source WHERE source = ?1 AND seq > ?2 \
     AND seq < ?3 ORDER BY seq LIMIT ?4";

/// One receipt of the source, with its body.
pub(in super::super) fn receipt(
    parts: &Parts,
    source: SourceId,
    id: ReceiptId,
) -> rusqlite::Result<Option<Receipt>> {
    if !parts.mint.made(id) {
        return Ok(None);
    }
    let Some(chunk) = parts.chain.of_message(id.seq().0) else { return Ok(None) };
    let mut found = {
        let reader = chunk.reader()?;
        let mut select = reader.prepare_cached(WITH_BODY)?;
        let read = |row: &Row<'_>| {
            let mut receipt = unpack(parts, id.seq(), row)?;
            if let Some(body) = row.get_ref(4)?.as_blob_or_null()? {
                receipt.body = Some(unpack_body(body, row.get(3)?).map_err(damaged)?);
            }
            Ok(receipt)
        };
        select.query_row([id.seq().0], read).optional()?
    };
    if let Some(receipt) = &mut found
        && receipt.outcome == ReceiptOutcome::Accepted
    {
        receipt.body = read_message(parts, id.seq(), true)?.and_then(|message| message.payload);
    }
    Ok(found.filter(|receipt| receipt.source == source.seq()))
}

/// The request that a message came with, without its body.
pub(in super::super) fn receipt_head(
    parts: &Parts,
    message: MessageId,
) -> rusqlite::Result<Option<ReceiptHead>> {
    let seq = message.seq();
    let Some(chunk) = parts.chain.of_message(seq.0) else { return Ok(None) };
    let reader = chunk.reader()?;
    let mut select = reader.prepare_cached(WITHOUT_BODY)?;
    let found = select.query_row([seq.0], |row| unpack(parts, seq, row)).optional()?;
    Ok(found.filter(|receipt| receipt.outcome == ReceiptOutcome::Accepted).map(|receipt| receipt.head))
}

/// A page of a source's receipts, without bodies.
pub(in super::super) fn receipts(
    parts: &Parts,
    source: SourceId,
    filter: &ReceiptFilter,
) -> rusqlite::Result<Page<Receipt>> {
    let range = Range::new(&filter.page, filter.after, filter.before);
    let rows = collect(
        parts.chain.all(),
        range,
        |chunk| (chunk.summary.first_seq, chunk.summary.last_seq.load(Ordering::Acquire)),
        |chunk, range| fetch(parts, chunk, source.seq(), range, filter),
    )?;
    Ok(Page::from_walk(&filter.page, rows))
}

fn fetch(
    parts: &Parts,
    chunk: &Chunk,
    source: Seq,
    range: Range,
    filter: &ReceiptFilter,
) -> rusqlite::Result<Vec<(i64, Receipt)>> {
    let reader = chunk.reader()?;
    let wanted = filter.outcome.map(|outcome| outcome as u8);
    let (mut found, mut range) = (Vec::new(), range);
    loop {
        let candidates = candidates(chunk, &reader, source, range)?;
        for (seq, _) in candidates.iter().filter(|(_, outcome)| wanted.is_none_or(|one| one == *outcome)) {
            let mut select = reader.prepare_cached(WITHOUT_BODY)?;
            let row = select.query_row([seq], |row| unpack(parts, Seq(*seq), row)).optional()?;
            found.extend(row.map(|row| (*seq, row)));
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

/// The next receipts of the source in the chunk: key and outcome.
fn candidates(
    chunk: &Chunk,
    reader: &Connection,
    source: Seq,
    range: Range,
) -> rusqlite::Result<Vec<(i64, u8)>> {
    if let Some(index) = &*chunk.index.read() {
        let Some(all) = index.by_source.get(&source.0) else { return Ok(Vec::new()) };
        let from = all.partition_point(|entry| entry.seq <= range.low);
        let to = all.partition_point(|entry| entry.seq < range.high);
        let inside = all.get(from..to).unwrap_or_default().iter().map(|entry| (entry.seq, entry.outcome));
        return Ok(if range.descending() {
            inside.rev().take(CANDIDATES).collect()
        } else {
            inside.take(CANDIDATES).collect()
        });
    }
    let mut select = reader.prepare_cached(if range.descending() { NEWEST } else { OLDEST })?;
    let values = params![source.0, range.low, range.high, CANDIDATES as i64];
    let rows = select.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn unpack(parts: &Parts, seq: Seq, row: &Row<'_>) -> rusqlite::Result<Receipt> {
    let source = Seq(row.get(0)?);
    let outcome = ReceiptOutcome::from_number(row.get(1)?)
        .ok_or_else(|| damaged(Damaged { column: "receipt.outcome", detail: "unknown number".to_owned() }))?;
    let head = open_head(parts.core.vault(), source, row.get_ref(2)?.as_blob()?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(2, Type::Blob, Box::new(error)))?;
    let message = (outcome == ReceiptOutcome::Accepted).then(|| parts.mint.id(seq));
    Ok(Receipt { id: parts.mint.id(seq), source, outcome, head, message, body: None })
}
