//! Who may use which connection, and when: one writer, a few readers, both off the async threads.
//!
//! Callers wait their turn as tasks, not as blocked threads. What must stay true: a method that has begun its
//! transaction ends it even if its caller goes away; after a failed flush nothing is written any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use rusqlite::{Connection, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::fault::Fault;
use crate::StoreError;

/// Reading connections. Reads take microseconds, so a few serve thousands a second.
pub(super) const READERS: usize = 4;
/// Calls that may wait for the writer; more are told to come back. Each holds one object of the API.
const WRITES_WAITING_MAX: usize = 1024;
/// Calls that may wait for a reader.
const READS_WAITING_MAX: usize = 8192;

/// The queue before the connections of one kind.
#[derive(Debug)]
struct Gate {
    room: Semaphore,
    turns: Arc<Semaphore>,
}

/// The right to use a connection. Room in the queue comes back when the caller goes, the turn when the work is done.
struct Turn<'a> {
    _room: SemaphorePermit<'a>,
    permit: OwnedSemaphorePermit,
}

impl Gate {
    fn new(turns: usize, waiting_max: usize) -> Self {
        Self { room: Semaphore::new(turns + waiting_max), turns: Arc::new(Semaphore::new(turns)) }
    }

    async fn enter(&self) -> Result<Turn<'_>, StoreError> {
        let room = self.room.try_acquire().map_err(|_| StoreError::Overloaded)?;
        let permit = Arc::clone(&self.turns).acquire_owned().await.expect("the gate is never closed");
        Ok(Turn { _room: room, permit })
    }
}

/// The connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    gate: Gate,
    connection: Mutex<Connection>,
    flush_failed: AtomicBool,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            gate: Gate::new(1, WRITES_WAITING_MAX),
            connection: Mutex::new(connection),
            flush_failed: AtomicBool::new(false),
        }
    }

    /// Run `step` as one transaction, flushed when this returns `Ok`.
    pub(super) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        step: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = self.gate.enter().await?;
        let (writer, permit) = (Arc::clone(self), turn.permit);
        let work = move || {
            let _permit = permit;
            writer.write_blocking(step)
        };
        finish(tokio::task::spawn_blocking(work)).await
    }

    /// The same on the caller's own thread, which must not be an async one.
    pub(super) fn write_blocking<T>(
        &self,
        step: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection.lock();
        if self.flush_failed.load(Ordering::Acquire) {
            let text =
                "an earlier flush failed, and what it wrote is unknown: restart after checking the disk";
            return Err(StoreError::Unavailable(text.to_owned()));
        }
        transact(&mut connection, step).map_err(|fault| {
            if fault.is_failed_flush() {
                self.flush_failed.store(true, Ordering::Release);
                tracing::error!(?fault, "a flush of the configuration failed: no more writes are taken");
            }
            fault.into()
        })
    }

    /// Whether a flush failed since the start.
    pub(super) fn has_failed(&self) -> bool {
        self.flush_failed.load(Ordering::Acquire)
    }
}

/// The writing connection begins with `IMMEDIATE`, so no statement of `step` fails half-way for want of the lock.
fn transact<T>(
    connection: &mut Connection,
    step: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let transaction = connection.transaction()?;
    let done = step(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// The connections that read.
#[derive(Debug)]
pub(super) struct Readers {
    gate: Gate,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self { gate: Gate::new(connections.len(), READS_WAITING_MAX), idle: Mutex::new(connections) }
    }

    /// Run `step` on one snapshot of the database.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        step: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = self.gate.enter().await?;
        let (readers, permit) = (Arc::clone(self), turn.permit);
        let work = move || {
            let connection = readers.idle.lock().pop();
            let mut lent = Lent { connection, readers, _permit: permit };
            let connection = lent.connection.as_mut().expect("there are as many turns as connections");
            let transaction = connection.transaction().map_err(Fault::from)?;
            // Dropped, not committed: there is nothing to commit.
            step(&transaction).map_err(StoreError::from)
        };
        finish(tokio::task::spawn_blocking(work)).await
    }
}

/// A reading connection that goes back also when the work panics; the turn ends only after that.
struct Lent {
    connection: Option<Connection>,
    readers: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.readers.idle.lock().extend(self.connection.take());
    }
}

async fn finish<T>(task: tokio::task::JoinHandle<Result<T, StoreError>>) -> Result<T, StoreError> {
    match task.await {
        Ok(outcome) => outcome,
        Err(error) if error.is_cancelled() => {
            Err(StoreError::Unavailable("the store is stopping".to_owned()))
        }
        Err(error) => Err(StoreError::Database(format!("a step of the store panicked: {error}"))),
    }
}

#[cfg(test)]
mod tests;
