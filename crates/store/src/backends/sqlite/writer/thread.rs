//! The loop: take a group, commit it, answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use hooktide_model::{Clock, IdMint, ReceiptOutcome, Seq, SeqSource, Timestamp};
use rusqlite::Connection;
use smallvec::SmallVec;

use super::super::chain::Chain;
use super::super::chunk::{AttemptEntry, Chunk, MessageEntry, Meta, ScheduleChange, put_meta, type_hash};
use super::apply::settle;
use super::checkpoint::Checkpoints;
use super::effects::{Effects, Scheduled, Tombstone};
use super::failure::{Severity, severity, store_error};
use super::receipts::Kept;
use super::tombstones::Tombstones;
use crate::backends::common::outstanding::Outstanding;
use crate::backends::common::queue::{Op, Queue};
use crate::{Accepted, DeliverySource, FlowListener, NewRow, Outcome, Placement, StoreError};

/// How long the thread waits for work before it looks at the clock.
const TICK: Duration = Duration::from_millis(100);
/// Time between saves of the low-water mark.
const LOW_WATER_EVERY: Duration = Duration::from_secs(1);
/// Pause after a commit found no room.
const NO_ROOM_PAUSE: Duration = Duration::from_millis(100);
/// Commits that may find no room while the store is closing, a pause after each: then it closes all the same. What is
/// left over is found by the next start.
const CLOSING_TRIES_MAX: usize = 30;
/// Urls whose row in the open chunk is remembered.
pub(super) const URLS_REMEMBERED_MAX: usize = 10_000;

/// How the writer behaves.
pub(in super::super) struct WriterSettings {
    /// How long idempotency keys are remembered.
    pub(in super::super) idempotency_window: Duration,
    /// How long an event that a source took is recognised.
    pub(in super::super) dedupe_window: Duration,
    /// Keys remembered at most.
    pub(in super::super) idempotency_keys_max: usize,
    /// Events after which a chunk is full.
    pub(in super::super) chunk_events: u64,
    /// Bytes after which a chunk is full.
    pub(in super::super) chunk_bytes: u64,
    /// Age after which a chunk with anything in it is full.
    pub(in super::super) chunk_age: Duration,
    /// Publishes are refused when less is free on the disk (or less than 5 % of it, whichever is smaller).
    pub(in super::super) free_bytes_min: u64,
    /// Called once when nothing more may be acknowledged.
    pub(in super::super) on_fatal: Box<dyn Fn(&str) + Send + Sync>,
}

/// What other threads see of the writer.
#[derive(Default)]
pub(in super::super) struct WriterShared {
    /// Who is told about commits.
    pub(in super::super) listener: OnceLock<Arc<dyn FlowListener>>,
    /// Whether commits go through.
    pub(in super::super) writable: AtomicBool,
    /// Rows in all schedules.
    pub(in super::super) scheduled: AtomicI64,
    /// The low-water mark as saved: no message below it needs its row for a delivery that is only in memory.
    pub(in super::super) low_water: AtomicI64,
    /// Rows hidden and not yet deleted.
    pub(in super::super) tombstones: Tombstones,
}

/// The thread's state.
pub(in super::super) struct Writer {
    pub(in super::super) connection: Connection,
    pub(in super::super) open: Arc<Chunk>,
    pub(in super::super) chain: Arc<Chain>,
    pub(super) urls: HashMap<Arc<str>, i64>,
    pub(super) seqs: Arc<SeqSource>,
    pub(super) mint: IdMint,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: WriterSettings,
    pub(super) shared: Arc<WriterShared>,
    pub(super) queue: Arc<Queue>,
    pub(super) outstanding: Outstanding,
    pub(super) last_seq: Seq,
    pub(super) events: u64,
    pub(super) opened_at: Timestamp,
    pub(super) is_large: bool,
    pub(super) low_water_saved_at: Timestamp,
    pub(super) buried: Vec<Tombstone>,
    pub(super) buried_at: Timestamp,
    pub(super) sealed_at: Timestamp,
    pub(super) disk_checked_at: Timestamp,
    pub(super) disk_is_low: bool,
    pub(super) checkpoints: Checkpoints,
    pub(super) failed: bool,
    pub(in super::super) sealer: Option<JoinHandle<()>>,
}

/// Start the thread.
pub(in super::super) fn spawn(writer: Writer) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || writer.run())
}

impl Writer {
    /// A writer over the open chunk.
    pub(in super::super) fn new(
        connection: Connection,
        chain: Arc<Chain>,
        ids: (Arc<SeqSource>, IdMint),
        clock: Arc<dyn Clock>,
        settings: WriterSettings,
        shared: Arc<WriterShared>,
        queue: Arc<Queue>,
    ) -> Self {
        let open = chain.open();
        let now = clock.now();
        let events =
            open.index.read().as_ref().map_or(0, |index| index.events().max(index.attempts()) as u64);
        shared.writable.store(true, Ordering::Release);
        let opened_at = Seq(open.summary.first_seq).time();
        Self {
            connection,
            last_seq: Seq(open.summary.last_seq.load(Ordering::Acquire).max(open.summary.first_seq)),
            open,
            chain,
            urls: HashMap::new(),
            seqs: ids.0,
            mint: ids.1,
            clock,
            settings,
            shared,
            queue,
            outstanding: Outstanding::default(),
            events,
            opened_at,
            is_large: false,
            low_water_saved_at: now,
            buried: Vec::new(),
            buried_at: now,
            sealed_at: now,
            disk_checked_at: Timestamp::EPOCH,
            disk_is_low: false,
            checkpoints: Checkpoints::default(),
            failed: false,
            sealer: None,
        }
    }

    fn run(mut self) {
        if let Err(error) = self.checkpoints.watch(&mut self.connection) {
            tracing::warn!(%error, "failed to watch the log: commits move it themselves");
        }
        let mut failed_tries = 0;
        while let Some(group) = self.queue.take(TICK) {
            let committed = self.commit_group(group);
            if !committed && self.queue.is_closed() {
                failed_tries += 1;
                if failed_tries >= CLOSING_TRIES_MAX {
                    tracing::error!(
                        "closing without room for the last outcomes: the next start tries those deliveries again"
                    );
                    break;
                }
            }
            self.tick();
        }
        self.finish();
    }

    /// Commit the steps as one transaction and answer them. Whether they were committed or refused for good.
    fn commit_group(&mut self, steps: Vec<Op>) -> bool {
        if steps.is_empty() {
            return true;
        }
        if self.failed {
            self.refuse(steps, &StoreError::Unavailable("the store has failed and is stopping".to_owned()));
            return true;
        }
        let mut steps = steps;
        if self.disk_is_low {
            let (accepts, rest): (Vec<_>, Vec<_>) =
                steps.into_iter().partition(|step| !matches!(step, Op::Record(_)));
            self.refuse(
                accepts,
                &StoreError::Unavailable("the disk is nearly full: free some space".to_owned()),
            );
            steps = rest;
        }
        let mut effects = Effects::default();
        match self.apply_group(&mut steps, &mut effects) {
            Ok(answers) => {
                self.shared.writable.store(!self.disk_is_low, Ordering::Release);
                let mut answers = answers.into_iter();
                for step in steps {
                    match step {
                        Op::Accept(prepared, reply) => {
                            let answer = answers.next().expect("an answer per accept step");
                            settle(prepared, reply, answer, &mut effects);
                        }
                        Op::Record(outcome) => effects.outcomes.push(*outcome),
                        Op::Refuse(refusal, reply) => {
                            let seq = refusal.seq.expect("it was applied");
                            effects.kept.push(Kept { seq, reply });
                        }
                        Op::Schedule { settled: Some(answer), reply, .. } => {
                            let _ = reply.send(answer);
                        }
                        Op::Schedule { row, reply, .. } => {
                            let NewRow { endpoint, due, .. } = row;
                            effects.scheduled.push(Scheduled { endpoint, due, reply });
                        }
                    }
                }
                self.after_commit(effects);
                true
            }
            Err(error) => {
                self.note_failure(&error);
                self.urls.clear();
                self.refuse(steps, &store_error(&error));
                std::thread::park_timeout(NO_ROOM_PAUSE);
                false
            }
        }
    }

    fn apply_group(
        &mut self,
        steps: &mut [Op],
        effects: &mut Effects,
    ) -> rusqlite::Result<Vec<Result<hooktide_model::MessageId, Result<Accepted, StoreError>>>> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let applied = self.apply_steps(steps, effects);
        let committed = applied.and_then(|answers| {
            self.connection.execute_batch("COMMIT")?;
            Ok(answers)
        });
        if committed.is_err()
            && !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::warn!(%error, "failed to roll back a group that could not be committed");
        }
        committed
    }

    fn apply_steps(
        &mut self,
        steps: &mut [Op],
        effects: &mut Effects,
    ) -> rusqlite::Result<Vec<Result<hooktide_model::MessageId, Result<Accepted, StoreError>>>> {
        let outstanding = std::mem::take(&mut self.outstanding);
        let mut answers = Vec::with_capacity(steps.len());
        let mut result = Ok(());
        for step in &mut *steps {
            result = match step {
                Op::Accept(prepared, _) => {
                    self.apply_accept(prepared, effects).map(|answer| answers.push(answer))
                }
                Op::Refuse(refusal, _) => self.apply_refusal(refusal, effects),
                Op::Record(outcome) => self.apply_outcome(outcome, &outstanding, effects),
                Op::Schedule { .. } => self.apply_schedule(step, effects),
            };
            if result.is_err() {
                break;
            }
        }
        self.outstanding = outstanding;
        result?;
        self.back_old_with_group(steps, effects)?;
        self.delete_notes_of_buried_rows()?;
        self.save_low_water_if_time(effects)?;
        Ok(answers)
    }

    fn save_low_water_if_time(&mut self, effects: &mut Effects) -> rusqlite::Result<()> {
        let now = self.clock.now();
        if passed(self.low_water_saved_at, now, LOW_WATER_EVERY) {
            // Messages of this very group are not in `outstanding` yet: the mark stays at or below them.
            let mark = self.outstanding.low_water(Seq(self.last_seq.0 + 1));
            put_meta(&self.connection, Meta::LOW_WATER, &mark.0)?;
            effects.low_water = Some(mark);
        }
        Ok(())
    }

    /// Everything is flushed: change memory, tell the listener, answer.
    fn after_commit(&mut self, mut effects: Effects) {
        self.buried.clear();
        if let Some(mark) = effects.low_water {
            self.low_water_saved_at = self.clock.now();
            self.shared.low_water.store(mark.0, Ordering::Release);
        }
        let accepted = ReceiptOutcome::Accepted as u8;
        let refused = effects.receipts.iter().filter(|(_, entry)| entry.outcome != accepted).count();
        self.events += (effects.inserted.len().max(effects.outcomes.len()) + refused) as u64;
        self.index_effects(&effects);
        self.schedule_changed(&effects.schedule);
        self.outstanding.backed(std::mem::take(&mut effects.backed));
        self.shared.tombstones.add(effects.tombstones);
        let listener = self.shared.listener.get();
        if let Some(listener) = listener {
            effects.receipts.iter().for_each(|(source, _)| listener.received(*source));
        }
        for inserted in effects.inserted {
            let seq = inserted.message.seq();
            self.last_seq = seq;
            let in_lanes: SmallVec<[Seq; 4]> = inserted
                .targets
                .iter()
                .filter(|target| target.placement == Placement::Lane)
                .map(|target| target.endpoint)
                .collect();
            self.outstanding.add(seq, in_lanes);
            let id = inserted.message.id;
            if let Some(listener) = listener {
                listener.committed(&inserted.message, &inserted.targets);
            }
            // A publisher that went away does not change what is stored.
            let _ = inserted.reply.send(Ok(Accepted { id, replayed: false }));
        }
        for settled in effects.settled {
            if let Some(listener) = listener {
                listener.not_committed(&settled.targets);
            }
            let _ = settled.reply.send(settled.answer);
        }
        for outcome in &effects.outcomes {
            match outcome.source {
                DeliverySource::Lane => self.outstanding.finish(outcome.message, outcome.endpoint),
                DeliverySource::Schedule(row) => {
                    self.outstanding.finish_row(outcome.message, outcome.endpoint, row);
                }
            }
            if let Some(listener) = listener {
                listener.recorded(outcome);
            }
        }
        for Kept { seq, reply } in effects.kept {
            let _ = reply.send(Ok(seq));
        }
        for Scheduled { endpoint, due, reply } in effects.scheduled {
            if let Some(listener) = listener {
                listener.scheduled(endpoint, due);
            }
            let _ = reply.send(Ok(()));
        }
    }

    fn index_effects(&self, effects: &Effects) {
        let mut guard = self.open.index.write();
        let index = guard.as_mut().expect("the open chunk has its index in memory");
        for inserted in &effects.inserted {
            let message = &inserted.message;
            let entry =
                MessageEntry { seq: message.seq().0, event_type: type_hash(message.event_type.as_str()) };
            index.by_app.entry(message.app.0).or_default().push(entry);
            self.open.summary.last_seq.fetch_max(entry.seq, Ordering::AcqRel);
        }
        for outcome in &effects.outcomes {
            let entry = AttemptEntry {
                seq: outcome.attempt.seq.0,
                message: outcome.message.0,
                status: outcome.attempt.status as u8,
            };
            index.by_endpoint.entry(outcome.endpoint.0).or_default().push(entry);
            self.open.summary.note_attempt(entry.seq, entry.message);
        }
        for (source, entry) in &effects.receipts {
            index.by_source.entry(source.0).or_default().push(*entry);
            self.open.summary.last_seq.fetch_max(entry.seq, Ordering::AcqRel);
        }
        index.keys.extend(effects.keys.iter());
    }

    /// Follow committed changes of the open chunk's schedule.
    pub(super) fn schedule_changed(&self, changes: &[ScheduleChange]) {
        if !changes.is_empty() {
            let rows = self.open.schedule_changed(changes);
            self.shared.scheduled.fetch_add(rows, Ordering::AcqRel);
        }
    }

    /// Nothing of these steps was stored: outcomes wait for better times, the others are told.
    fn refuse(&mut self, steps: Vec<Op>, error: &StoreError) {
        let mut outcomes: Vec<Outcome> = Vec::new();
        for step in steps {
            match step {
                Op::Accept(prepared, reply) => {
                    if let Some(listener) = self.shared.listener.get() {
                        listener.not_committed(&prepared.message.targets);
                    }
                    let _ = reply.send(Err(StoreError::Unavailable(error.to_string())));
                }
                Op::Record(outcome) => outcomes.push(*outcome),
                Op::Refuse(_, reply) => {
                    let _ = reply.send(Err(StoreError::Unavailable(error.to_string())));
                }
                Op::Schedule { reply, .. } => {
                    let _ = reply.send(Err(StoreError::Unavailable(error.to_string())));
                }
            }
        }
        if !self.failed {
            self.queue.give_back(outcomes);
        }
    }

    /// Judge a failed write.
    pub(super) fn note_failure(&mut self, error: &rusqlite::Error) {
        let was_writable = self.shared.writable.swap(false, Ordering::AcqRel);
        match severity(error) {
            Severity::NoRoom if was_writable => {
                tracing::error!(%error, "the store cannot commit: publishes get 503 until there is room again");
            }
            Severity::NoRoom => {}
            Severity::Fatal => self.note_fatal(error),
        }
    }

    /// Nothing more may be acknowledged.
    pub(super) fn note_fatal(&mut self, error: &rusqlite::Error) {
        self.shared.writable.store(false, Ordering::Release);
        if !std::mem::replace(&mut self.failed, true) {
            tracing::error!(%error, "the store failed to flush: nothing more is acknowledged");
            (self.settings.on_fatal)(&error.to_string());
        }
    }

    /// The queue is closed and empty: leave the file so that the next start finds its work quickly.
    fn finish(mut self) {
        if !self.failed {
            self.back_older_than(Timestamp::MAX);
            if let Err(error) = self.save_low_water() {
                tracing::warn!(%error, "failed to save the low-water mark; the next start looks at more messages");
            }
        }
        if let Err(error) = self.checkpoints.finish() {
            tracing::warn!(%error, "failed to move the log; the next start reads it where it is");
        }
        self.shared.writable.store(false, Ordering::Release);
        if self.sealer.take().is_some_and(|sealer| sealer.join().is_err()) {
            tracing::warn!("sealing a chunk panicked; the next start seals it again");
        }
    }
}

impl Drop for Writer {
    /// However the thread ends, nobody waits for it any longer.
    fn drop(&mut self) {
        self.shared.writable.store(false, Ordering::Release);
        if std::thread::panicking() {
            self.failed = true;
            (self.settings.on_fatal)("the store's writer panicked");
        }
        let left = self.queue.shut();
        self.failed = true;
        self.refuse(left, &StoreError::Unavailable("the store has stopped".to_owned()));
    }
}

/// Whether `span` lies between the two times, in either direction: a clock that stepped back must not stop the tick.
pub(super) fn passed(earlier: Timestamp, now: Timestamp, span: Duration) -> bool {
    now.since(earlier).max(earlier.since(now)) >= span
}
