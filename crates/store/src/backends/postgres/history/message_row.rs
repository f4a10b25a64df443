//! A message's row, unpacked.

use std::sync::Arc;

use hooktide_model::{Channel, ContentType, EventTypeName, IdMint, Message, Seq, Tag, Timestamp, Uid};
use tokio_postgres::Row;

use super::rows::{column, narrow_or_null};
use crate::StoreError;
use crate::backends::common::{split, unpack_body};

/// The columns of a message `m` without its contents, as [`unpack_message`] takes them: NULL in their places.
macro_rules! message_head {
    () => {
        "m.seq, m.app, m.event_type, m.uid, m.channels, m.tags, m.deliver_at, m.expires_at, m.hops, \
         NULL::TEXT, NULL::INTEGER, NULL::BYTEA, NULL::TEXT"
    };
}
/// The columns of a message `m`.
macro_rules! whole_message {
    () => {
        "m.seq, m.app, m.event_type, m.uid, m.channels, m.tags, m.deliver_at, m.expires_at, m.hops, \
         m.content_type, m.plain_bytes, m.body, m.params"
    };
}
pub(super) use {message_head, whole_message};

/// The columns of a message `m`, for statements of other rooms.
pub(in super::super) const MESSAGE_COLUMNS: &str = whole_message!();

/// The message in the thirteen columns from `at` on; `None` when there is none. Its payload is readable until `now`
/// reaches its end.
pub(in super::super) fn unpack_message(
    mint: &IdMint,
    now: Timestamp,
    row: &Row,
    at: usize,
) -> Result<Option<Message>, StoreError> {
    let Some(seq) = column::<Option<i64>>(row, at)? else { return Ok(None) };
    let expires_at = Timestamp::from_unix_ms(column(row, at + 7)?);
    let body = column::<Option<&[u8]>>(row, at + 11)?.filter(|_| now < expires_at);
    let plain_bytes = narrow_or_null::<i32, u32>(row, at + 10)?;
    let payload = body.map(|body| unpack_body(body, plain_bytes)).transpose()?;
    let params = payload.as_ref().and(column::<Option<&str>>(row, at + 12)?).map(Arc::from);
    let content_type: Option<String> = column(row, at + 9)?;
    Ok(Some(Message {
        id: mint.id(Seq(seq)),
        app: Seq(column(row, at + 1)?),
        event_type: EventTypeName::trusted(column(row, at + 2)?),
        uid: column::<Option<&str>>(row, at + 3)?.map(Uid::trusted),
        channels: split(column(row, at + 4)?, Channel::trusted),
        tags: split(column(row, at + 5)?, Tag::trusted),
        deliver_at: column::<Option<i64>>(row, at + 6)?.map(Timestamp::from_unix_ms),
        content_type: content_type.map_or(ContentType::Json, ContentType::Other),
        payload,
        params,
        payload_expires_at: expires_at,
        hops: narrow_or_null::<i16, u8>(row, at + 8)?.unwrap_or(0),
    }))
}
