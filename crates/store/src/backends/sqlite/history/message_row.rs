//! A message's row, read and unpacked.

use std::sync::Arc;

use hooktide_model::{Channel, ContentType, EventTypeName, Message, Seq, Tag, Timestamp, Uid};
use rusqlite::{Connection, OptionalExtension, Row};

use super::super::parts::Parts;
use crate::backends::common::{Damaged, split, unpack_body};

/// By primary key.
pub(super) const WITH_PAYLOAD: &str = "SELECT m.app, m.event_type, m.uid, m.channels, m.tags, m.deliver_at, m.expires_at, \
     p.content_type, p.plain_bytes, p.body, m.hops, p.params FROM message m LEFT JOIN payload p ON p.seq = m.seq WHERE m.seq = ?1";
/// By primary key; the payload's pages are not touched.
pub(super) const WITHOUT_PAYLOAD: &str = "SELECT app, event_type, uid, channels, tags, deliver_at, expires_at, \
     NULL, NULL, NULL, hops, NULL FROM message WHERE seq = ?1";

/// Read one message from the chunk that holds its key.
pub(super) fn read_message(parts: &Parts, seq: Seq, with_payload: bool) -> rusqlite::Result<Option<Message>> {
    let Some(chunk) = parts.chain.of_message(seq.0) else { return Ok(None) };
    let reader = chunk.reader()?;
    read_from(parts, &reader, seq.0, with_payload)
}

/// Read one message through a connection to its chunk.
pub(in super::super) fn read_from(
    parts: &Parts,
    reader: &Connection,
    seq: i64,
    with_payload: bool,
) -> rusqlite::Result<Option<Message>> {
    let select = if with_payload { WITH_PAYLOAD } else { WITHOUT_PAYLOAD };
    let found =
        reader.prepare_cached(select)?.query_row([seq], |row| unpack(parts, Seq(seq), row)).optional()?;
    Ok(found)
}

fn unpack(parts: &Parts, seq: Seq, row: &Row<'_>) -> rusqlite::Result<Message> {
    let expires_at = Timestamp::from_unix_ms(row.get(6)?);
    let body = row.get_ref(9)?.as_blob_or_null()?;
    let payload = match body {
        Some(body) if parts.clock.now() < expires_at => {
            Some(unpack_body(body, row.get(8)?).map_err(damaged)?)
        }
        _ => None,
    };
    let params = payload.as_ref().and(row.get_ref(11)?.as_str_or_null()?).map(Arc::from);
    let content_type: Option<String> = row.get(7)?;
    Ok(Message {
        id: parts.mint.id(seq),
        app: Seq(row.get(0)?),
        event_type: EventTypeName::trusted(row.get_ref(1)?.as_str()?),
        uid: row.get_ref(2)?.as_str_or_null()?.map(Uid::trusted),
        channels: split(row.get_ref(3)?.as_str_or_null()?, Channel::trusted),
        tags: split(row.get_ref(4)?.as_str_or_null()?, Tag::trusted),
        deliver_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_unix_ms),
        content_type: content_type.map_or(ContentType::Json, ContentType::Other),
        payload,
        params,
        payload_expires_at: expires_at,
        hops: row.get::<_, Option<u8>>(10)?.unwrap_or(0),
    })
}

/// Damage as this database's kind of error.
pub(super) fn damaged(damage: Damaged) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(damage))
}
