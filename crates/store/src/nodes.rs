//! What is known of the nodes that share a store.

use hooktide_model::Timestamp;

/// What a node says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Where it listens.
    pub address: String,
    /// Its lanes.
    pub lanes: usize,
    /// Deliveries in them.
    pub in_memory: usize,
}

/// A node that lives, or that has left work behind.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeState {
    /// Its id: each life of a node has another.
    pub id: i64,
    /// What its operator calls it.
    pub name: String,
    /// The version of its program.
    pub version: String,
    /// Who serves its rows: itself while it lives, then whoever took over; `None` while nobody does.
    pub holder: Option<i64>,
    /// Whether it is the node that was asked.
    pub is_self: bool,
    /// Seconds since it joined.
    pub age_s: f64,
    /// Seconds since its last sign of life.
    pub heard_of_s: f64,
    /// Its rows in the schedule.
    pub waiting: u64,
    /// When the earliest of them is due.
    pub oldest_waiting: Option<Timestamp>,
    /// Leases that it has.
    pub leases: u64,
    /// What it said last.
    pub load: Load,
}
