//! Apply one group inside a transaction. Nothing in memory changes here: that waits for the commit.

use std::time::Duration;

use hooktide_model::{Channel, MessageId, Seq, Tag, Timestamp};
use rusqlite::{Connection, params};

use super::super::chunk::{KeyEntry, ScheduleChange, Waiting};
use super::super::keys::{KeyFinder, Wanted};
use super::effects::{Effects, Inserted, Settled, Tombstone};
use super::thread::Writer;
use crate::backends::common::outstanding::Outstanding;
use crate::backends::common::queue::{AcceptReply, Op, Prepared};
use crate::backends::common::{joined, pack_targets, stored_message};
use crate::{Accepted, Idempotency, NewRow, Outcome, Placement, ScheduleRow, StoreError};

/// Appends: keys only grow.
const INSERT_MESSAGE: &str = "INSERT INTO message (seq, app, event_type, uid, channels, tags, deliver_at, expires_at, \
     targets, hops) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
/// Appends.
const INSERT_PAYLOAD: &str =
    "INSERT INTO payload (seq, content_type, plain_bytes, body, params) VALUES (?1, ?2, ?3, ?4, ?5)";
/// Appends; no index until the chunk is sealed.
const INSERT_KEY: &str = "INSERT INTO message_key (key, request, msg) VALUES (?1, ?2, ?3)";
/// Clustered by message, so mostly near the right edge.
const INSERT_ATTEMPT: &str = "INSERT INTO attempt (msg, seq, ep, number, trigger, status, code, duration_ms, url, \
     next_due, response) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
/// A taken key means another row of the same millisecond: the caller moves on by one.
const INSERT_SCHEDULE: &str =
    "INSERT INTO schedule (ep, due, msg, tries, trigger) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
/// By the whole key.
const DELETE_SCHEDULE: &str = "DELETE FROM schedule WHERE ep = ?1 AND due = ?2 AND msg = ?3";
/// A few urls per chunk: one per endpoint and change.
const INSERT_URL: &str =
    "INSERT INTO url (text) VALUES (?1) ON CONFLICT (text) DO UPDATE SET text = ?1 RETURNING id";

/// Due times that close to the last one there is count as the end of time.
const END_OF_TIME: Duration = Duration::from_secs(3600);
/// By the whole key. A row that is named twice was ended twice.
const INSERT_FINISHED: &str =
    "INSERT INTO finished (segment, ep, due, msg) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

/// Write a schedule row; its due time becomes later by a few milliseconds when the exact key is taken.
pub(in super::super) fn insert_schedule_row(
    connection: &Connection,
    row: &mut Waiting,
) -> rusqlite::Result<()> {
    let Waiting { endpoint, due, message, tries, trigger } = *row;
    let mut insert = connection.prepare_cached(INSERT_SCHEDULE)?;
    // At the end of time the free key is looked for downwards: a clamped time would be tried for ever.
    let step = if due < Timestamp::MAX.minus(END_OF_TIME) { 1 } else { -1 };
    let mut due_ms = due.unix_ms();
    while insert.execute(params![endpoint.0, due_ms, message.0, tries, trigger as u8])? == 0 {
        due_ms += step;
    }
    row.due = Timestamp::from_unix_ms(due_ms);
    Ok(())
}

impl Writer {
    /// Insert a message, or settle it by what its keys say.
    pub(super) fn apply_accept(
        &self,
        prepared: &mut Prepared,
        effects: &mut Effects,
    ) -> rusqlite::Result<Result<MessageId, Result<Accepted, StoreError>>> {
        if let Some(answer) = self.settle_by_keys(prepared, effects)? {
            if matches!(answer, Err(StoreError::KeyReused)) {
                self.apply_conflict(prepared, effects)?;
            }
            return Ok(Err(answer));
        }
        let message = &mut prepared.message;
        let seq = self.seqs.next(self.clock.now());
        let connection = &self.connection;
        connection.prepare_cached(INSERT_MESSAGE)?.execute(params![
            seq.0,
            message.app.0,
            message.event_type.as_str(),
            message.uid.as_ref().map(|uid| uid.as_str()),
            joined(&message.channels, Channel::as_str),
            joined(&message.tags, Tag::as_str),
            message.deliver_at.map(Timestamp::unix_ms),
            message.payload_expires_at.unix_ms(),
            pack_targets(message.targets.iter().map(|target| target.endpoint)).as_slice(),
            (message.hops > 0).then_some(message.hops),
        ])?;
        connection.prepare_cached(INSERT_PAYLOAD)?.execute(params![
            seq.0,
            match &message.content_type {
                hooktide_model::ContentType::Json => None,
                hooktide_model::ContentType::Other(text) => Some(text.as_str()),
            },
            prepared.plain_bytes,
            prepared.body,
            message.params.as_deref(),
        ])?;
        for target in &mut message.targets {
            if let Placement::Scheduled { due, .. } = &mut target.placement {
                *due = self.insert_row(Waiting::first(seq, target.endpoint, *due), effects)?;
            }
        }
        self.apply_receipt(prepared, seq, effects)?;
        self.insert_keys(prepared, seq, effects)?;
        Ok(Ok(self.mint.id(seq)))
    }

    fn insert_keys(&self, prepared: &Prepared, seq: Seq, effects: &mut Effects) -> rusqlite::Result<()> {
        let idempotency = prepared.message.idempotency.map(|found| (found.key, Some(found.request)));
        let uid = prepared.uid_key.map(|key| (key, None));
        for (key, request) in [idempotency, uid].into_iter().flatten() {
            self.connection.prepare_cached(INSERT_KEY)?.execute(params![key, request, seq.0])?;
            effects.keys.insert(key, KeyEntry { message: seq.0, request });
        }
        Ok(())
    }

    /// The message that an idempotency key was used for before, or that it was used for another request.
    fn known_request(
        &self,
        idempotency: &Idempotency,
        window: Duration,
        effects: &Effects,
    ) -> rusqlite::Result<Option<Result<Seq, StoreError>>> {
        let finder = KeyFinder { chain: &self.chain, fresh: &effects.keys };
        let oldest = Seq::first_at(self.clock.now().minus(window));
        let wanted =
            Wanted { key: &idempotency.key, oldest: oldest.0, keys_max: self.settings.idempotency_keys_max };
        Ok(finder.find(&wanted)?.map(|found| {
            let is_same = found.request == Some(idempotency.request);
            if is_same { Ok(Seq(found.message)) } else { Err(StoreError::KeyReused) }
        }))
    }

    /// What an idempotency key or event id that is already there decides.
    fn settle_by_keys(
        &self,
        prepared: &Prepared,
        effects: &Effects,
    ) -> rusqlite::Result<Option<Result<Accepted, StoreError>>> {
        let window = match prepared.receipt {
            Some(_) => self.settings.dedupe_window,
            None => self.settings.idempotency_window,
        };
        if let Some(idempotency) = &prepared.message.idempotency
            && let Some(known) = self.known_request(idempotency, window, effects)?
        {
            return Ok(Some(known.map(|seq| Accepted { id: self.mint.id(seq), replayed: true })));
        }
        let finder = KeyFinder { chain: &self.chain, fresh: &effects.keys };
        if let Some(key) = &prepared.uid_key {
            let wanted = Wanted { key, oldest: 0, keys_max: usize::MAX };
            if finder.find(&wanted)?.is_some() {
                return Ok(Some(Err(StoreError::Taken("eventId"))));
            }
        }
        Ok(None)
    }

    /// Insert a schedule row that was asked for, unless its key says that it was before.
    pub(super) fn apply_schedule(&self, step: &mut Op, effects: &mut Effects) -> rusqlite::Result<()> {
        let Op::Schedule {
            row: NewRow { message, endpoint, due, trigger, .. }, idempotency, settled, ..
        } = step
        else {
            return Ok(());
        };
        if let Some(idempotency) = idempotency {
            let window = self.settings.idempotency_window;
            *settled = self.known_request(idempotency, window, effects)?.map(|known| known.map(|_| ()));
            if settled.is_some() {
                return Ok(());
            }
            let (key, request) = (idempotency.key, Some(idempotency.request));
            self.connection.prepare_cached(INSERT_KEY)?.execute(params![key, request, message.0])?;
            effects.keys.insert(key, KeyEntry { message: message.0, request });
        }
        let row = Waiting { trigger: *trigger, ..Waiting::first(*message, *endpoint, *due) };
        *due = self.insert_row(row, effects)?;
        Ok(())
    }

    /// Insert an attempt, take away the schedule row it came from, write the next one.
    pub(super) fn apply_outcome(
        &mut self,
        outcome: &mut Outcome,
        outstanding: &Outstanding,
        effects: &mut Effects,
    ) -> rusqlite::Result<()> {
        let row = match outcome.source {
            crate::DeliverySource::Schedule(row) => Some(row),
            crate::DeliverySource::Lane => outstanding.backing_row(outcome.message, outcome.endpoint),
        };
        // First the old row: the next one may take its place.
        if let Some(row) = row {
            self.remove_row(row, outcome.endpoint, outcome.message, effects)?;
        }
        let attempt = &outcome.attempt;
        let url = self.url_id(&attempt.url)?;
        if let Some(due) = outcome.next_due {
            let first = Waiting::first(outcome.message, outcome.endpoint, outcome.place.unwrap_or(due));
            let row = Waiting { tries: attempt.number, trigger: attempt.trigger, ..first };
            let placed = self.insert_row(row, effects)?;
            outcome.next_due = Some(if outcome.place.is_some() { due } else { placed });
        }
        self.connection.prepare_cached(INSERT_ATTEMPT)?.execute(params![
            outcome.message.0,
            attempt.seq.0,
            outcome.endpoint.0,
            attempt.number,
            attempt.trigger as u8,
            attempt.status as u8,
            attempt.status_code,
            attempt.duration_ms,
            url,
            outcome.next_due.map(Timestamp::unix_ms),
            &attempt.response[..],
        ])?;
        Ok(())
    }

    /// Write a row into the open chunk's schedule; the due time that it got.
    fn insert_row(&self, mut row: Waiting, effects: &mut Effects) -> rusqlite::Result<Timestamp> {
        insert_schedule_row(&self.connection, &mut row)?;
        effects.schedule.push(ScheduleChange::Added(row));
        Ok(row.due)
    }

    fn remove_row(
        &self,
        row: ScheduleRow,
        endpoint: Seq,
        message: Seq,
        effects: &mut Effects,
    ) -> rusqlite::Result<()> {
        if row.segment == i64::from(self.open.number) {
            let key = params![endpoint.0, row.due.unix_ms(), message.0];
            if self.connection.prepare_cached(DELETE_SCHEDULE)?.execute(key)? > 0 {
                effects.schedule.push(ScheduleChange::Removed { endpoint, due: row.due, message });
            }
        } else {
            let key = params![row.segment, endpoint.0, row.due.unix_ms(), message.0];
            self.connection.prepare_cached(INSERT_FINISHED)?.execute(key)?;
            effects.tombstones.push(Tombstone { row, endpoint, message });
        }
        Ok(())
    }

    fn url_id(&mut self, url: &std::sync::Arc<str>) -> rusqlite::Result<i64> {
        if let Some(id) = self.urls.get(url) {
            return Ok(*id);
        }
        let id = self.connection.prepare_cached(INSERT_URL)?.query_row([&**url], |row| row.get(0))?;
        if self.urls.len() >= super::thread::URLS_REMEMBERED_MAX {
            self.urls.clear();
        }
        self.urls.insert(std::sync::Arc::clone(url), id);
        Ok(id)
    }
}

/// The answer for an accept step once its effects are known.
pub(super) fn settle(
    prepared: Box<Prepared>,
    reply: AcceptReply,
    result: Result<MessageId, Result<Accepted, StoreError>>,
    effects: &mut Effects,
) {
    let targets = prepared.message.targets.clone();
    match result {
        Ok(id) => {
            effects.inserted.push(Inserted { message: stored_message(prepared.message, id), targets, reply });
        }
        Err(answer) => effects.settled.push(Settled { targets, answer, reply }),
    }
}
