//! Counts of an endpoint's attempts in a window, and of its deliveries that wait.

use hooktide_model::{EndpointId, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::reader::PgHistory;
use super::rows::{column, narrow};
use crate::backends::common::instants;
use crate::{AttemptCounts, StoreError};

/// A range of the index (ep, seq) in the partitions of the window.
pub(super) const COUNT: &str =
    "SELECT status, count(*) FROM attempt WHERE ep = $1 AND seq >= $2 AND seq < $3 GROUP BY status";

/// Rows of the endpoint, by the primary key, under each owner that can have some: the nodes, by a skip over the
/// key's first column, and the leases of the endpoint and of its application.
pub(super) const WAITING: &str = "
    WITH RECURSIVE node_owner (owner) AS (
        (SELECT owner FROM schedule WHERE owner > 0 ORDER BY owner LIMIT 1)
        UNION ALL
        SELECT (SELECT owner FROM schedule WHERE owner > o.owner ORDER BY owner LIMIT 1)
        FROM node_owner o WHERE o.owner IS NOT NULL
    ), owners (owner) AS (
        SELECT owner FROM node_owner WHERE owner IS NOT NULL
        UNION ALL SELECT -$1::BIGINT
        UNION ALL SELECT -app FROM endpoint WHERE seq = $1
    )
    SELECT sum(waiting.untried)::BIGINT, sum(waiting.tried)::BIGINT
    FROM owners CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE tries = 0) AS untried, count(*) FILTER (WHERE tries > 0) AS tried
        FROM schedule WHERE owner = owners.owner AND ep = $1
    ) waiting";

/// Attempts that started in `since ..= until`, by status, and deliveries that wait in the schedule now.
pub(super) async fn attempt_counts(
    history: &PgHistory,
    endpoint: EndpointId,
    since: Timestamp,
    until: Timestamp,
) -> Result<AttemptCounts, StoreError> {
    let session = history.session().await?;
    let key = endpoint.seq().0;
    let (from, to) = instants(since, until);
    let window: [&(dyn ToSql + Sync); 3] = [&key, &from, &to];
    // Sent together: one round trip.
    let (by_status, waiting) =
        tokio::try_join!(session.rows(COUNT, &window), session.row(WAITING, &window[..1]))?;
    let mut counts = AttemptCounts::default();
    for row in &by_status {
        let count = column::<i64>(row, 1)?.unsigned_abs();
        match narrow::<i16, u8>(row, 0)? {
            0 => counts.success += count,
            4 => counts.canceled += count,
            _ => counts.fail += count,
        }
    }
    if let Some(row) = waiting {
        counts.pending = sum(&row, 0)?;
        counts.sending = sum(&row, 1)?;
    }
    Ok(counts)
}

fn sum(row: &Row, index: usize) -> Result<u64, StoreError> {
    Ok(column::<Option<i64>>(row, index)?.unwrap_or(0).unsigned_abs())
}
