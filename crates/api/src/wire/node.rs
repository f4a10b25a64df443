//! A node of the cluster, as lists show it.

use hooktide_model::Timestamp;
use hooktide_store::NodeState;
use serde::Serialize;
use utoipa::ToSchema;

/// What became of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NodeStanding {
    /// It gives signs of life.
    Live,
    /// Another node serves what it left behind.
    Adopted,
    /// It has handed over, and nobody has taken its work yet.
    Orphaned,
}

/// A server that lives, or that has left work behind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeOut {
    /// Its id; each start of a server has another.
    id: i64,
    /// What its operator calls it.
    name: String,
    /// The version of its program.
    version: String,
    status: NodeStanding,
    /// Who serves its deliveries.
    served_by: Option<i64>,
    /// Whether it is the server that answers this call.
    is_self: bool,
    /// Where it listens, as it says.
    address: String,
    /// Seconds since it joined.
    age_seconds: f64,
    /// Seconds since its last sign of life.
    last_seen_seconds: f64,
    /// Its lanes: endpoints with something to deliver.
    lanes: usize,
    /// Deliveries in them.
    in_memory: usize,
    /// Deliveries of it that wait in the schedule.
    waiting: u64,
    /// When the earliest of these is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_waiting: Option<Timestamp>,
    /// Ordered or throttled endpoints, applications and feeds that only it serves.
    leases: u64,
}

impl From<NodeState> for NodeOut {
    fn from(node: NodeState) -> Self {
        let status = match node.holder {
            Some(holder) if holder == node.id => NodeStanding::Live,
            Some(_) => NodeStanding::Adopted,
            None => NodeStanding::Orphaned,
        };
        Self {
            id: node.id,
            name: node.name,
            version: node.version,
            status,
            served_by: node.holder,
            is_self: node.is_self,
            address: node.load.address,
            age_seconds: node.age_s,
            last_seen_seconds: node.heard_of_s,
            lanes: node.load.lanes,
            in_memory: node.load.in_memory,
            waiting: node.waiting,
            oldest_waiting: node.oldest_waiting,
            leases: node.leases,
        }
    }
}
