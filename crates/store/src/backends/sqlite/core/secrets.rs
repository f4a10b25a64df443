//! The `endpoint_secret` table: an endpoint's signing secrets, sealed, the current one first.

use std::collections::HashMap;

use hooktide_model::EndpointSecret;
use rusqlite::{Connection, Row};

use super::fault::Fault;
use super::rows::{Context, all, bytes, change, optional_time};
use crate::backends::common::configuration::{open_secret, seal_secret};

/// Secrets of an application's endpoints in a range of keys: one walk of the index on (app, seq), and for each
/// endpoint its few rows of the primary key. `CROSS JOIN` keeps that order. Secrets ride with their endpoints'
/// snapshot, so the two always fit.
pub(super) const OF_ENDPOINTS: &str = "
    SELECT s.endpoint, s.position, s.secret, s.expires_at
    FROM endpoint AS e CROSS JOIN endpoint_secret AS s ON s.endpoint = e.seq
    WHERE e.app = ?1 AND e.seq BETWEEN ?2 AND ?3
    ORDER BY e.seq, s.position";

/// An endpoint's few rows, by the primary key's first column. Followed by inserts in the same transaction.
pub(super) const DELETE: &str = "DELETE FROM endpoint_secret WHERE endpoint = ?1";

/// One row; the endpoint's row is under the same writer's lock.
pub(super) const INSERT: &str =
    "INSERT INTO endpoint_secret (endpoint, position, secret, expires_at) VALUES (?1, ?2, ?3, ?4)";

/// Put these secrets in the place of the endpoint's old ones.
pub(super) fn replace(
    connection: &Connection,
    context: &Context,
    endpoint: i64,
    secrets: &[EndpointSecret],
) -> Result<(), Fault> {
    change(connection, DELETE, [endpoint])?;
    for (position, secret) in (0..).zip(secrets) {
        let sealed = seal_secret(&context.vault, endpoint, position, &secret.secret);
        let expires_at = secret.expires_at.map(hooktide_model::Timestamp::unix_ms);
        change(connection, INSERT, (endpoint, position, sealed, expires_at))?;
    }
    Ok(())
}

/// The secrets of an application's endpoints with keys in `from ..= to`, by endpoint.
pub(super) fn of_endpoints(
    connection: &Connection,
    context: &Context,
    app: i64,
    from: i64,
    to: i64,
) -> Result<HashMap<i64, Vec<EndpointSecret>>, Fault> {
    let mut by_endpoint: HashMap<i64, Vec<EndpointSecret>> = HashMap::new();
    for (endpoint, secret) in all(connection, OF_ENDPOINTS, (app, from, to), |row| from_row(row, context))? {
        by_endpoint.entry(endpoint).or_default().push(secret);
    }
    Ok(by_endpoint)
}

fn from_row(row: &Row<'_>, context: &Context) -> Result<(i64, EndpointSecret), Fault> {
    let (endpoint, position) = (row.get("endpoint")?, row.get("position")?);
    let sealed = bytes(row, "secret")?.unwrap_or_default();
    let secret = open_secret(&context.vault, endpoint, position, sealed)?;
    Ok((endpoint, EndpointSecret { secret, expires_at: optional_time(row, "expires_at")? }))
}
