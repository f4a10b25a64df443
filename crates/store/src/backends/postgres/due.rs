//! The schedule: deliveries that are due, with their messages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::LazyLock;

use deadpool_postgres::Object;
use hooktide_model::{Message, Seq, Timestamp, Trigger};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

use super::database::Database;
use super::history::{MESSAGE_COLUMNS, unpack_message};
use super::shared::Shared;
use crate::backends::common::trigger;
use crate::{Due, InHand, ScheduleRow, StoreError};

/// Rows read at a time at least: those in hand are passed over.
const PAGE_MIN: i64 = 64;

/// Of each owner the rows after a place, by primary key: never more than are asked for.
const ROWS: &str = "
    SELECT row.owner, row.due, row.msg, row.id, row.tries, row.trigger
    FROM unnest($1::bigint[]) AS owners (owner) CROSS JOIN LATERAL (
        SELECT * FROM schedule
        WHERE schedule.owner = owners.owner AND ep = $2 AND (due, msg, id) > ($3, $4, $5)
        ORDER BY due, msg, id LIMIT $6) AS row
    ORDER BY row.due, row.msg, row.id LIMIT $6";
/// The application of an endpoint, by primary key.
const APPLICATION: &str = "SELECT app FROM endpoint WHERE seq = $1";
/// By the whole key.
const END_ROW: &str =
    "DELETE FROM schedule WHERE owner = $1 AND ep = $2 AND due = $3 AND msg = $4 AND id = $5";
/// By primary key, in their partitions.
static MESSAGES: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {MESSAGE_COLUMNS} FROM message m WHERE m.seq = ANY($1::bigint[])"));
/// From endpoint to endpoint of each owner, by primary key.
const ENDPOINTS: &str = "
    WITH RECURSIVE found (owner, ep, due) AS (
        (SELECT row.owner, row.ep, row.due FROM unnest($1::bigint[]) AS owners (owner) CROSS JOIN LATERAL (
            SELECT owner, ep, due FROM schedule WHERE schedule.owner = owners.owner ORDER BY ep, due LIMIT 1) AS row)
        UNION ALL
        SELECT row.owner, row.ep, row.due FROM found CROSS JOIN LATERAL (
            SELECT owner, ep, due FROM schedule WHERE schedule.owner = found.owner AND schedule.ep > found.ep
            ORDER BY ep, due LIMIT 1) AS row)
    SELECT ep, min(due) FROM found GROUP BY ep";
/// The same over all owners that are leases, with whether anybody has them.
const LEASED: &str = "
    WITH RECURSIVE found (owner, ep, due) AS (
        (SELECT owner, ep, due FROM schedule WHERE owner < 0 ORDER BY owner, ep, due LIMIT 1)
        UNION ALL
        SELECT row.owner, row.ep, row.due FROM found CROSS JOIN LATERAL (
            SELECT owner, ep, due FROM schedule WHERE (schedule.owner, schedule.ep) > (found.owner, found.ep) AND owner < 0
            ORDER BY owner, ep, due LIMIT 1) AS row)
    SELECT -found.owner, ep, due, NOT EXISTS (
        SELECT FROM lease JOIN node ON node.id = lease.node AND node.holder = node.id WHERE lease.key = -found.owner)
    FROM found LIMIT 10000";
/// All entries of these owners in the index.
const COUNT: &str = "SELECT count(*) FROM schedule WHERE owner = ANY($1::bigint[])";
/// The same of the leases that a node has.
const COUNT_LEASED: &str =
    "SELECT count(*) FROM schedule WHERE owner IN (SELECT -key FROM lease WHERE node = $1)";

/// A row of the schedule.
struct Waiting {
    row: ScheduleRow,
    message: Seq,
    tries: u16,
    trigger: Trigger,
}

/// At most `limit` rows due at `now` with their messages, without those in hand, and the due time of the first row
/// beyond.
pub(super) async fn due(
    shared: &Shared,
    endpoint: Seq,
    now: Timestamp,
    limit: usize,
    in_hand: &dyn InHand,
) -> Result<(Vec<Due>, Option<Timestamp>), StoreError> {
    if !shared.membership.may_send() {
        return Err(StoreError::Unavailable(
            "this node is not sure that its work is still its own".to_owned(),
        ));
    }
    let client = shared.database.client().await?;
    let owners = owners(shared, &client, endpoint).await?;
    let rows = rows(&client, &owners, endpoint, limit.saturating_add(1), in_hand).await?;
    let ready = rows.iter().take(limit).take_while(|waiting| waiting.row.due <= now).count();
    let next = rows.get(ready).map(|waiting| waiting.row.due);
    let messages = messages(shared, &client, &rows[..ready]).await?;
    let mut found = Vec::with_capacity(ready);
    for waiting in rows.into_iter().take(ready) {
        let Waiting { row, message, tries, trigger } = waiting;
        match messages.get(&message) {
            Some(message) => found.push(Due { row, message: Arc::clone(message), tries, trigger }),
            // The message is not in history (any more): nothing is left to send.
            None => end(shared, &client, endpoint, row, message).await?,
        }
    }
    Ok((found, next))
}

/// The rows of a statement that is prepared once per connection.
async fn query(
    client: &Object,
    statement: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, StoreError> {
    let fault = |error: Error| Database::fault(&error);
    let prepared = client.prepare_cached(statement).await.map_err(fault)?;
    client.query(&prepared, values).await.map_err(fault)
}

/// Whose rows of the endpoint this node serves: its own, those it took over, and those that it has the lease for.
async fn owners(shared: &Shared, client: &Object, endpoint: Seq) -> Result<Vec<i64>, StoreError> {
    let mut owners: Vec<i64> = shared.membership.served().to_vec();
    let application = client.query_opt(APPLICATION, &[&endpoint.0]).await;
    let application: Option<i64> =
        application.map_err(|error| Database::fault(&error))?.map(|row| row.get(0));
    for key in [Some(endpoint.0), application].into_iter().flatten().map(Seq) {
        if shared.leases.has(key)
            || has_rows(client, key, endpoint).await? && shared.leases.acquire(shared, key, false).await?
        {
            owners.push(-key.0);
        }
    }
    Ok(owners)
}

async fn has_rows(client: &Object, key: Seq, endpoint: Seq) -> Result<bool, StoreError> {
    const HAS_ROWS: &str = "SELECT EXISTS (SELECT FROM schedule WHERE owner = -$1::bigint AND ep = $2)";
    let rows = query(client, HAS_ROWS, &[&key.0, &endpoint.0]).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// The owners' earliest rows that are not in hand.
async fn rows(
    client: &Object,
    owners: &[i64],
    endpoint: Seq,
    limit: usize,
    in_hand: &dyn InHand,
) -> Result<Vec<Waiting>, StoreError> {
    let fault = |error: Error| Database::fault(&error);
    let page = i64::try_from(limit).unwrap_or(i64::MAX).max(PAGE_MIN);
    let mut found = Vec::new();
    let mut after = (i64::MIN, i64::MIN, i64::MIN);
    while found.len() < limit {
        let values: [&(dyn ToSql + Sync); 6] = [&owners, &endpoint.0, &after.0, &after.1, &after.2, &page];
        let rows = query(client, ROWS, &values).await?;
        for row in &rows {
            let (waiting, place) = unpack(row).map_err(fault)?;
            after = place;
            if found.len() < limit && !in_hand.has(waiting.message, waiting.trigger) {
                found.push(waiting);
            }
        }
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) < page {
            break;
        }
    }
    Ok(found)
}

fn unpack(row: &Row) -> Result<(Waiting, (i64, i64, i64)), Error> {
    let (segment, due, message, id): (i64, i64, i64, i64) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let (tries, by): (i16, i16) = (row.try_get(4)?, row.try_get(5)?);
    let waiting = Waiting {
        row: ScheduleRow { segment, due: Timestamp::from_unix_ms(due), id },
        message: Seq(message),
        tries: u16::try_from(tries).unwrap_or(0),
        trigger: trigger(u8::try_from(by).unwrap_or(0)),
    };
    Ok((waiting, (due, message, id)))
}

async fn messages(
    shared: &Shared,
    client: &Object,
    rows: &[Waiting],
) -> Result<HashMap<Seq, Arc<Message>>, StoreError> {
    let wanted: HashSet<i64> = rows.iter().map(|waiting| waiting.message.0).collect();
    let wanted: Vec<i64> = wanted.into_iter().collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let mut messages = HashMap::with_capacity(wanted.len());
    for row in query(client, &MESSAGES, &[&wanted]).await? {
        if let Some(message) = unpack_message(&shared.mint, shared.clock.now(), &row, 0)? {
            messages.insert(message.seq(), Arc::new(message));
        }
    }
    Ok(messages)
}

async fn end(
    shared: &Shared,
    client: &Client,
    endpoint: Seq,
    row: ScheduleRow,
    message: Seq,
) -> Result<(), StoreError> {
    let due = row.due.unix_ms();
    let gone = client.execute(END_ROW, &[&row.segment, &endpoint.0, &due, &message.0, &row.id]).await;
    let gone = gone.map_err(|error| Database::fault(&error))?;
    shared.scheduled_by(-i64::try_from(gone).unwrap_or(0));
    Ok(())
}

/// Every endpoint with rows of these owners, and its earliest due time.
pub(super) async fn endpoints_of(client: &Client, owners: &[i64]) -> Result<Vec<(Seq, Timestamp)>, Error> {
    let rows = client.query(ENDPOINTS, &[&owners]).await?;
    rows.iter().map(|row| Ok((Seq(row.try_get(0)?), Timestamp::from_unix_ms(row.try_get(1)?)))).collect()
}

/// An endpoint whose rows need a lease.
pub(super) struct Leased {
    pub(super) key: Seq,
    pub(super) endpoint: Seq,
    /// When the earliest is due.
    pub(super) due: Timestamp,
    /// No living node has the lease.
    pub(super) is_free: bool,
}

/// Every endpoint with rows that need a lease.
pub(super) async fn leased_endpoints(client: &Client) -> Result<Vec<Leased>, Error> {
    let rows = client.query(LEASED, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(Leased {
                key: Seq(row.try_get(0)?),
                endpoint: Seq(row.try_get(1)?),
                due: Timestamp::from_unix_ms(row.try_get(2)?),
                is_free: row.try_get(3)?,
            })
        })
        .collect()
}

/// Rows that these serve, and those of the leases of the first.
pub(super) async fn count(client: &Client, served: &[i64]) -> Result<i64, Error> {
    let own: i64 = client.query_one(COUNT, &[&served]).await?.try_get(0)?;
    let leased: i64 = match served.first() {
        Some(node) => client.query_one(COUNT_LEASED, &[node]).await?.try_get(0)?,
        None => 0,
    };
    Ok(own + leased)
}
