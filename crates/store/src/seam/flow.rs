//! The flow's own steps: commit a message, record an outcome, read what is due.

use std::sync::Arc;

use async_trait::async_trait;
use hooktide_model::{Seq, Timestamp};

use crate::{
    Accepted, Due, FlowListener, Idempotency, InHand, Load, NewMessage, NewRefusal, NewRow, NodeState,
    Outcome, StoreError,
};

/// Durable steps of the flow. Each is one transaction shared with whatever else is committed at that moment.
#[async_trait]
pub trait Flow: Send + Sync + 'static {
    /// Who is told about commits. Must be set once, before the first message.
    fn set_listener(&self, listener: Arc<dyn FlowListener>);

    /// Commit a message with its targets and idempotency key; returns when it is flushed.
    ///
    /// Once this was polled the commit takes place even if the future is dropped. `Overloaded` and `Unavailable`
    /// mean that nothing was stored; `Taken("eventId")` and `KeyReused` as their names say. A message with a receipt
    /// whose key came before with another request is kept as a receipt of a conflict, durable when `KeyReused` is
    /// answered; the keys of such messages are remembered for a window of their own.
    async fn accept(&self, message: NewMessage) -> Result<Accepted, StoreError>;

    /// Keep a refused request; its key, when it is flushed. `Overloaded` and `Unavailable` mean that it was not kept.
    async fn refuse(&self, refusal: NewRefusal) -> Result<Seq, StoreError>;

    /// Commit an outcome: the attempt, the end of its schedule row, the next one. Returns when it is queued; waits
    /// while too much is queued. The listener hears of the commit. Never lost while the process lives: when the
    /// disk is full it waits.
    async fn record(&self, outcome: Outcome);

    /// Write a schedule row for a stored message (resend, recover), and its idempotency key with it. Returns when it is
    /// flushed. A key that is already there writes nothing: `Ok` for the same request, `KeyReused` for another.
    async fn schedule(&self, row: NewRow, idempotency: Option<Idempotency>) -> Result<(), StoreError>;

    /// The endpoint's earliest deliveries due at `now`, at most `limit`, and the due time of the next one beyond
    /// those. Rows stay until their outcome is recorded, so those the caller has in hand are passed over. A row whose
    /// outcome was recorded before the call is never given; one whose outcome is recorded *while the call runs* may
    /// be, so the caller skips what it let go of since it asked.
    async fn due(
        &self,
        endpoint: Seq,
        now: Timestamp,
        limit: usize,
        in_hand: Arc<dyn InHand>,
    ) -> Result<(Vec<Due>, Option<Timestamp>), StoreError>;

    /// Every endpoint with schedule rows and its earliest due time, for start-up.
    async fn scheduled_endpoints(&self) -> Result<Vec<(Seq, Timestamp)>, StoreError>;

    /// Deliveries in the schedule.
    fn scheduled_count(&self) -> u64;

    /// Whether commits go through at the moment.
    fn is_writable(&self) -> bool;

    /// Commit what is queued, save the low-water mark, close. Later calls answer `Unavailable`.
    async fn close(&self);

    /// Whether what this node has in hand is still its own to send: asked just before each try. Never waits.
    fn may_send(&self) -> bool {
        true
    }

    /// Whether other nodes use the same store.
    fn is_shared(&self) -> bool {
        false
    }

    /// Have the lease of that key (an endpoint's, an application's, a source's), or try to get it: one node has it at a
    /// time, until it gives it back or dies. Whether this node has it.
    async fn lease(&self, key: Seq) -> Result<bool, StoreError> {
        let _ = key;
        Ok(true)
    }

    /// What this node's load is: others may ask for it.
    fn note_load(&self, load: Load) {
        let _ = load;
    }

    /// The nodes that share the store; none where none can.
    async fn nodes(&self) -> Result<Vec<NodeState>, StoreError> {
        Ok(Vec::new())
    }

    /// Drop what retention allows to be dropped now; how many segments went. Safe to call at any time.
    async fn sweep(&self) -> Result<usize, StoreError>;
}
