//! What the database of a cluster says of its nodes, and whether its tables agree with each other.

use std::collections::{BTreeMap, BTreeSet};

use hooktide_model::{EndpointId, MessageId};
use tokio_postgres::{Client, Row};

/// The living nodes with their leases.
const LIVES: &str = "SELECT name, id, slot, coalesce((SELECT array_agg(key) FROM lease WHERE node = id), '{}') \
     FROM node WHERE holder = id";
/// Rows of deliveries that have succeeded, or failed for good: those are never tried again.
const ROWS_OF_THE_DECIDED: &str = "SELECT format('a schedule row is left of a decided delivery: %s', row(s.*)) \
     FROM schedule s JOIN attempt a ON a.msg = s.msg AND a.ep = s.ep AND a.trigger = s.trigger \
     WHERE a.status = 0 OR a.next_due IS NULL";
/// Two outcomes of one try: one of the two writers did not own the delivery any more.
const DOUBLE_OUTCOMES: &str = "SELECT format('delivery %s to %s has %s outcomes of try %s', msg, ep, count(*), number) \
     FROM attempt WHERE trigger = 0 GROUP BY msg, ep, number HAVING count(*) > 1";
/// Tried again although it had succeeded.
const AFTER_SUCCESS: &str = "SELECT format('delivery %s to %s was recorded again after its success', a.msg, a.ep) \
     FROM attempt a JOIN attempt b ON a.msg = b.msg AND a.ep = b.ep AND b.seq > a.seq \
     WHERE a.status = 0 AND a.trigger = 0 AND b.trigger = 0";
const DEAD_LEASES: &str = "SELECT format('lease %s is of node %s, which does not live', key, node) FROM lease \
     WHERE NOT EXISTS (SELECT FROM node WHERE id = node AND holder = id)";
const ORPHANS: &str = "SELECT format('node %s (%s) is left, holder %s', id, name, holder) FROM node \
     WHERE holder IS DISTINCT FROM id OR slot IS NULL";

/// All that waits, and for whom.
const WAITING: &str = "SELECT format('waits: %s', row(s.*)) FROM schedule s ORDER BY due LIMIT 40";
const NODES: &str = "SELECT format('node: %s, heard of %s ago', row(id, slot, holder, name, low_water), \
     clock_timestamp() - heartbeat_at) FROM node ORDER BY id";
const LEASES: &str = "SELECT format('lease: %s', row(l.*)) FROM lease l";

/// The lives of nodes at one moment: a node that others have given up on begins another life.
#[derive(Debug, Clone, Default)]
pub struct Lives(BTreeMap<String, Life>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Life {
    id: i64,
    slot: i64,
    leases: BTreeSet<i64>,
}

impl Lives {
    /// The names of those who live.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Those of whom nothing needs to be excused: not among `struck`, and still in the same life `later`.
    #[must_use]
    pub fn spared(&self, struck: &BTreeSet<String>, later: &Self) -> Self {
        let is_same = |name: &String, life: &Life| later.0.get(name).is_some_and(|it| it.id == life.id);
        let spared = self.0.iter().filter(|(name, life)| !struck.contains(*name) && is_same(name, life));
        Self(spared.map(|(name, life)| (name.clone(), life.clone())).collect())
    }

    /// Whether one of them owns the delivery: it has the endpoint's lease, or it accepted the message and the endpoint
    /// needs no lease.
    ///
    /// # Panics
    /// When an id is none.
    #[must_use]
    pub fn own(&self, message: &str, endpoint: &str, needs_lease: bool) -> bool {
        let message: MessageId = message.parse().expect("an id of a message");
        let endpoint: EndpointId = endpoint.parse().expect("an id of an endpoint");
        self.0.values().any(|life| match needs_lease {
            true => life.leases.contains(&endpoint.seq().0),
            false => life.slot == message.seq().slot(),
        })
    }
}

/// A look at the database.
#[derive(Debug)]
pub struct OnRecord<'a>(pub &'a Client);

impl OnRecord<'_> {
    /// Who lives.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn lives(&self) -> Lives {
        let lives = self.0.query(LIVES, &[]).await.expect("the nodes can be read");
        let life = |row: &Row| {
            let leases: Vec<i64> = row.get(3);
            let slot = i64::from(row.get::<_, i16>(2));
            (row.get(0), Life { id: row.get(1), slot, leases: leases.into_iter().collect() })
        };
        Lives(lives.iter().map(life).collect())
    }

    /// Rows that contradict each other, whatever is going on.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn contradictions(&self) -> Vec<String> {
        self.findings(&[ROWS_OF_THE_DECIDED, DOUBLE_OUTCOMES, AFTER_SUCCESS]).await
    }

    /// What the dead have left behind and nobody has cleared away yet.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn remains(&self) -> Vec<String> {
        self.findings(&[DEAD_LEASES, ORPHANS]).await
    }

    /// Who lives, what waits, and who has which lease: for a report.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn picture(&self) -> Vec<String> {
        self.findings(&[NODES, LEASES, WAITING]).await
    }

    async fn findings(&self, questions: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for question in questions {
            let rows =
                self.0.query(*question, &[]).await.unwrap_or_else(|error| panic!("{question}: {error}"));
            found.extend(rows.iter().map(|row| row.get::<_, String>(0)));
        }
        found
    }
}
