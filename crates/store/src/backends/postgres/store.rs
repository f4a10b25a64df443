//! The store as the rest of the program sees it: opening, closing, and the flow's methods.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use hooktide_model::{Clock, IdMint, Seq, SeqSource, Timestamp};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::cluster::{self, Keeper, Leases, Membership, Nudges, Told};
use super::core::PgCore;
use super::database::Database;
use super::endpoint::DatabaseOptions;
use super::history::{KeyWindows, Partitions, PgHistory, sweep};
use super::shared::Shared;
use super::transfer::refuse_unfinished;
use super::{checks, due, schema, writer};
use crate::backends::common::queue::{Op, Prepared, PreparedReceipt, PreparedRefusal, Queue};
use crate::backends::common::{
    Retention, committed, forward_configuration, forward_history, pack_body, seal_head, stopped, uid_key,
};
use crate::vault::Vault;
use crate::{
    Accepted, Due, Flow, FlowListener, Idempotency, InHand, Load, NewMessage, NewReceipt, NewRefusal, NewRow,
    NodeState, Outcome, Store, StoreError,
};

/// How long closing waits for the writer: it may be waiting for a database that does not answer.
const CLOSING_MAX: Duration = Duration::from_secs(15);

/// How a store on PostgreSQL behaves.
pub struct PostgresOptions {
    /// Where it is.
    pub database: DatabaseOptions,
    /// Seals secrets.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long idempotency keys are remembered.
    pub idempotency_window: Duration,
    /// How long an event that a source took is recognised as the same.
    pub dedupe_window: Duration,
    /// How much history is kept.
    pub retention: Retention,
    /// The time that a partition of history takes in; `None` for what suits the retention.
    pub partition_span: Option<Duration>,
    /// What this node is called.
    pub node_name: String,
    /// How long other nodes wait for a sign of life before they take its work over.
    pub lease: Duration,
    /// Called once when nothing more can be committed, whatever the database does: the process should exit.
    pub on_fatal: Box<dyn Fn(&str) + Send + Sync>,
}

/// The nodes that share a database, without joining them.
///
/// # Errors
/// `Unavailable` when the database cannot be reached; `Database` when it has no such tables yet, or cannot be used.
pub async fn nodes(options: &DatabaseOptions) -> Result<Vec<NodeState>, StoreError> {
    cluster::nodes(&Database::open(options).await?, 0).await
}

/// One node's view of the store.
pub struct PostgresStore {
    pub(super) core: PgCore,
    pub(super) history: PgHistory,
    shared: Arc<Shared>,
    retention: Retention,
    writer: Mutex<Option<JoinHandle<()>>>,
    keeper: Mutex<Option<Keeper>>,
}

impl PostgresStore {
    /// Connect, bring the schema up to date, join the cluster, take over what nobody serves, and start the writer.
    ///
    /// # Errors
    /// When the database cannot be reached or used, was written by a newer program, or with another main secret.
    pub async fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let database = Database::open(&options.database).await?;
        for warning in checks::look(&database).await? {
            tracing::warn!("{warning}");
        }
        schema::bring_up(&database).await?;
        refuse_unfinished(&database).await?;
        let vault = Arc::new(options.vault);
        let clock = Arc::clone(&options.clock);
        let core = PgCore::over(
            database.clone(),
            Arc::clone(&vault),
            Arc::clone(&clock),
            options.idempotency_window,
        )
        .await?;
        let mint = core.mint().clone();
        let span = options.partition_span.unwrap_or_else(|| Partitions::span(options.retention.history));
        let partitions = Partitions::open(database.clone(), span, clock.now()).await?;
        let history = PgHistory::new(database.clone(), mint.clone(), Arc::clone(&vault), Arc::clone(&clock));
        let shared = Arc::new(Shared {
            database,
            vault,
            mint,
            seqs: Arc::new(SeqSource::default()),
            clock,
            partitions,
            queue: Queue::default(),
            listener: OnceLock::new(),
            writable: AtomicBool::new(true),
            scheduled: AtomicI64::new(0),
            low_water: AtomicI64::new(0),
            membership: Membership::new(options.lease),
            leases: Leases::default(),
            nudges: Nudges::default(),
            load: Told::default(),
            closing: AtomicBool::new(false),
            idempotency_window: options.idempotency_window,
            dedupe_window: options.dedupe_window,
            on_fatal: options.on_fatal,
        });
        let keeper = cluster::start(&shared, &options.node_name).await?;
        // Once more: an import that began meanwhile looks for nodes after it has left its note.
        refuse_unfinished(&shared.database).await?;
        let (ready, is_ready) = oneshot::channel();
        let thread = writer::spawn(Arc::clone(&shared), ready)
            .map_err(|error| StoreError::Database(error.to_string()))?;
        if is_ready.await.is_err() {
            return Err(StoreError::Unavailable("the database does not answer".to_owned()));
        }
        Ok(Self {
            core,
            history,
            shared,
            retention: options.retention,
            writer: Mutex::new(Some(thread)),
            keeper: Mutex::new(Some(keeper)),
        })
    }

    fn seal_receipt(&self, receipt: Option<&NewReceipt>) -> Result<Option<PreparedReceipt>, StoreError> {
        let seal = |receipt: &NewReceipt| {
            let head = seal_head(&self.shared.vault, receipt.source, &receipt.head)?;
            Ok(PreparedReceipt { source: receipt.source, head })
        };
        receipt.map(seal).transpose()
    }

    /// While the database does not answer, callers hear so at once.
    fn writable(&self) -> Result<(), StoreError> {
        if self.is_writable() || self.shared.is_closing() {
            return Ok(());
        }
        Err(StoreError::Unavailable("the database does not answer".to_owned()))
    }
}

forward_configuration!(PostgresStore, core);
forward_history!(PostgresStore, history);

impl Store for PostgresStore {
    fn mint(&self) -> &IdMint {
        &self.shared.mint
    }

    fn seqs(&self) -> &SeqSource {
        &self.shared.seqs
    }
}

#[async_trait]
impl Flow for PostgresStore {
    fn set_listener(&self, listener: Arc<dyn FlowListener>) {
        if self.shared.listener.set(listener).is_err() {
            tracing::warn!("a second listener was ignored");
        }
    }

    async fn accept(&self, message: NewMessage) -> Result<Accepted, StoreError> {
        let (body, plain_bytes) = pack_body(&message.payload);
        let uid_key = message.uid.as_ref().map(|uid| uid_key(message.app, uid.as_str()));
        let (reply, answer) = oneshot::channel();
        let targets = message.targets.clone();
        let sealed = self.writable().and_then(|()| self.seal_receipt(message.receipt.as_ref()));
        let pushed = sealed.and_then(|receipt| {
            let prepared = Prepared { message, body, plain_bytes, uid_key, receipt };
            self.shared.queue.push_accept(Box::new(prepared), reply)
        });
        if let Err(refused) = pushed {
            self.shared.tell(|listener| listener.not_committed(&targets));
            return Err(refused);
        }
        committed(answer).await
    }

    async fn refuse(&self, refusal: NewRefusal) -> Result<Seq, StoreError> {
        self.writable()?;
        let head = seal_head(&self.shared.vault, refusal.receipt.source, &refusal.receipt.head)?;
        let (body, plain_bytes) = refusal.body.map(|body| pack_body(&body)).unzip();
        let source = refusal.receipt.source;
        let plain_bytes = plain_bytes.flatten();
        let prepared = PreparedRefusal { source, head, body, plain_bytes, seq: None };
        let (reply, answer) = oneshot::channel();
        self.shared.queue.push_refusal(Box::new(prepared), reply)?;
        committed(answer).await
    }

    async fn record(&self, outcome: Outcome) {
        self.shared.queue.outcomes_have_room().await;
        if self.shared.queue.push(Op::Record(Box::new(outcome))).is_err() {
            tracing::debug!(
                "an outcome came after the store was closed: its delivery is tried by another node"
            );
        }
    }

    async fn schedule(&self, row: NewRow, idempotency: Option<Idempotency>) -> Result<(), StoreError> {
        self.writable()?;
        let (reply, answer) = oneshot::channel();
        let op = Op::Schedule { row, idempotency, settled: None, reply };
        self.shared.queue.push(op).map_err(|_| stopped())?;
        committed(answer).await
    }

    async fn due(
        &self,
        endpoint: Seq,
        now: Timestamp,
        limit: usize,
        in_hand: Arc<dyn InHand>,
    ) -> Result<(Vec<Due>, Option<Timestamp>), StoreError> {
        due::due(&self.shared, endpoint, now, limit, &*in_hand).await
    }

    async fn scheduled_endpoints(&self) -> Result<Vec<(Seq, Timestamp)>, StoreError> {
        let fault = |error| Database::fault(&error);
        let client = self.shared.database.client().await?;
        let served = self.shared.membership.served();
        let mut found = due::endpoints_of(&client, &served).await.map_err(fault)?;
        let leased = due::leased_endpoints(&client).await.map_err(fault)?;
        found.extend(leased.into_iter().map(|leased| (leased.endpoint, leased.due)));
        Ok(found)
    }

    fn scheduled_count(&self) -> u64 {
        self.shared.scheduled.load(Ordering::Acquire).max(0).unsigned_abs()
    }

    fn is_writable(&self) -> bool {
        self.shared.writable.load(Ordering::Acquire)
    }

    fn may_send(&self) -> bool {
        self.shared.membership.may_send()
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn lease(&self, key: Seq) -> Result<bool, StoreError> {
        self.shared.leases.acquire(&self.shared, key, true).await
    }

    fn note_load(&self, load: Load) {
        self.shared.load.note(&load);
    }

    async fn nodes(&self) -> Result<Vec<NodeState>, StoreError> {
        cluster::nodes(&self.shared.database, self.shared.membership.node()).await
    }

    async fn close(&self) {
        self.shared.closing.store(true, Ordering::Release);
        self.shared.queue.close();
        let Some(thread) = self.writer.lock().take() else { return };
        let ended = tokio::task::spawn_blocking(move || thread.join().is_err());
        if tokio::time::timeout(CLOSING_MAX, ended).await.is_ok_and(|ended| ended.unwrap_or(true)) {
            tracing::error!("the store's writer panicked");
        }
        if let Err(error) = cluster::hand_over(&self.shared).await {
            tracing::warn!(%error, "failed to hand over: other nodes take over when the lease has run out");
        }
        drop(self.keeper.lock().take());
    }

    async fn sweep(&self) -> Result<usize, StoreError> {
        let windows =
            KeyWindows { idempotency: self.shared.idempotency_window, dedupe: self.shared.dedupe_window };
        sweep(&self.shared.partitions, self.shared.clock.now(), self.retention, windows).await
    }
}
