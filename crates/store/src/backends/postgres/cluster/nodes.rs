//! The nodes of the cluster, for those who look at it.

use hooktide_model::Timestamp;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use super::super::database::Database;
use super::death::Process;
use crate::{Load, NodeState, StoreError};

/// Every life of a node that still has something, with what its rows are. Reads the schedule as a whole.
const NODES: &str = "
    SELECT node.id, name, version, holder, info,
        extract(epoch FROM clock_timestamp() - started_at)::float8,
        extract(epoch FROM clock_timestamp() - heartbeat_at)::float8,
        coalesce(waiting.rows, 0), waiting.oldest, coalesce(leases.held, 0)
    FROM node
    LEFT JOIN (SELECT owner, count(*) AS rows, min(due) AS oldest FROM schedule WHERE owner > 0 GROUP BY owner)
        AS waiting ON waiting.owner = node.id
    LEFT JOIN (SELECT node, count(*) AS held FROM lease GROUP BY node) AS leases ON leases.node = node.id
    ORDER BY node.id";

/// What a node says of itself with each sign of life.
pub(in super::super) struct Told(RwLock<Info>);

impl Default for Told {
    fn default() -> Self {
        Self(RwLock::new(Info { process: Process::own(), ..Info::default() }))
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Info {
    address: String,
    lanes: usize,
    in_memory: usize,
    process: Option<Process>,
}

impl Told {
    pub(in super::super) fn note(&self, load: &Load) {
        let Load { address, lanes, in_memory } = load.clone();
        let mut info = self.0.write();
        *info = Info { address, lanes, in_memory, process: info.process.take() };
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(&*self.0.read()).unwrap_or_default()
    }
}

/// The process that a node has said it is.
pub(super) fn process_of(info: &str) -> Option<Process> {
    serde_json::from_str::<Info>(info).ok()?.process
}

/// All nodes that live or have left work behind.
pub(in super::super) async fn nodes(database: &Database, own: i64) -> Result<Vec<NodeState>, StoreError> {
    let client = database.client().await?;
    let rows = client.query(NODES, &[]).await.map_err(|error| Database::fault(&error))?;
    Ok(rows
        .iter()
        .map(|row| {
            let (id, holder): (i64, Option<i64>) = (row.get(0), row.get(3));
            let info: Info = serde_json::from_str(row.get(4)).unwrap_or_default();
            NodeState {
                id,
                name: row.get(1),
                version: row.get(2),
                holder,
                is_self: id == own,
                age_s: row.get(5),
                heard_of_s: row.get(6),
                waiting: row.get::<_, i64>(7).unsigned_abs(),
                oldest_waiting: row.get::<_, Option<i64>>(8).map(Timestamp::from_unix_ms),
                leases: row.get::<_, i64>(9).unsigned_abs(),
                load: Load { address: info.address, lanes: info.lanes, in_memory: info.in_memory },
            }
        })
        .collect())
}
