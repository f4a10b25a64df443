//! Idempotency keys of configuration: remembered in the transaction that they protect.
//!
//! What must stay true: a remembered key means that its change is durable, and a change with a key is never without
//! it. A crash leaves both or neither. The table is bounded: each remembered key makes room for itself.

use rusqlite::Connection;

use super::fault::Fault;
use super::rows::{Context, change, first};
pub(super) use crate::backends::common::configuration::Kind;
use crate::{Idempotency, StoreError, Written};

/// Rows deleted per remembered key at most, so that no write pays for a long pause.
const SWEEP_ROWS_MAX: i64 = 100;

/// One row by the unique index on the key. Under the writer's lock: of two equal requests the second sees the first's.
pub(super) const FIND: &str =
    "SELECT request, kind, object FROM idempotency WHERE key = ?1 AND expires_at > ?2";

/// Replaces a row with this key only when that one has expired: [`FIND`] ran in the same transaction.
pub(super) const REMEMBER: &str =
    "INSERT OR REPLACE INTO idempotency (key, request, kind, object, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";

/// A bounded batch by the index on expiry, soonest first.
pub(super) const FORGET_EXPIRED: &str = "
    DELETE FROM idempotency WHERE seq IN
        (SELECT seq FROM idempotency WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";

/// A bounded batch from the old end of the primary key. Keys are dense or sparser, so a span of `?1` holds no more
/// than `?1` rows, and nothing is counted.
pub(super) const FORGET_OLDEST: &str = "
    DELETE FROM idempotency WHERE seq IN
        (SELECT seq FROM idempotency WHERE seq <= (SELECT max(seq) FROM idempotency) - ?1 ORDER BY seq LIMIT ?2)";

/// Make a change at most once per key.
///
/// `write` makes it and gives the row and its key; `current` reads the row that an earlier request made.
pub(super) fn once<T>(
    connection: &Connection,
    context: &Context,
    idempotency: Option<Idempotency>,
    kind: Kind,
    current: impl FnOnce(i64) -> Result<Option<T>, Fault>,
    write: impl FnOnce() -> Result<(i64, T), Fault>,
) -> Result<Written<T>, Fault> {
    let Some(idempotency) = idempotency else {
        return write().map(|(_, row)| Written::New(row));
    };
    if let Some(object) = seen(connection, context, idempotency, kind)? {
        let row = current(object)?.ok_or(StoreError::Missing)?;
        return Ok(Written::Replayed(row));
    }
    let (object, row) = write()?;
    remember(connection, context, idempotency, kind, object)?;
    Ok(Written::New(row))
}

/// The object that an earlier request with this key made.
fn seen(
    connection: &Connection,
    context: &Context,
    idempotency: Idempotency,
    kind: Kind,
) -> Result<Option<i64>, Fault> {
    let now = context.now().unix_ms();
    let found = first(connection, FIND, (idempotency.key, now), |row| {
        let same_request = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)? == idempotency.request;
        let same_kind = row.get::<_, i64>(1)? == kind as i64;
        Ok((same_request && same_kind, row.get(2)?))
    })?;
    match found {
        None => Ok(None),
        Some((true, object)) => Ok(Some(object)),
        Some((false, _)) => Err(StoreError::KeyReused.into()),
    }
}

fn remember(
    connection: &Connection,
    context: &Context,
    idempotency: Idempotency,
    kind: Kind,
    object: i64,
) -> Result<(), Fault> {
    let now = context.now();
    let expires_at = now.plus(context.idempotency_window).unix_ms();
    change(connection, FORGET_EXPIRED, (now.unix_ms(), SWEEP_ROWS_MAX))?;
    change(connection, REMEMBER, (idempotency.key, idempotency.request, kind as i64, object, expires_at))?;
    change(connection, FORGET_OLDEST, (context.idempotency_rows_max, SWEEP_ROWS_MAX))?;
    Ok(())
}
