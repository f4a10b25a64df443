//! Take over the work of a node that has handed over, or has not been heard of for the lease.
//!
//! One transaction: lock the node's row, which waits for what it is committing at this moment; write a row for each
//! delivery that was only in its memory; become the holder. From then on the fence refuses whatever the old node would
//! write. Of two nodes that try, one finds the row locked and leaves it.

use tokio_postgres::{Client, Error, Transaction};

use super::death::Process;
use super::nodes::process_of;

/// Nodes adopted at a time.
const NODES_MAX: i64 = 16;

/// Work without a living holder: handed over, or not heard of for the lease. While the database was down nobody could say that
/// they live, so the time before it started does not count.
const ORPHANS: &str = "SELECT id FROM node WHERE id <> $1 AND (holder IS NULL OR holder = id AND \
     (id = ANY($4) OR greatest(heartbeat_at, pg_postmaster_start_time()) < clock_timestamp() - make_interval(secs => $2))) \
     ORDER BY id LIMIT $3";
/// The same of one node, locked.
const TAKE: &str = "SELECT slot, low_water FROM node WHERE id = $1 AND (holder IS NULL OR holder = id AND \
     (id = ANY($3) OR greatest(heartbeat_at, pg_postmaster_start_time()) < clock_timestamp() - make_interval(secs => $2))) \
     FOR UPDATE SKIP LOCKED";
/// What the living say of themselves.
const LIVING: &str = "SELECT id, info FROM node WHERE holder = id AND id <> $1";
/// Whether this node may still act.
const FENCE: &str = "SELECT hooktide_fence($1)";
/// The deliveries that were only in its memory: of its messages at or above its mark, the targets that have neither a
/// first attempt nor a row. Each is due since its message was accepted.
const WRITE_ROWS: &str = "
    WITH target AS MATERIALIZED (
        SELECT message.seq AS msg,
            ('x' || encode(substring(targets FROM 8 * nth + 1 FOR 8), 'hex'))::bit(64)::bigint AS ep
        FROM message CROSS JOIN LATERAL generate_series(0, length(targets) / 8 - 1) AS nth
        WHERE message.seq >= $2 AND message.seq & 1023 = $3 AND length(targets) > 0
    ), attempted AS MATERIALIZED (
        SELECT msg, ep FROM attempt WHERE msg >= $2 AND seq >= $2 AND trigger = 0
    ), waiting AS MATERIALIZED (
        SELECT msg, ep FROM schedule WHERE (owner = $1 OR owner < 0) AND msg >= $2 AND trigger = 0
    )
    INSERT INTO schedule (owner, ep, due, msg, id, tries, trigger)
    SELECT $1, ep, ((msg >> 32) + 1400000000) * 1000 + ((msg >> 24) & 255) * 4, msg, 0, 0, 0
    FROM target
    WHERE NOT EXISTS (SELECT FROM attempted WHERE attempted.msg = target.msg AND attempted.ep = target.ep)
        AND NOT EXISTS (SELECT FROM waiting WHERE waiting.msg = target.msg AND waiting.ep = target.ep)";
/// It and what it had adopted itself.
const HOLD: &str = "UPDATE node SET holder = $2, slot = NULL WHERE id = $1 OR holder = $1 RETURNING id";
/// Leases of the dead are free.
const FREE_LEASES: &str = "DELETE FROM lease WHERE node = $1";
/// A large merge, seldom: time for it, and plans that read tables as wholes.
const PATIENT: &str = "SET LOCAL statement_timeout = '60s'; SET LOCAL plan_cache_mode = force_custom_plan";

/// What was taken over.
pub(super) struct Adopted {
    /// The nodes whose rows are to be served.
    pub(super) nodes: Vec<i64>,
    /// Deliveries that were only in memory.
    pub(super) deliveries: u64,
}

/// Take over what has no holder.
pub(super) async fn adopt_orphans(
    client: &mut Client,
    node: i64,
    lease_s: f64,
) -> Result<Vec<Adopted>, Error> {
    let dead = known_dead(client, node).await?;
    let orphans = client.query(ORPHANS, &[&node, &lease_s, &NODES_MAX, &dead]).await?;
    let mut adopted = Vec::new();
    for orphan in orphans {
        let orphan: i64 = orphan.try_get(0)?;
        let transaction = client.transaction().await?;
        adopted.extend(adopt(transaction, node, orphan, (lease_s, &dead)).await?);
    }
    Ok(adopted)
}

/// Those of which it is known that they are dead.
async fn known_dead(client: &Client, node: i64) -> Result<Vec<i64>, Error> {
    let Some(own) = Process::own() else { return Ok(Vec::new()) };
    let living = client.query(LIVING, &[&node]).await?;
    let is_gone =
        |row: &tokio_postgres::Row| process_of(row.get(1)).is_some_and(|process| process.is_gone(&own));
    Ok(living.iter().filter(|row| is_gone(row)).map(|row| row.get(0)).collect())
}

async fn adopt(
    transaction: Transaction<'_>,
    node: i64,
    orphan: i64,
    (lease_s, dead): (f64, &[i64]),
) -> Result<Option<Adopted>, Error> {
    transaction.batch_execute(PATIENT).await?;
    let Some(row) = transaction.query_opt(TAKE, &[&orphan, &lease_s, &dead]).await? else { return Ok(None) };
    let (slot, low_water): (Option<i16>, i64) = (row.try_get(0)?, row.try_get(1)?);
    transaction.query_one(FENCE, &[&node]).await?;
    let deliveries = match slot {
        Some(slot) => transaction.execute(WRITE_ROWS, &[&orphan, &low_water, &i64::from(slot)]).await?,
        // It has handed over, and left a row for everything.
        None => 0,
    };
    let held = transaction.query(HOLD, &[&orphan, &node]).await?;
    transaction.execute(FREE_LEASES, &[&orphan]).await?;
    transaction.commit().await?;
    let nodes = held.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    Ok(Some(Adopted { nodes, deliveries }))
}
