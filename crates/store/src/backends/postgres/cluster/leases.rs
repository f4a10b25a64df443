//! Leases: what one node at a time serves (an order, a rate, a feed).
//!
//! A lease is a row that names a node; it is worth something while that node lives. So a lease needs no sign of life of its
//! own, and the fence of its node is its fence.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use hooktide_model::Seq;
use parking_lot::RwLock;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_postgres::Error;

use super::super::database::Database;
use super::super::shared::Shared;
use crate::StoreError;

/// How long a refusal is remembered: until then nobody asks again.
const REFUSED_FOR: Duration = Duration::from_millis(500);
/// Refusals remembered.
const REFUSED_MAX: usize = 10_000;

/// Free, of a node that does not live, or ours already.
const ACQUIRE: &str = "INSERT INTO lease AS held (key, node) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET node = $2 \
     WHERE held.node = $2 OR NOT EXISTS (SELECT FROM node WHERE id = held.node AND holder = held.node) RETURNING 1";
/// Fails when this node's life has ended.
const FENCE: &str = "SELECT hooktide_fence($1)";
/// Those whose schedule is empty, which an index tells.
const RELEASE: &str = "DELETE FROM lease WHERE node = $1 AND key = ANY($2) AND NOT EXISTS \
     (SELECT FROM schedule WHERE owner = -key) RETURNING key";

/// How a lease is had.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// Rows are served under it.
    Served,
    /// The database is being asked whether it can go: no row is read under it, but outcomes of rows that were read before
    /// are still this node's to write, and keep it from going.
    GivenBack,
}

/// What this node has.
#[derive(Default)]
pub(in super::super) struct Leases {
    held: RwLock<HashMap<Seq, Hold>>,
    /// Those that are kept without rows in the schedule.
    kept: RwLock<HashSet<Seq>>,
    refused: parking_lot::Mutex<HashMap<Seq, Instant>>,
    /// One at a time asks for leases or gives some back.
    turn: Mutex<()>,
}

impl Leases {
    /// Whether this node has it.
    pub(in super::super) fn has(&self, key: Seq) -> bool {
        self.held.read().get(&key) == Some(&Hold::Served)
    }

    /// Whether outcomes of its rows are this node's to write.
    pub(in super::super) fn may_record(&self, key: Seq) -> bool {
        self.held.read().contains_key(&key)
    }

    /// Have it, or try to get it. With `keep` it is not given back while this node lives.
    pub(in super::super) async fn acquire(
        &self,
        shared: &Shared,
        key: Seq,
        keep: bool,
    ) -> Result<bool, StoreError> {
        if keep {
            self.kept.write().insert(key);
        }
        if self.has(key) {
            return Ok(true);
        }
        if self.refused.lock().get(&key).is_some_and(|at| at.elapsed() < REFUSED_FOR) {
            return Ok(false);
        }
        let _turn = self.turn.lock().await;
        let generation = shared.membership.generation();
        let is_ours = ask(shared, key).await?;
        if is_ours && shared.membership.generation() == generation {
            self.held.write().insert(key, Hold::Served);
            return Ok(true);
        }
        let mut refused = self.refused.lock();
        if refused.len() >= REFUSED_MAX {
            refused.retain(|_, at| at.elapsed() < REFUSED_FOR);
        }
        refused.insert(key, Instant::now());
        Ok(false)
    }

    /// Give back what has nothing to serve.
    pub(super) async fn release_idle(&self, shared: &Shared) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let kept = self.kept.read().clone();
        let mut idle = HashSet::new();
        // Not served while the database decides: nothing new is read under it.
        for (key, hold) in self.held.write().iter_mut().filter(|(key, _)| !kept.contains(*key)) {
            if *hold == Hold::Served {
                idle.insert(*key);
            }
            *hold = Hold::GivenBack;
        }
        if idle.is_empty() {
            return Ok(());
        }
        let keys: Vec<i64> = idle.iter().map(|key| key.0).collect();
        // After an error nobody knows: whoever wants to serve one asks the database again.
        let gone: HashSet<Seq> = release(shared, &keys).await?.into_iter().map(Seq).collect();
        let mut held = self.held.write();
        held.retain(|key, _| !gone.contains(key));
        held.iter_mut().filter(|(key, _)| idle.contains(*key)).for_each(|(_, hold)| *hold = Hold::Served);
        Ok(())
    }

    /// A new life begins: nothing is held any more.
    pub(super) fn clear(&self) {
        self.held.write().clear();
        self.refused.lock().clear();
    }

    /// Leases of the dead are free: ask again.
    pub(super) fn forget_refusals(&self) {
        self.refused.lock().clear();
    }
}

async fn ask(shared: &Shared, key: Seq) -> Result<bool, StoreError> {
    let fault = |error: Error| Database::fault(&error);
    let node = shared.membership.node();
    let mut client = shared.database.client().await?;
    let transaction = client.transaction().await.map_err(fault)?;
    transaction.query_one(FENCE, &[&node]).await.map_err(fault)?;
    let row = transaction.query_opt(ACQUIRE, &[&key.0, &node]).await.map_err(fault)?;
    transaction.commit().await.map_err(fault)?;
    Ok(row.is_some())
}

async fn release(shared: &Shared, keys: &[i64]) -> Result<Vec<i64>, StoreError> {
    let client = shared.database.client().await?;
    let rows = client.query(RELEASE, &[&shared.membership.node(), &keys]).await;
    Ok(rows.map_err(|error| Database::fault(&error))?.iter().map(|row| row.get(0)).collect())
}
