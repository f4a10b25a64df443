//! The keeper: says every second that this node lives, and looks after what needs a look now and then.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hooktide_model::{SLOTS, Seq, Timestamp};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_postgres::{Client, Error};

use super::adopt::adopt_orphans;
use super::nudges;
use crate::backends::postgres::core::Changes;
use crate::backends::postgres::database::{Database, LOCK_SPACE};
use crate::backends::postgres::due;
use crate::backends::postgres::shared::Shared;
use crate::{ConfigurationChange, StoreError};

/// Between signs of life.
const BEAT: Duration = Duration::from_secs(1);
/// Beats between looks at leases and at rows that nobody serves.
const LOOK_BEATS: u64 = 5;
/// Beats between counts of the schedule.
const COUNT_BEATS: u64 = 60;
/// For one beat with everything that goes with it, but adoption.
const BEAT_TIMEOUT: Duration = Duration::from_secs(2);
/// Between tries to connect.
const RETRY: Duration = Duration::from_millis(250);

const LOCK: &str = "SELECT pg_advisory_xact_lock($1, hashtext(current_schema() || ' node'))";
const FREE_SLOT: &str = "SELECT slot::SMALLINT FROM generate_series(0, $1::BIGINT - 1) AS slot WHERE NOT EXISTS \
     (SELECT FROM node WHERE node.slot = slot.slot) ORDER BY slot LIMIT 1";
/// The newest key of each table, by primary key or index.
const LAST_SEQ: &str = "SELECT greatest((SELECT max(seq) FROM message), (SELECT max(seq) FROM receipt), \
     (SELECT max(seq) FROM attempt), (SELECT max(seq) FROM application), (SELECT max(seq) FROM endpoint), \
     (SELECT max(seq) FROM source), (SELECT max(last_seq) FROM node), 0)";
const REGISTER: &str = "INSERT INTO node (slot, holder, name, version, started_at, heartbeat_at, low_water, last_seq, info) \
     VALUES ($1, NULL, $2, $3, clock_timestamp(), clock_timestamp(), $4, $4, $5) RETURNING id";
const HOLD: &str = "UPDATE node SET holder = id WHERE id = $1";
/// The sign of life; no row when another node has taken over. Tells how many live.
const HEARTBEAT: &str = "UPDATE node SET heartbeat_at = clock_timestamp(), low_water = $2, last_seq = $3, info = $4 \
     WHERE id = $1 AND holder = $1 RETURNING (SELECT count(*) FROM node AS other WHERE other.holder = other.id)";
/// Everything this node held is anyone's.
const HAND_OVER: &str = "UPDATE node SET holder = NULL, low_water = CASE WHEN id = $1 THEN $2 ELSE low_water END \
     WHERE holder = $1";
const FREE_LEASES: &str = "DELETE FROM lease WHERE node = $1";
/// Those taken over of which nothing is left to serve.
const BURY: &str = "DELETE FROM node WHERE holder = $1 AND id <> $1 AND NOT EXISTS \
     (SELECT FROM schedule WHERE owner = node.id) RETURNING id";

/// The tasks behind a node; they end with this.
pub(in super::super) struct Keeper {
    _tasks: JoinSet<()>,
}

/// Join the cluster, take over what nobody holds, and go on doing so.
pub(in super::super) async fn start(shared: &Arc<Shared>, name: &str) -> Result<Keeper, StoreError> {
    let mut client = shared.database.dial_driven("keeper").await?;
    let joined = async {
        join(&mut client, shared, name).await?;
        // The writer begins with this life.
        shared.membership.acknowledge(shared.membership.generation());
        beat(&client, shared).await?;
        adopt(&mut client, shared).await?;
        count(&client, shared).await
    };
    joined.await.map_err(|error| Database::fault(&error))?;
    let mut tasks = JoinSet::new();
    tasks.spawn(nudges::send(Arc::clone(shared)));
    tasks.spawn(nudges::listen(Arc::clone(shared)));
    tasks.spawn(keep(client, Arc::clone(shared), name.to_owned()));
    Ok(Keeper { _tasks: tasks })
}

/// Become a node of the cluster, or another one than before.
async fn join(client: &mut Client, shared: &Shared, name: &str) -> Result<(), Error> {
    let transaction = client.transaction().await?;
    transaction.query_one(LOCK, &[&LOCK_SPACE]).await?;
    let slot: i16 = transaction.query_one(FREE_SLOT, &[&SLOTS]).await?.try_get(0)?;
    let last: i64 = transaction.query_one(LAST_SEQ, &[]).await?.try_get(0)?;
    shared.seqs.take_slot(slot.into(), Seq(last));
    let mark = shared.seqs.next(shared.clock.now());
    let version = env!("CARGO_PKG_VERSION");
    let node: i64 = transaction
        .query_one(REGISTER, &[&slot, &name, &version, &mark.0, &shared.load.text()])
        .await?
        .try_get(0)?;
    transaction.execute(HOLD, &[&node]).await?;
    let begun = Instant::now();
    transaction.commit().await?;
    shared.low_water.store(mark.0, Ordering::Release);
    shared.leases.clear();
    shared.membership.begin(node);
    shared.membership.renewed(begun);
    tracing::info!(node, slot, name, "joined the cluster");
    Ok(())
}

async fn keep(mut client: Client, shared: Arc<Shared>, name: String) {
    let mut changes = Changes::default();
    for number in 1_u64.. {
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = shared.membership.call.notified() => {}
        }
        if shared.is_closing() {
            return;
        }
        if client.is_closed() {
            client = match redial(&shared).await {
                Some(client) => client,
                None => continue,
            };
        }
        let look = number.is_multiple_of(LOOK_BEATS);
        let recount =
            shared.membership.wants_count.swap(false, Ordering::AcqRel) || number.is_multiple_of(COUNT_BEATS);
        let beaten = tokio::time::timeout(BEAT_TIMEOUT, beat(&client, &shared)).await;
        let done = match beaten {
            Err(_silent) => {
                tracing::warn!("the database does not answer the sign of life");
                client = match redial(&shared).await {
                    Some(client) => client,
                    None => continue,
                };
                continue;
            }
            Ok(Ok(true)) => {
                look_at_configuration(&client, &shared, &mut changes).await;
                round(&mut client, &shared, look, recount).await
            }
            Ok(Ok(false)) => rejoin(&mut client, &shared, &name).await,
            Ok(Err(error)) => Err(error),
        };
        if let Err(error) = done {
            tracing::warn!(error = %Database::fault(&error), "failed to look after the cluster, trying again");
        }
    }
}

async fn redial(shared: &Shared) -> Option<Client> {
    match shared.database.dial_driven("keeper").await {
        Ok(client) => Some(client),
        Err(error) => {
            tracing::debug!(%error, "the keeper failed to connect, trying again");
            tokio::time::sleep(RETRY).await;
            None
        }
    }
}

/// Say that this node lives. Whether it still owns what it owned.
async fn beat(client: &Client, shared: &Shared) -> Result<bool, Error> {
    let begun = Instant::now();
    let (node, low_water) = (shared.membership.node(), shared.low_water.load(Ordering::Acquire));
    let info = shared.load.text();
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&node, &low_water, &shared.seqs.last().0, &info];
    let Some(row) = client.query_opt(HEARTBEAT, &values).await? else { return Ok(false) };
    shared.membership.renewed(begun);
    let living: i64 = row.try_get(0)?;
    shared.nudges.alone.store(living <= 1, Ordering::Relaxed);
    Ok(true)
}

/// Behind the notifications: a listening connection that was cut has missed some.
async fn look_at_configuration(client: &Client, shared: &Shared, changes: &mut Changes) {
    match changes.look(client).await {
        Ok(true) => shared.tell(|listener| listener.configuration_changed(ConfigurationChange::Anything)),
        Ok(false) => {}
        Err(fault) => tracing::debug!(?fault, "failed to look for changes of configuration, trying again"),
    }
}

async fn rejoin(client: &mut Client, shared: &Shared, name: &str) -> Result<(), Error> {
    tracing::warn!("another node has taken over this node's work: it lets go of it and goes on as a new one");
    shared.membership.lost(shared.membership.generation());
    join(client, shared, name).await?;
    count(client, shared).await
}

async fn round(client: &mut Client, shared: &Shared, look: bool, recount: bool) -> Result<(), Error> {
    adopt(client, shared).await?;
    if look {
        if let Err(error) = shared.leases.release_idle(shared).await {
            tracing::debug!(%error, "failed to give back leases, trying again");
        }
        bury(client, shared).await?;
        call_leased(client, shared).await?;
    }
    if recount {
        count(client, shared).await?;
    }
    Ok(())
}

/// Take over what nobody holds, and have it served.
async fn adopt(client: &mut Client, shared: &Shared) -> Result<(), Error> {
    let (begun, lease_s) = (Instant::now(), shared.membership.lease().as_secs_f64());
    let adopted = adopt_orphans(client, shared.membership.node(), lease_s).await?;
    for one in adopted {
        shared.membership.adopt(&one.nodes);
        shared.leases.forget_refusals();
        tell(shared, due::endpoints_of(client, &one.nodes).await?);
        call_leased(client, shared).await?;
        let took_ms = begun.elapsed().as_millis();
        tracing::info!(nodes = ?one.nodes, deliveries = one.deliveries, took_ms, "took over another node's work");
        // Feeds that the other one had a lease for.
        shared.tell(|listener| listener.configuration_changed(ConfigurationChange::Anything));
        shared.membership.wants_count.store(true, Ordering::Release);
    }
    Ok(())
}

fn tell(shared: &Shared, endpoints: Vec<(Seq, Timestamp)>) {
    for (endpoint, due) in endpoints {
        shared.tell(|listener| listener.scheduled(endpoint, due));
    }
}

/// Endpoints whose rows need a lease that this node has or nobody has.
async fn call_leased(client: &Client, shared: &Shared) -> Result<(), Error> {
    for leased in due::leased_endpoints(client).await? {
        if shared.leases.has(leased.key) || leased.is_free {
            shared.tell(|listener| listener.scheduled(leased.endpoint, leased.due));
        }
    }
    Ok(())
}

async fn bury(client: &Client, shared: &Shared) -> Result<(), Error> {
    let rows = client.query(BURY, &[&shared.membership.node()]).await?;
    let gone: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    if !gone.is_empty() {
        shared.membership.drop_empty(&gone);
    }
    Ok(())
}

async fn count(client: &Client, shared: &Shared) -> Result<(), Error> {
    let rows = due::count(client, &shared.membership.served()).await?;
    shared.scheduled.store(rows, Ordering::Release);
    Ok(())
}

/// Give everything away at once: other nodes, or the next start, go on with it.
pub(in super::super) async fn hand_over(shared: &Shared) -> Result<(), StoreError> {
    let client = shared.database.client().await?;
    let node = shared.membership.node();
    let low_water = shared.low_water.load(Ordering::Acquire);
    let handed = client.execute(HAND_OVER, &[&node, &low_water]).await;
    handed.map_err(|error| Database::fault(&error))?;
    let freed = client.execute(FREE_LEASES, &[&node]).await;
    freed.map_err(|error| Database::fault(&error))?;
    nudges::tell_of_hand_over(shared).await
}
