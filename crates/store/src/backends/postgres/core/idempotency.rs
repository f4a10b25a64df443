//! Idempotency keys of configuration: remembered in the transaction that they protect.
//!
//! What must stay true: a remembered key means that its change is durable, and a change with a key is never without it,
//! also when two nodes get the same request at the same instant: the key's row is written first, so the second waits
//! at the unique index until the first has committed or given up. The table is bounded: each remembered key makes
//! room for itself.

use deadpool_postgres::GenericClient;

use super::rows::{Context, Fault, change, first};
pub(super) use crate::backends::common::configuration::Kind;
use crate::{Idempotency, StoreError};

/// Rows deleted per remembered key at most, so that no write pays for a long pause.
const SWEEP_ROWS_MAX: i64 = 100;
/// Claims of one request at most: a key that was in the way may be forgotten before it is read.
const CLAIMS_MAX: usize = 3;

/// One row by the unique index on the key, which decides between nodes. A remembered key is replaced only when it has
/// expired; then it counts as new, and moves to the young end.
pub(super) const CLAIM: &str = "
    INSERT INTO idempotency AS found (key, request, kind, object, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, request = excluded.request, kind = excluded.kind,
        object = excluded.object, expires_at = excluded.expires_at
        WHERE found.expires_at <= $6
    RETURNING seq";

/// One row by the unique index on the key.
pub(super) const FIND: &str =
    "SELECT request, kind, object FROM idempotency WHERE key = $1 AND expires_at > $2";

/// A bounded batch by the index on expiry, soonest first. What another node deletes is left to it.
pub(super) const FORGET_EXPIRED: &str = "
    DELETE FROM idempotency WHERE seq = ANY (ARRAY(
        SELECT seq FROM idempotency WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))";

/// A bounded batch from the old end of the primary key. Keys are dense or sparser, so a span of `$1` holds no more
/// than `$1` rows, and nothing is counted.
pub(super) const FORGET_OLDEST: &str = "
    DELETE FROM idempotency WHERE seq = ANY (ARRAY(
        SELECT seq FROM idempotency WHERE seq <= (SELECT max(seq) FROM idempotency) - $1 ORDER BY seq LIMIT $2
        FOR UPDATE SKIP LOCKED))";

/// Whether a change is still to be made.
pub(super) enum Claim {
    /// It is: the key, if there is one, is remembered with it.
    Ours,
    /// An earlier request made it, of the object with this key.
    Seen(i64),
}

/// Claim a request's key for a change of `object`. First statement of the change's transaction.
pub(super) async fn claim(
    client: &impl GenericClient,
    context: &Context,
    idempotency: Option<Idempotency>,
    kind: Kind,
    object: i64,
) -> Result<Claim, Fault> {
    let Some(idempotency) = idempotency else { return Ok(Claim::Ours) };
    for _ in 0..CLAIMS_MAX {
        if remember(client, context, idempotency, kind, object).await? {
            forget(client, context).await?;
            return Ok(Claim::Ours);
        }
        if let Some(object) = seen(client, context, idempotency, kind).await? {
            return Ok(Claim::Seen(object));
        }
    }
    Err(StoreError::Unavailable("the idempotency key is being forgotten at this moment".to_owned()).into())
}

/// Write the key, unless it is remembered already.
async fn remember(
    client: &impl GenericClient,
    context: &Context,
    idempotency: Idempotency,
    kind: Kind,
    object: i64,
) -> Result<bool, Fault> {
    let now = context.now();
    let expires_at = now.plus(context.idempotency_window).unix_ms();
    let (key, request) = (idempotency.key.as_slice(), idempotency.request.as_slice());
    let written =
        first(client, CLAIM, &[&key, &request, &(kind as i16), &object, &expires_at, &now.unix_ms()]).await?;
    Ok(written.is_some())
}

/// The object that an earlier request with this key made.
async fn seen(
    client: &impl GenericClient,
    context: &Context,
    idempotency: Idempotency,
    kind: Kind,
) -> Result<Option<i64>, Fault> {
    let found = first(client, FIND, &[&idempotency.key.as_slice(), &context.now().unix_ms()]).await?;
    let Some(row) = found else { return Ok(None) };
    let same_request = row.try_get::<_, &[u8]>(0)? == idempotency.request;
    let same_kind = row.try_get::<_, i16>(1)? == kind as i16;
    if same_request && same_kind { Ok(Some(row.try_get(2)?)) } else { Err(StoreError::KeyReused.into()) }
}

async fn forget(client: &impl GenericClient, context: &Context) -> Result<(), Fault> {
    change(client, FORGET_EXPIRED, &[&context.now().unix_ms(), &SWEEP_ROWS_MAX]).await?;
    change(client, FORGET_OLDEST, &[&context.idempotency_rows_max, &SWEEP_ROWS_MAX]).await?;
    Ok(())
}
