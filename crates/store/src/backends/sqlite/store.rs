//! The store as the rest of the program sees it: opening, closing, and the flow's and history's methods.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use hooktide_model::{
    AppId, Attempt, AttemptId, Clock, DeliveryState, DeliveryStatus, EndpointId, IdMint, Message, MessageId,
    Page, PageRequest, Receipt, ReceiptHead, ReceiptId, Seq, SeqSource, SourceId, Timestamp,
};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::chain::Chain;
use super::chunk::{Chunk, Meta, chunk_path, create_file, get_meta, list_chunks, open_writer};
use super::core::CoreDb;
use super::history;
use super::lock::StoreLock;
use super::parts::Parts;
use super::read_back::ReadBack;
use super::retention;
use super::writer::{
    self, Op, Prepared, PreparedReceipt, PreparedRefusal, Queue, Writer, WriterSettings, WriterShared,
    store_error,
};
use crate::backends::common::{Retention, committed, fill_random, pack_body, seal_head, stopped, uid_key};
use crate::transfer::Mark;
use crate::vault::Vault;
use crate::{
    Accepted, AttemptCounts, AttemptFilter, Due, Flow, FlowListener, History, Idempotency, InHand,
    ListedAttempt, ListedMessage, Load, MessageFilter, NewMessage, NewReceipt, NewRefusal, NewRow, NodeState,
    ObjectRef, Outcome, ReceiptFilter, Store, StoreError,
};

/// How often a read is begun while retention takes chunks away.
const READ_TRIES_MAX: usize = 5;

/// The fact that is another one after each opening.
pub(super) const USE: &str = "use";

/// How a SQLite store behaves.
pub struct SqliteOptions {
    /// The main database file. History lies beside it, in a folder of the same name with `.history` added.
    pub path: PathBuf,
    /// Seals secrets.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long idempotency keys are remembered.
    pub idempotency_window: Duration,
    /// How long an event that a source took is recognised as the same.
    pub dedupe_window: Duration,
    /// Keys remembered at most; beyond these the oldest are forgotten early.
    pub idempotency_keys_max: usize,
    /// Events in a chunk.
    pub chunk_events: u64,
    /// Bytes in a chunk.
    pub chunk_bytes: u64,
    /// Age of a chunk.
    pub chunk_age: Duration,
    /// Publishes are refused when less is free (or less than 5 % of the disk, whichever is smaller).
    pub free_bytes_min: u64,
    /// How much history is kept.
    pub retention: Retention,
    /// Called once when a flush has failed and nothing more may be acknowledged: the process should exit.
    pub on_fatal: Box<dyn Fn(&str) + Send + Sync>,
}

/// The embedded store.
pub struct SqliteStore {
    pub(super) core: CoreDb,
    parts: Arc<Parts>,
    seqs: Arc<SeqSource>,
    retention: Retention,
    writer: Mutex<Option<JoinHandle<()>>>,
    opened_at: Instant,
    load: Mutex<Load>,
    /// Until it is closed, no other process opens the store.
    lock: Mutex<Option<StoreLock>>,
}

impl SqliteStore {
    /// Open or create the store, recover what a crash left, and start its writer.
    ///
    /// # Errors
    /// When a file cannot be opened, was written by a newer program, or with another main secret; when another process
    /// has the store open, or an import into it has not ended.
    pub fn open(options: SqliteOptions) -> Result<Self, StoreError> {
        let lock = StoreLock::take(&options.path)?;
        let core = CoreDb::open(
            &options.path,
            options.vault,
            Arc::clone(&options.clock),
            options.idempotency_window,
        )?;
        Mark::refuse_unfinished(core.get_meta(Mark::NAME)?.as_deref())?;
        note_use(&core)?;
        let mint = IdMint::new(&core.id_key());
        let started_at = options.clock.now();
        let folder = history_folder(&options.path);
        let (chain, mut connection) = open_chain(&folder, started_at).map_err(|error| database(&error))?;
        let recovered =
            super::recover::recover(&chain, &mut connection).map_err(|error| store_error(&error))?;
        if recovered.deliveries > 0 {
            tracing::info!(
                deliveries = recovered.deliveries,
                "deliveries that were in memory when the server ended go on"
            );
        }
        let seqs = Arc::new(SeqSource::after(core.last_seq()?.max(last_seq(&chain))));
        let shared = Arc::new(WriterShared::default());
        let scheduled: i64 =
            chain.all().iter().map(|chunk| chunk.summary.scheduled.load(Ordering::Acquire)).sum();
        shared.scheduled.store(scheduled, Ordering::Release);
        shared.low_water.store(recovered.low_water, Ordering::Release);
        let queue = Arc::new(Queue::default());
        let parts = Arc::new(Parts {
            chain: Arc::clone(&chain),
            shared: Arc::clone(&shared),
            queue: Arc::clone(&queue),
            read_back: ReadBack::default(),
            mint: mint.clone(),
            core: core.clone(),
            clock: Arc::clone(&options.clock),
        });
        let settings = WriterSettings {
            idempotency_window: options.idempotency_window,
            dedupe_window: options.dedupe_window,
            idempotency_keys_max: options.idempotency_keys_max,
            chunk_events: options.chunk_events.max(1),
            chunk_bytes: options.chunk_bytes,
            chunk_age: options.chunk_age,
            free_bytes_min: options.free_bytes_min,
            on_fatal: options.on_fatal,
        };
        let mut writer =
            Writer::new(connection, chain, (Arc::clone(&seqs), mint), options.clock, settings, shared, queue);
        writer.sealer = writer::seal_leftovers(&parts.chain).map_err(|error| database(&error))?;
        let thread = writer::spawn(writer).map_err(|error| StoreError::Database(error.to_string()))?;
        Ok(Self {
            core,
            parts,
            seqs,
            retention: options.retention,
            writer: Mutex::new(Some(thread)),
            opened_at: Instant::now(),
            load: Mutex::default(),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// The inner parts.
    #[cfg(test)]
    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    fn seal_receipt(&self, receipt: Option<&NewReceipt>) -> Result<Option<PreparedReceipt>, StoreError> {
        let seal = |receipt: &NewReceipt| {
            let head = seal_head(self.core.vault(), receipt.source, &receipt.head)?;
            Ok(PreparedReceipt { source: receipt.source, head })
        };
        receipt.map(seal).transpose()
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Parts) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let parts = Arc::clone(&self.parts);
        let done = tokio::task::spawn_blocking(move || read_again_when_dropped(&parts, work)).await;
        done.map_err(|error| StoreError::Database(error.to_string()))?.map_err(|error| database(&error))
    }
}

/// Retention may unlink a chunk between a reader's look at the chain and its opening of the file: then look again.
fn read_again_when_dropped<T>(
    parts: &Parts,
    work: impl Fn(&Parts) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    for _ in 1..READ_TRIES_MAX {
        let removals = parts.chain.removals();
        match work(parts) {
            Err(_) if parts.chain.removals() != removals => {}
            done => return done,
        }
    }
    work(parts)
}

/// From now on the store may change: whoever looked at it before has an old picture.
fn note_use(core: &CoreDb) -> Result<(), StoreError> {
    let mut nonce = [0; 16];
    fill_random(&mut nonce);
    core.put_meta(USE, &nonce)
}

fn database(error: &rusqlite::Error) -> StoreError {
    StoreError::Database(error.to_string())
}

/// `…/hooktide.db` keeps its history in `…/hooktide.db.history/`.
pub(super) fn history_folder(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".history");
    PathBuf::from(name)
}

pub(super) fn open_chain(
    folder: &Path,
    now: Timestamp,
) -> rusqlite::Result<(Arc<Chain>, rusqlite::Connection)> {
    let io = |error: std::io::Error| {
        rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
            Some(format!("{}: {error}", folder.display())),
        )
    };
    if !folder.exists() {
        std::fs::create_dir_all(folder).map_err(io)?;
        // So that the new folder survives a power cut.
        let parent =
            folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(parent).and_then(|parent| parent.sync_all()).map_err(io)?;
    }
    let mut numbers = list_chunks(folder).map_err(io)?;
    if numbers.is_empty() {
        let first_seq = Seq::first_at(now).0;
        create_file(&chunk_path(folder, 1), first_seq, first_seq)?;
        numbers.push(1);
    }
    let mut chunks = Vec::with_capacity(numbers.len());
    for number in numbers {
        chunks.push(Arc::new(Chunk::load(folder, number)?));
    }
    // A sealed last chunk means that the file after it is gone: go on after what is left.
    if let Some(last) = chunks.last().filter(|last| last.is_sealed()) {
        let first_seq = Seq::first_at(now).0.max(last.summary.last_seq.load(Ordering::Acquire) + 1);
        let number = last.number + 1;
        let low_water = get_meta(&open_writer(&last.path)?, Meta::LOW_WATER)?.unwrap_or(first_seq);
        create_file(&chunk_path(folder, number), first_seq, low_water)?;
        chunks.push(Arc::new(Chunk::load(folder, number)?));
    }
    let chain = Arc::new(Chain::new(chunks));
    let connection = open_writer(&chain.open().path)?;
    Ok((chain, connection))
}

/// The largest key in history.
pub(super) fn last_seq(chain: &Chain) -> Seq {
    let of_chunk = |chunk: &Arc<Chunk>| {
        let messages = chunk.summary.last_seq.load(Ordering::Acquire).max(chunk.summary.first_seq);
        messages.max(chunk.summary.attempt_max.load(Ordering::Acquire))
    };
    Seq(chain.all().iter().map(of_chunk).max().unwrap_or(0))
}

impl Store for SqliteStore {
    fn mint(&self) -> &IdMint {
        &self.parts.mint
    }

    fn seqs(&self) -> &SeqSource {
        &self.seqs
    }
}

#[async_trait]
impl Flow for SqliteStore {
    fn set_listener(&self, listener: Arc<dyn FlowListener>) {
        if self.parts.shared.listener.set(listener).is_err() {
            tracing::warn!("a second listener was ignored");
        }
    }

    async fn accept(&self, message: NewMessage) -> Result<Accepted, StoreError> {
        let (body, plain_bytes) = pack_body(&message.payload);
        let uid_key = message.uid.as_ref().map(|uid| uid_key(message.app, uid.as_str()));
        let (reply, answer) = oneshot::channel();
        let targets = message.targets.clone();
        let sealed = self.seal_receipt(message.receipt.as_ref());
        let pushed = sealed.and_then(|receipt| {
            let prepared = Prepared { message, body, plain_bytes, uid_key, receipt };
            self.parts.queue.push_accept(Box::new(prepared), reply)
        });
        if let Err(refused) = pushed {
            if let Some(listener) = self.parts.shared.listener.get() {
                listener.not_committed(&targets);
            }
            return Err(refused);
        }
        committed(answer).await
    }

    async fn refuse(&self, refusal: NewRefusal) -> Result<Seq, StoreError> {
        let head = seal_head(self.core.vault(), refusal.receipt.source, &refusal.receipt.head)?;
        let (body, plain_bytes) = refusal.body.map(|body| pack_body(&body)).unzip();
        let source = refusal.receipt.source;
        let plain_bytes = plain_bytes.flatten();
        let prepared = PreparedRefusal { source, head, body, plain_bytes, seq: None };
        let (reply, answer) = oneshot::channel();
        self.parts.queue.push_refusal(Box::new(prepared), reply)?;
        committed(answer).await
    }

    async fn record(&self, outcome: Outcome) {
        self.parts.queue.outcomes_have_room().await;
        if self.parts.queue.push(Op::Record(Box::new(outcome))).is_err() {
            tracing::debug!(
                "an outcome came after the store was closed: its delivery is found at the next start"
            );
        }
    }

    async fn schedule(&self, row: NewRow, idempotency: Option<Idempotency>) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        let op = Op::Schedule { row, idempotency, settled: None, reply };
        self.parts.queue.push(op).map_err(|_| stopped())?;
        committed(answer).await
    }

    async fn due(
        &self,
        endpoint: Seq,
        now: Timestamp,
        limit: usize,
        in_hand: Arc<dyn InHand>,
    ) -> Result<(Vec<Due>, Option<Timestamp>), StoreError> {
        self.read(move |parts| super::due::due(parts, endpoint, now, limit, &*in_hand)).await
    }

    async fn scheduled_endpoints(&self) -> Result<Vec<(Seq, Timestamp)>, StoreError> {
        self.read(super::due::scheduled_endpoints).await
    }

    fn scheduled_count(&self) -> u64 {
        let hidden = i64::try_from(self.parts.shared.tombstones.len()).unwrap_or(i64::MAX);
        (self.parts.shared.scheduled.load(Ordering::Acquire) - hidden).max(0).unsigned_abs()
    }

    fn is_writable(&self) -> bool {
        self.parts.shared.writable.load(Ordering::Acquire)
    }

    fn note_load(&self, load: Load) {
        *self.load.lock() = load;
    }

    /// The one that there is.
    async fn nodes(&self) -> Result<Vec<NodeState>, StoreError> {
        Ok(vec![NodeState {
            id: 1,
            name: "embedded".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            holder: Some(1),
            is_self: true,
            age_s: self.opened_at.elapsed().as_secs_f64(),
            heard_of_s: 0.0,
            waiting: self.scheduled_count(),
            oldest_waiting: self.scheduled_endpoints().await?.iter().map(|(_, due)| *due).min(),
            leases: 0,
            load: self.load.lock().clone(),
        }])
    }

    async fn close(&self) {
        self.parts.queue.close();
        let Some(thread) = self.writer.lock().take() else { return };
        if tokio::task::spawn_blocking(move || thread.join().is_err()).await.unwrap_or(true) {
            tracing::error!("the store's writer panicked");
        }
        drop(self.lock.lock().take());
    }

    async fn sweep(&self) -> Result<usize, StoreError> {
        let (parts, retention) = (Arc::clone(&self.parts), self.retention);
        let done = tokio::task::spawn_blocking(move || retention::sweep(&parts, retention)).await;
        done.map_err(|error| StoreError::Database(error.to_string()))?
            .map_err(|error| StoreError::Database(format!("failed to drop old history: {error}")))
    }
}

#[async_trait]
impl History for SqliteStore {
    async fn message(
        &self,
        app: AppId,
        message: &ObjectRef<MessageId>,
        with_payload: bool,
    ) -> Result<Option<Message>, StoreError> {
        let message = message.clone();
        self.read(move |parts| history::message(parts, app, &message, with_payload)).await
    }

    async fn messages(&self, app: AppId, filter: MessageFilter) -> Result<Page<Message>, StoreError> {
        self.read(move |parts| history::messages(parts, app, &filter)).await
    }

    async fn messages_of_endpoint(
        &self,
        endpoint: EndpointId,
        status: Option<DeliveryStatus>,
        filter: MessageFilter,
    ) -> Result<Page<ListedMessage>, StoreError> {
        self.read(move |parts| history::messages_of_endpoint(parts, endpoint, status, &filter)).await
    }

    async fn attempt(&self, message: MessageId, attempt: AttemptId) -> Result<Option<Attempt>, StoreError> {
        self.read(move |parts| history::attempt(parts, message, attempt)).await
    }

    async fn attempts_of_endpoint(
        &self,
        endpoint: EndpointId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError> {
        self.read(move |parts| history::attempts_of_endpoint(parts, endpoint, &filter)).await
    }

    async fn attempts_of_message(
        &self,
        message: MessageId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError> {
        self.read(move |parts| history::attempts_of_message(parts, message, &filter)).await
    }

    async fn deliveries(
        &self,
        message: MessageId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<DeliveryState>, StoreError> {
        self.read(move |parts| history::deliveries(parts, message, &page)).await
    }

    async fn attempt_counts(
        &self,
        endpoint: EndpointId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<AttemptCounts, StoreError> {
        self.read(move |parts| history::attempt_counts(parts, endpoint, since, until)).await
    }

    async fn receipt(&self, source: SourceId, receipt: ReceiptId) -> Result<Option<Receipt>, StoreError> {
        self.read(move |parts| history::receipt(parts, source, receipt)).await
    }

    async fn receipt_head(&self, message: MessageId) -> Result<Option<ReceiptHead>, StoreError> {
        self.read(move |parts| history::receipt_head(parts, message)).await
    }

    async fn receipts(&self, source: SourceId, filter: ReceiptFilter) -> Result<Page<Receipt>, StoreError> {
        self.read(move |parts| history::receipts(parts, source, &filter)).await
    }

    async fn expunge_payload(&self, app: AppId, message: MessageId) -> Result<(), StoreError> {
        let found = self.read(move |parts| history::expunge_payload(parts, app, message)).await?;
        if found { Ok(()) } else { Err(StoreError::Missing) }
    }

    async fn expunge_response(&self, message: MessageId, attempt: AttemptId) -> Result<(), StoreError> {
        let found = self.read(move |parts| history::expunge_response(parts, message, attempt)).await?;
        if found { Ok(()) } else { Err(StoreError::Missing) }
    }
}
