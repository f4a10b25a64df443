//! Partitions of history by time: made ahead of the keys that go into them, known without asking.
//!
//! `message`, `receipt` and `attempt` have partitions with the same bounds, named after the lower one. A partition is
//! made as a table of its own and then attached, which holds up no writer. What must stay true: a group is never
//! committed with a key that no partition takes, so whoever commits asks [`Partitions::ensure`] first.
//!
//! A crash in here leaves nothing: the three tables come in one transaction, or not at all.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Object;
use hooktide_model::{Seq, Timestamp};
use parking_lot::RwLock;
use tokio_postgres::Row;

use super::rows::column;
use crate::StoreError;
use crate::backends::postgres::database::{Database, LOCK_SPACE};

/// The tables that are partitioned alike.
pub(super) const TABLES: [&str; 3] = ["message", "receipt", "attempt"];
/// Partitions made ahead of the one that is written.
const AHEAD: u32 = 2;
/// Partitions that the time of retention is cut into.
const PARTS_OF_HISTORY: u32 = 30;
/// The shortest time of a partition that is chosen.
const SPAN_MIN: Duration = Duration::from_secs(3600);
/// The longest.
const SPAN_MAX: Duration = Duration::from_secs(24 * 3600);
/// One step of a key's clock: no partition is shorter.
const STEP_MS: i64 = 4;

/// One node at a time makes partitions; until the transaction ends.
const LOCK: &str = "SELECT pg_advisory_xact_lock($1, hashtext(current_schema() || ' partitions'))";

/// Every partition of the messages with its bounds as text, by the catalogue's index.
const BOUNDS: &str = "
    SELECT pg_get_expr(child.relpartbound, child.oid)
    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = to_regclass('message')";

/// Keys from `low` on and before `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: i64,
    pub(super) high: i64,
}

impl Bounds {
    /// The name of its table in one of [`TABLES`].
    pub(super) fn name(self, table: &str) -> String {
        format!("{table}_{:016x}", self.low)
    }

    /// From what the catalogue says: `FOR VALUES FROM ('1') TO ('2')`.
    ///
    /// `None` for one that is being dropped: its row is still seen, but not its bounds.
    pub(super) fn parse(row: &Row, index: usize) -> Result<Option<Self>, StoreError> {
        let Some(text) = column::<Option<&str>>(row, index)? else { return Ok(None) };
        let mut numbers = text.split(|one: char| !one.is_ascii_digit()).filter(|part| !part.is_empty());
        let mut next = || numbers.next().and_then(|number| number.parse().ok());
        match (next(), next()) {
            (Some(low), Some(high)) => Ok(Some(Self { low, high })),
            _ => Err(StoreError::Database(format!("a partition of history has odd bounds: {text}"))),
        }
    }
}

/// The partitions there are, as far as this node knows: others make and drop them too. Clones share what is known.
#[derive(Clone)]
pub(in super::super) struct Partitions {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    span_ms: i64,
    /// Upper bounds by lower ones.
    known: RwLock<BTreeMap<i64, i64>>,
    /// Held while this node makes some, so that a full queue of groups asks for them once.
    making: tokio::sync::Mutex<()>,
}

impl Partitions {
    /// The time that a partition takes in, for a store that keeps history so long.
    pub(in super::super) fn span(history: Duration) -> Duration {
        (history / PARTS_OF_HISTORY).clamp(SPAN_MIN, SPAN_MAX)
    }

    /// Read which there are, and make those of the time now and ahead of it. `span` is rounded to whole milliseconds
    /// and a multiple of four.
    pub(in super::super) async fn open(
        database: Database,
        span: Duration,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let span_ms = i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2);
        let span_ms = (span_ms / STEP_MS * STEP_MS).max(STEP_MS);
        let inner = Inner {
            database,
            span_ms,
            known: RwLock::new(BTreeMap::new()),
            making: tokio::sync::Mutex::new(()),
        };
        let partitions = Self { inner: Arc::new(inner) };
        let client = partitions.inner.database.client().await?;
        partitions.note(read(&client).await?);
        partitions.look_ahead(now).await?;
        Ok(partitions)
    }

    /// Whether there is a partition for the key, as far as is known. Asks nobody.
    pub(in super::super) fn covers(&self, key: Seq) -> bool {
        let known = self.inner.known.read();
        known.range(..=key.0).next_back().is_some_and(|(_, high)| key.0 < *high)
    }

    /// See to it that there is a partition for the key: mostly a look in memory. Where there is none, it is made with
    /// those after it.
    ///
    /// # Errors
    /// `Unavailable` when it could not be made now; `Database` when it cannot be made.
    pub(in super::super) async fn ensure(&self, key: Seq) -> Result<(), StoreError> {
        if self.covers(key) { Ok(()) } else { self.make(&self.from(key)).await }
    }

    /// Make what is missing of the partitions of the time now and of those ahead of it.
    pub(in super::super) async fn look_ahead(&self, now: Timestamp) -> Result<(), StoreError> {
        let wanted = self.from(Seq::first_at(now));
        if wanted.iter().all(|key| self.covers(*key)) { Ok(()) } else { self.make(&wanted).await }
    }

    /// Read anew which there are: another node may have dropped what is known here.
    pub(in super::super) async fn reload(&self) -> Result<(), StoreError> {
        let client = self.inner.database.client().await?;
        self.note(read(&client).await?);
        Ok(())
    }

    /// The database that they are in.
    pub(super) fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Those known, oldest first.
    pub(super) fn known(&self) -> Vec<Bounds> {
        self.inner.known.read().iter().map(|(low, high)| Bounds { low: *low, high: *high }).collect()
    }

    fn note(&self, found: BTreeMap<i64, i64>) {
        *self.inner.known.write() = found;
    }

    /// The key, and the first one of each span ahead of it.
    fn from(&self, key: Seq) -> Vec<Seq> {
        let mut keys = vec![key];
        for _ in 0..AHEAD {
            let next = keys.last().map_or(key, |last| Seq(self.span_of(*last).high));
            keys.push(next);
        }
        keys
    }

    /// Bounds of the whole span that the key lies in.
    fn span_of(&self, key: Seq) -> Bounds {
        let span = self.inner.span_ms;
        let mut start = key.time().unix_ms().div_euclid(span) * span;
        // A step's counter may have run over into keys whose time would be of the next second.
        while Seq::first_at(Timestamp::from_unix_ms(start)) > key {
            start -= span;
        }
        let at = |ms| Seq::first_at(Timestamp::from_unix_ms(ms)).0;
        Bounds { low: at(start), high: at(start.saturating_add(span)) }
    }

    async fn make(&self, keys: &[Seq]) -> Result<(), StoreError> {
        let _one_at_a_time = self.inner.making.lock().await;
        if keys.iter().all(|key| self.covers(*key)) {
            return Ok(());
        }
        let fault = |error| Database::fault(&error);
        let mut client = self.inner.database.client().await?;
        let step = client.transaction().await.map_err(fault)?;
        step.query(LOCK, &[&LOCK_SPACE]).await.map_err(fault)?;
        let found = step.query(BOUNDS, &[]).await.map_err(fault)?;
        let mut there = bounds_of(&found)?;
        let mut statements = String::new();
        for key in keys {
            if let Some(bounds) = missing(&there, *key, self.span_of(*key)) {
                there.insert(bounds.low, bounds.high);
                add_statements(&mut statements, bounds);
                tracing::debug!(from = %Seq(bounds.low).time(), "a partition of history is made");
            }
        }
        step.batch_execute(&statements).await.map_err(fault)?;
        step.commit().await.map_err(fault)?;
        self.note(there);
        Ok(())
    }
}

async fn read(client: &Object) -> Result<BTreeMap<i64, i64>, StoreError> {
    bounds_of(&client.query(BOUNDS, &[]).await.map_err(|error| Database::fault(&error))?)
}

fn bounds_of(rows: &[Row]) -> Result<BTreeMap<i64, i64>, StoreError> {
    let mut found = BTreeMap::new();
    for row in rows {
        found.extend(Bounds::parse(row, 0)?.map(|bounds| (bounds.low, bounds.high)));
    }
    Ok(found)
}

/// What is to be made for the key: its span, less what is there of it. A store whose spans were longer or shorter
/// before has partitions that do not end where spans do now.
fn missing(there: &BTreeMap<i64, i64>, key: Seq, span: Bounds) -> Option<Bounds> {
    let before = there.range(..=key.0).next_back().map_or(i64::MIN, |(_, high)| *high);
    if key.0 < before {
        return None;
    }
    let after = there.range(key.0..).next().map_or(i64::MAX, |(low, _)| *low);
    Some(Bounds { low: span.low.max(before), high: span.high.min(after) })
}

/// Attaching a table locks its parent against other changes of partitions only; making it as a partition at once
/// would lock out every reader and writer.
fn add_statements(statements: &mut String, bounds: Bounds) {
    let Bounds { low, high } = bounds;
    for table in TABLES {
        let name = bounds.name(table);
        write!(
            statements,
            "CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES \
             INCLUDING STORAGE); \
             ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high});"
        )
        .expect("a text takes what is written to it");
    }
}
