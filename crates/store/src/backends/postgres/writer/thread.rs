//! The loop: take a group, commit it, answer.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use hooktide_model::{Seq, Timestamp, Trigger};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;
use tokio::time::Instant;

use tokio_postgres::error::SqlState;

use super::columns::Row;
use super::commit::{Committed, Failure, commit};
use super::doubt::{Doubt, Truth};
use super::keys::Keys;
use super::line::Line;
use super::step::Step;
use crate::backends::common::outstanding::Outstanding;
use crate::backends::common::queue::Op;
use crate::backends::postgres::database::Database;
use crate::backends::postgres::shared::Shared;
use crate::{ScheduleRow, StoreError};

/// How long the thread waits for work before it looks around.
const TICK: Duration = Duration::from_millis(100);
/// Pause while nothing can be committed: callers are refused that late.
const AWAY_PAUSE: Duration = Duration::from_millis(50);
/// Looks at the start whether it can commit, a pause between them.
const FIRST_LOOKS_MAX: usize = 200;
/// How long the making of a connection is waited for at a time.
const CONNECT_STEP: Duration = Duration::from_millis(100);
/// Between two tries to connect: doubled from the first to the second.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// A commit that takes longer shows that the database does not answer: new callers are refused at once.
const SILENCE_MAX: Duration = Duration::from_secs(2);
/// A delivery that waits longer in memory gets a schedule row, so that the low-water mark can pass it.
const MEMORY_ONLY_MAX: Duration = Duration::from_secs(4);
/// Rows for such deliveries that go with one group.
const BACKED_PER_GROUP: usize = 512;
/// Rows for them in a transaction of their own.
const BACKED_ALONE: usize = 4096;
/// Tries to commit while the store is closing, a pause after each. What is left over is found by whoever adopts it.
const CLOSING_TRIES_MAX: usize = 40;

type Opening = Pin<Box<dyn Future<Output = Result<Line, StoreError>> + Send>>;

/// The thread's state.
pub(in super::super) struct Writer {
    pub(super) shared: Arc<Shared>,
    runtime: Runtime,
    line: Option<Line>,
    opening: Option<Opening>,
    retry_at: Instant,
    retry_after: Duration,
    pub(super) outstanding: Outstanding,
    doubt: Option<Doubt>,
    generation: u64,
    /// The life that it writes for.
    pub(super) node: i64,
    /// Where connections of the pool live.
    main: Handle,
    pub(super) last_seq: Seq,
}

/// Start the thread.
///
/// `ready` hears when it can commit; it is dropped when that was not to be had in time.
pub(in super::super) fn spawn(
    shared: Arc<Shared>,
    ready: oneshot::Sender<()>,
) -> std::io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let writer = Writer {
        generation: shared.membership.generation(),
        node: shared.membership.node(),
        main: Handle::current(),
        shared,
        runtime,
        line: None,
        opening: None,
        retry_at: Instant::now(),
        retry_after: RETRY.0,
        outstanding: Outstanding::default(),
        doubt: None,
        last_seq: Seq::MIN,
    };
    std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || writer.run(ready))
}

impl Writer {
    fn run(mut self, ready: oneshot::Sender<()>) {
        let mut looks = 0;
        while !self.is_ready() && looks < FIRST_LOOKS_MAX {
            looks += 1;
            std::thread::park_timeout(AWAY_PAUSE);
        }
        if looks == FIRST_LOOKS_MAX {
            return;
        }
        // Whoever opened the store may have gone.
        let _ = ready.send(());
        let mut failed_tries = 0;
        while let Some(group) = self.shared.queue.take(TICK) {
            self.follow_membership();
            if self.is_ready() {
                self.turn(group, false);
                self.advance_mark();
                continue;
            }
            self.put_off(group, &away());
            if self.shared.queue.is_closed() {
                failed_tries += 1;
                if failed_tries >= CLOSING_TRIES_MAX {
                    tracing::error!(
                        "closing without the database: another node, or the next start, tries the last deliveries again"
                    );
                    break;
                }
            }
            std::thread::park_timeout(AWAY_PAUSE);
        }
        self.finish();
    }

    /// This node may have become another one meanwhile: then what it had in memory is another's.
    fn follow_membership(&mut self) {
        let generation = self.shared.membership.generation();
        if generation == self.generation {
            return;
        }
        self.generation = generation;
        self.node = self.shared.membership.node();
        self.outstanding = Outstanding::default();
        if let Some(doubt) = self.doubt.take() {
            self.forget(doubt.steps);
        }
        self.shared.tell(|listener| listener.disowned());
        self.shared.membership.acknowledge(generation);
    }

    /// Whether groups can be committed: there is a connection, and nothing is in doubt.
    fn is_ready(&mut self) -> bool {
        if self.line.as_ref().is_some_and(|line| line.client.is_closed()) {
            self.lose_line();
        }
        if self.line.is_none() && !self.connect() {
            return false;
        }
        if self.shared.membership.is_lost() {
            return false;
        }
        if self.doubt.is_some() && !self.resolve_doubt() {
            return false;
        }
        if !self.shared.writable.swap(true, Ordering::AcqRel) {
            tracing::info!("the database answers: publishes are accepted");
        }
        true
    }

    fn connect(&mut self) -> bool {
        if self.opening.is_none() {
            if Instant::now() < self.retry_at {
                return false;
            }
            let database = self.shared.database.clone();
            self.opening = Some(Box::pin(async move { Line::open(&database).await }));
        }
        let Some(opening) = &mut self.opening else { return false };
        let opened = self.runtime.block_on(async { tokio::time::timeout(CONNECT_STEP, opening).await });
        let Ok(opened) = opened else { return false };
        self.opening = None;
        match opened {
            Ok(line) => {
                self.line = Some(line);
                self.retry_after = RETRY.0;
                self.shared.database.note_away(false);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "failed to connect to the database, trying again");
                self.shared.database.note_away(true);
                self.retry_at = Instant::now() + self.retry_after;
                self.retry_after = (self.retry_after * 2).min(RETRY.1);
                false
            }
        }
    }

    fn lose_line(&mut self) {
        self.line = None;
        self.retry_at = Instant::now();
        if self.shared.writable.swap(false, Ordering::AcqRel) {
            tracing::error!("the connection to the database was lost: publishes get 503 until it is back");
        }
    }

    fn resolve_doubt(&mut self) -> bool {
        let (Some(doubt), Some(line)) = (&self.doubt, &self.line) else { return false };
        match self.runtime.block_on(doubt.resolve(line)) {
            Ok(None) => false,
            Ok(Some(truth)) => {
                let Some(Doubt { steps, backing, .. }) = self.doubt.take() else { return true };
                match truth {
                    Truth::Stored => {
                        // What came of each row is known; how many ended rows there were is counted anew.
                        self.after_commit(steps, &backing, 0);
                        self.shared.membership.recount();
                    }
                    Truth::Nothing => self.undone(steps),
                }
                true
            }
            Err(error) => {
                tracing::warn!(error = %Database::fault(&error), "failed to learn what became of the last commit, asking again");
                false
            }
        }
    }

    /// Commit the steps, and rows for deliveries that have waited long.
    fn turn(&mut self, group: Vec<Op>, alone: bool) {
        let mut steps: Vec<Step> =
            group.into_iter().filter_map(|op| Step::of(op, &self.shared, &self.outstanding)).collect();
        let (mut keys, deferred) = Keys::collect(&mut steps);
        if !deferred.is_empty() {
            self.shared.queue.give_back_steps(deferred.into_iter().filter_map(Step::queued_again).collect());
        }
        let backing = if alone { Vec::new() } else { self.old_deliveries(&steps) };
        if steps.is_empty() && backing.is_empty() {
            return;
        }
        match self.commit(&mut steps, &mut keys, &backing) {
            Ok(done) => self.after_commit(steps, &backing, done.scheduled_by),
            Err(failure) => self.failed(failure, steps, backing, alone),
        }
    }

    fn commit(&mut self, steps: &mut [Step], keys: &mut Keys, backing: &[Row]) -> Result<Committed, Failure> {
        self.ensure_partitions();
        let Self { shared, line, runtime, node, .. } = self;
        let line = line.as_ref().expect("a group is only taken with a connection");
        runtime.block_on(async {
            let mut committing = std::pin::pin!(commit(line, shared, *node, steps, keys, backing));
            let began = Instant::now();
            loop {
                if let Ok(done) = tokio::time::timeout(TICK, &mut committing).await {
                    return done;
                }
                if began.elapsed() > SILENCE_MAX {
                    if shared.writable.swap(false, Ordering::AcqRel) {
                        tracing::error!("the database does not answer: publishes get 503 until it does");
                    }
                    refuse_waiting(shared);
                }
            }
        })
    }

    /// Partitions for the group's keys. Made with connections of the pool, which live where those do who also use them.
    fn ensure_partitions(&self) {
        let last = self.shared.seqs.last();
        if self.shared.partitions.covers(last) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let making = self.main.spawn(async move { shared.partitions.ensure(last).await });
        match self.runtime.block_on(making) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "failed to make partitions of history"),
            Err(error) => tracing::warn!(%error, "failed to make partitions of history"),
        }
    }

    fn reload_partitions(&self) {
        let shared = Arc::clone(&self.shared);
        let reading = self.main.spawn(async move { shared.partitions.reload().await });
        if let Ok(Err(error)) = self.runtime.block_on(reading) {
            tracing::warn!(%error, "failed to read the partitions of history");
        }
    }

    fn failed(&mut self, failure: Failure, mut steps: Vec<Step>, backing: Vec<Row>, alone: bool) {
        match failure {
            Failure::Fenced => {
                self.shared.membership.lost(self.generation);
                self.put_off_steps(steps, &away());
            }
            Failure::Lost(error) => {
                tracing::warn!(error = %Database::fault(&error), "the connection to the database was lost");
                self.lose_line();
                self.put_off_steps(steps, &away());
            }
            Failure::InDoubt(error) => {
                let error = Database::fault(&error);
                tracing::warn!(%error, "the connection to the database was lost while a commit was under way");
                let session = self.line.as_ref().map(|line| line.session.clone());
                self.lose_line();
                steps.iter_mut().for_each(|step| step.answer(&away()));
                let session = session.expect("the group was sent over a connection");
                self.doubt = Some(Doubt { steps, backing, node: self.node, session });
            }
            Failure::Refused(error) if error.code() == Some(&SqlState::CHECK_VIOLATION) => {
                // Another node has dropped a partition that is known here.
                self.reload_partitions();
                self.put_off_steps(steps, &StoreError::Unavailable("history is being cut anew".to_owned()));
            }
            Failure::Refused(error) => match Database::fault(&error) {
                StoreError::Unavailable(why) => {
                    tracing::error!(error = %why, "the database cannot commit now, trying again");
                    self.shared.writable.store(false, Ordering::Release);
                    self.put_off_steps(steps, &StoreError::Unavailable(why));
                    std::thread::park_timeout(AWAY_PAUSE);
                }
                // One of them cannot be stored: the others must not suffer for it.
                _ if !alone => {
                    for op in steps.into_iter().filter_map(Step::queued_again) {
                        self.turn(vec![op], true);
                    }
                }
                error => self.give_up(steps, &error),
            },
        }
    }

    /// What cannot be stored by itself is refused; an outcome is lost, so its delivery will be tried again.
    fn give_up(&self, mut steps: Vec<Step>, error: &StoreError) {
        tracing::error!(%error, "the database refuses a step: this is a bug in Hooktide, please report it");
        steps.iter_mut().for_each(|step| step.answer(error));
        self.forget(steps);
    }

    /// Nothing of these was stored. Their callers know that it may be so; outcomes are written again: what was sent is
    /// still this node's to record, and its lane holds it until then.
    fn undone(&self, steps: Vec<Step>) {
        let (outcomes, others): (Vec<Step>, Vec<Step>) =
            steps.into_iter().partition(|step| matches!(step, Step::Record { .. }));
        self.forget(others);
        self.shared.queue.give_back_steps(outcomes.into_iter().filter_map(Step::queued_again).collect());
    }

    /// Nothing of these steps was stored or will be.
    fn forget(&self, steps: Vec<Step>) {
        for mut step in steps {
            step.answer(&away());
            if let Step::Accept(accept) = step {
                self.shared.tell(|listener| listener.not_committed(&accept.prepared.message.targets));
            }
        }
    }

    fn put_off_steps(&self, steps: Vec<Step>, error: &StoreError) {
        self.put_off(steps.into_iter().filter_map(Step::queued_again).collect(), error);
    }

    /// Nothing of these was stored: outcomes wait for better times, the others are told.
    fn put_off(&self, steps: Vec<Op>, error: &StoreError) {
        let (outcomes, callers): (Vec<Op>, Vec<Op>) =
            steps.into_iter().partition(|op| matches!(op, Op::Record(_)));
        refuse(&self.shared, callers, error);
        self.shared.queue.give_back_steps(outcomes);
    }

    /// Rows for deliveries that have waited long in memory, but for those that the group itself ends.
    fn old_deliveries(&self, steps: &[Step]) -> Vec<Row> {
        let at_most = if steps.is_empty() { BACKED_ALONE } else { BACKED_PER_GROUP };
        self.backing_rows(self.shared.clock.now().minus(MEMORY_ONLY_MAX), at_most, steps)
    }

    fn backing_rows(&self, limit: Timestamp, at_most: usize, steps: &[Step]) -> Vec<Row> {
        let old = self.outstanding.older_than(limit, at_most);
        if old.is_empty() {
            return Vec::new();
        }
        let ended: HashSet<(Seq, Seq)> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Record { outcome, .. } => Some((outcome.message, outcome.endpoint)),
                Step::Accept(_) | Step::Refuse { .. } | Step::Schedule(_) => None,
            })
            .collect();
        let node = self.node;
        old.into_iter()
            .filter(|delivery| !ended.contains(delivery))
            .map(|(message, endpoint)| {
                // Due since the message was accepted: an attempt that serves it cannot be older than that.
                let id = self.shared.seqs.next(self.shared.clock.now()).0;
                let key = ScheduleRow { segment: node, due: message.time(), id };
                Row { key, endpoint, message, tries: 0, trigger: Trigger::Scheduled }
            })
            .collect()
    }

    /// No message of this node below the mark is only in memory. Between groups, no key is on its way to the database.
    fn advance_mark(&self) {
        if self.doubt.is_some() {
            return;
        }
        let next = self.shared.seqs.next(self.shared.clock.now());
        self.shared.low_water.store(self.outstanding.low_water(next).0, Ordering::Release);
    }

    /// The queue is closed and empty: leave rows for everything that is only in memory.
    fn finish(mut self) {
        while self.is_ready() {
            let backing = self.backing_rows(Timestamp::MAX, BACKED_ALONE, &[]);
            if backing.is_empty() {
                break;
            }
            match self.commit(&mut [], &mut Keys::default(), &backing) {
                Ok(done) => self.after_commit(Vec::new(), &backing, done.scheduled_by),
                Err(failure) => {
                    self.failed(failure, Vec::new(), backing, true);
                    break;
                }
            }
        }
        self.advance_mark();
        self.shared.writable.store(false, Ordering::Release);
    }
}

impl Drop for Writer {
    /// However the thread ends, nobody waits for it any longer.
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.shared.on_fatal)("the store's writer panicked");
        }
        self.shared.writable.store(false, Ordering::Release);
        let left = self.shared.queue.shut();
        refuse(&self.shared, left, &StoreError::Unavailable("the store has stopped".to_owned()));
    }
}

/// Those who wait behind a commit that does not end.
fn refuse_waiting(shared: &Shared) {
    refuse(shared, shared.queue.take_callers(), &away());
}

/// Tell callers that nothing was stored. Outcomes are dropped.
fn refuse(shared: &Shared, steps: Vec<Op>, error: &StoreError) {
    let text = || StoreError::Unavailable(error.to_string());
    for step in steps {
        match step {
            Op::Accept(prepared, reply) => {
                shared.tell(|listener| listener.not_committed(&prepared.message.targets));
                drop(reply.send(Err(text())));
            }
            Op::Refuse(_, reply) => drop(reply.send(Err(text()))),
            Op::Schedule { reply, .. } => drop(reply.send(Err(text()))),
            Op::Record(_) => {}
        }
    }
}

fn away() -> StoreError {
    StoreError::Unavailable("the database does not answer".to_owned())
}
