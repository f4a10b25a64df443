//! The `endpoint_secret` table: an endpoint's signing secrets, sealed, the current one first.
//!
//! Read with their endpoint, in one statement, so that the two always fit.

use deadpool_postgres::GenericClient;
use hooktide_model::{EndpointSecret, Timestamp};

use super::rows::{Cells, Context, Fault, change};
use crate::StoreError;
use crate::backends::common::Damaged;
use crate::backends::common::configuration::{open_secret, seal_secret};

/// The columns in the order in which [`from_cells`] reads them.
macro_rules! secret_columns {
    () => {
        "secret.positions, secret.sealed, secret.expiries"
    };
}
pub(super) use secret_columns;

/// Joins to `endpoint` its few secrets, by the first column of their primary key and in its order.
macro_rules! with_secrets {
    () => {
        "CROSS JOIN LATERAL (
            SELECT array_agg(position) AS positions, array_agg(secret) AS sealed, array_agg(expires_at) AS expiries
            FROM (SELECT position, secret, expires_at FROM endpoint_secret
                WHERE endpoint_secret.endpoint = endpoint.seq ORDER BY position) AS ordered
        ) AS secret "
    };
}
pub(super) use with_secrets;

/// An endpoint's few rows, by the primary key's first column. Followed by inserts in the same transaction.
pub(super) const DELETE: &str = "DELETE FROM endpoint_secret WHERE endpoint = $1";

/// An endpoint's few rows. The endpoint's own row was written in this transaction, so nobody else writes these.
pub(super) const INSERT: &str = "
    INSERT INTO endpoint_secret (endpoint, position, secret, expires_at)
    SELECT $1, position, secret, expires_at
    FROM unnest($2::BIGINT[], $3::BYTEA[], $4::BIGINT[]) AS given (position, secret, expires_at)";

/// Write an endpoint's first secrets.
pub(super) async fn insert(
    client: &impl GenericClient,
    context: &Context,
    endpoint: i64,
    secrets: &[EndpointSecret],
) -> Result<(), Fault> {
    if secrets.is_empty() {
        return Ok(());
    }
    let positions: Vec<i64> = (0..).take(secrets.len()).collect();
    let seal = |(position, secret): (&i64, &EndpointSecret)| {
        seal_secret(&context.vault, endpoint, *position, &secret.secret)
    };
    let sealed: Vec<Vec<u8>> = positions.iter().zip(secrets).map(seal).collect();
    let expiries: Vec<Option<i64>> =
        secrets.iter().map(|secret| secret.expires_at.map(Timestamp::unix_ms)).collect();
    change(client, INSERT, &[&endpoint, &positions, &sealed, &expiries]).await.map(|_| ())
}

/// Put these secrets in the place of the endpoint's old ones.
pub(super) async fn replace(
    client: &impl GenericClient,
    context: &Context,
    endpoint: i64,
    secrets: &[EndpointSecret],
) -> Result<(), Fault> {
    change(client, DELETE, &[&endpoint]).await?;
    insert(client, context, endpoint, secrets).await
}

/// Read the secrets of the endpoint with that key from their columns.
pub(super) fn from_cells(
    cells: &mut Cells<'_>,
    context: &Context,
    endpoint: i64,
) -> Result<Vec<EndpointSecret>, Fault> {
    let positions = cells.take::<Option<Vec<i64>>>()?.unwrap_or_default();
    let sealed = cells.take::<Option<Vec<&[u8]>>>()?.unwrap_or_default();
    let expiries = cells.take::<Option<Vec<Option<i64>>>>()?.unwrap_or_default();
    if positions.len() != sealed.len() || sealed.len() != expiries.len() {
        let damaged = Damaged { column: "endpoint_secret.secret", detail: "its columns differ".to_owned() };
        return Err(StoreError::from(damaged).into());
    }
    let mut secrets = Vec::with_capacity(positions.len());
    for ((position, sealed), expires_at) in positions.iter().zip(sealed).zip(expiries) {
        let secret = open_secret(&context.vault, endpoint, *position, sealed)?;
        secrets.push(EndpointSecret { secret, expires_at: expires_at.map(Timestamp::from_unix_ms) });
    }
    Ok(secrets)
}
