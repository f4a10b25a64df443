//! An attempt's row, unpacked.

use bytes::Bytes;
use hooktide_model::{Attempt, AttemptStatus, IdMint, Seq};
use tokio_postgres::Row;

use super::rows::{column, narrow};
use crate::StoreError;
use crate::backends::common::trigger;

/// The columns of an attempt `a`, as [`unpack_attempt`] takes them.
macro_rules! attempt_columns {
    () => {
        "a.seq, a.msg, a.ep, a.number, a.trigger, a.status, a.code, a.duration_ms, a.url, a.response"
    };
}
pub(super) use attempt_columns;

/// How many columns an attempt has.
pub(super) const ATTEMPT_COLUMNS: usize = 10;

/// Nodes' clocks may differ: an attempt is never this much earlier than its message, by their keys. Ten minutes.
const EARLIER_MAX: i64 = 600 << 32;

/// A key before every attempt of messages from `message` on: attempts in earlier partitions are not looked at.
pub(super) const fn before_attempts_of(message: i64) -> i64 {
    message.saturating_sub(EARLIER_MAX)
}

/// The attempt in the first ten columns.
pub(super) fn unpack_attempt(mint: &IdMint, row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        id: mint.id(Seq(column(row, 0)?)),
        message: mint.id(Seq(column(row, 1)?)),
        endpoint: mint.id(Seq(column(row, 2)?)),
        number: narrow::<i16, u16>(row, 3)?,
        trigger: trigger(narrow::<i16, u8>(row, 4)?),
        status: AttemptStatus::from_number(narrow::<i16, u8>(row, 5)?),
        status_code: narrow::<i16, u16>(row, 6)?,
        duration_ms: narrow::<i32, u32>(row, 7)?,
        url: column(row, 8)?,
        response: column::<Option<&[u8]>>(row, 9)?.map(Bytes::copy_from_slice),
    })
}
