//! Fills an empty PostgreSQL store.
//!
//! Each part is one transaction: its rows, by COPY, and its number in the note of the import. A crash leaves the note, so
//! no node opens the store, and the next run goes on after the part that the note names. Deliveries that wait belong to a
//! node that has handed over: the first that joins takes them over. Those of endpoints with an order or a rate wait for
//! whoever gets the lease.

use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hooktide_model::{Clock, Seq};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Transaction};

use super::super::database::{Database, LOCK_SPACE};
use super::super::endpoint::DatabaseOptions;
use super::super::history::Partitions;
use super::super::schema;
use super::cells::{Cell, failed};
use super::mark::{fact, save};
use crate::StoreError;
use crate::backends::common::configuration::ID_KEY;
use crate::backends::common::id_key_of;
use crate::transfer::{
    Begun, Manifest, Mark, Part, PartRows, Row, TABLES, Table, Target, TransferError, Value, not_empty,
};
use crate::vault::Vault;

/// Large writes take their time.
const SETTINGS: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";
/// One import at a time; the lock ends with its session.
const TRY_LOCK: &str = "SELECT pg_try_advisory_lock($1, hashtext(current_schema() || ' import'))";
/// Nodes that show signs of life. A few rows.
const LIVING: &str = "SELECT count(*) FROM node WHERE holder IS NOT NULL \
     AND heartbeat_at > clock_timestamp() - make_interval(secs => $1)";
/// How long a node that was killed counts as alive: longer than the lease is by default.
const LIVING_S: f64 = 15.0;
/// The owner of what waits: a node that has handed over.
const MAKE_OWNER: &str = "INSERT INTO node (slot, holder, name, version, started_at, heartbeat_at, low_water, last_seq, info) \
     VALUES (NULL, NULL, 'import', $1, clock_timestamp(), clock_timestamp(), $2, $2, '{}') RETURNING id";
/// Endpoints that one node at a time serves, and the lease that this takes. All endpoints, once.
const LEASES: &str = "SELECT endpoint.seq, CASE WHEN application.throttle_rate > 0 THEN application.seq ELSE endpoint.seq END \
     FROM endpoint JOIN application ON application.seq = endpoint.app \
     WHERE application.throttle_rate > 0 OR endpoint.throttle_rate > 0 OR endpoint.ordering_key IS NOT NULL";
/// Columns of the schedule as they are written.
const SCHEDULE_COLUMNS: &str = "owner, id, msg, ep, due, tries, trigger";

/// How an imported PostgreSQL store is laid out.
pub struct PostgresTargetOptions {
    /// Where it is.
    pub database: DatabaseOptions,
    /// Must open what the archive holds.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long history is kept: what partitions are cut by.
    pub history: Duration,
    /// The time that a partition takes in; `None` for what suits `history`.
    pub partition_span: Option<Duration>,
}

/// A PostgreSQL store that is filled from an archive.
pub struct PostgresTarget {
    client: Client,
    partitions: Partitions,
    vault: Vault,
    mark: Mark,
    /// By endpoint, once the first part of the schedule is written.
    leases: Option<HashMap<i64, i64>>,
}

impl PostgresTarget {
    /// Connect, bring the schema up to date, and keep other imports out.
    ///
    /// # Errors
    /// When the database cannot be reached or used, or another import is writing to it.
    pub async fn open(options: PostgresTargetOptions) -> Result<Self, TransferError> {
        let database = Database::open(&options.database).await?;
        schema::bring_up(&database).await?;
        let client = database.dial_driven("import").await?;
        client.batch_execute(SETTINGS).await.map_err(|error| failed(&error))?;
        let locked = client.query_one(TRY_LOCK, &[&LOCK_SPACE]).await.map_err(|error| failed(&error))?;
        if !locked.get::<_, bool>(0) {
            let what = "another import is writing to this database";
            return Err(TransferError::refused(what, "wait for it, or choose another database"));
        }
        let span = options.partition_span.unwrap_or_else(|| Partitions::span(options.history));
        let partitions = Partitions::open(database, span, options.clock.now()).await?;
        Ok(Self { client, partitions, vault: options.vault, mark: Mark::default(), leases: None })
    }

    async fn begin_anew(&mut self, manifest: &Manifest, id_key: &[u8]) -> Result<(), TransferError> {
        for table in TABLES {
            let sql = format!("SELECT EXISTS (SELECT FROM {})", table.name);
            if self.client.query_one(&sql, &[]).await.map_err(|error| failed(&error))?.get(0) {
                let (what, help) = not_empty();
                return Err(TransferError::refused(what, help));
            }
        }
        let version = env!("CARGO_PKG_VERSION");
        let last = manifest.last_key() + 1;
        let step = self.client.transaction().await.map_err(|error| failed(&error))?;
        let owner = step.query_one(MAKE_OWNER, &[&version, &last]).await.map_err(|error| failed(&error))?;
        let mark = Mark { archive: manifest.archive.clone(), owner: owner.get(0), ..Mark::default() };
        save(&step, ID_KEY, id_key).await.map_err(|error| failed(&error))?;
        save(&step, Mark::NAME, &mark.to_bytes()).await.map_err(|error| failed(&error))?;
        step.commit().await.map_err(|error| failed(&error))?;
        self.mark = mark;
        Ok(())
    }

    async fn refuse_living(&self) -> Result<(), TransferError> {
        let living = self.client.query_one(LIVING, &[&LIVING_S]).await.map_err(|error| failed(&error))?;
        let living: i64 = living.get(0);
        if living == 0 {
            return Ok(());
        }
        Err(TransferError::refused(
            format!("{living} nodes are using this database"),
            format!("stop them first; one that was killed counts for {LIVING_S} seconds"),
        ))
    }

    /// Partitions for all rows of a part.
    async fn make_room(&self, rows: &PartRows) -> Result<(), TransferError> {
        let mut rows = rows.again()?;
        while let Some(row) = rows.next_row()? {
            if let Some(key) = row[0].integer().map(Seq)
                && !self.partitions.covers(key)
            {
                self.partitions.ensure(key).await?;
            }
        }
        Ok(())
    }

    async fn leases(&mut self) -> Result<&HashMap<i64, i64>, TransferError> {
        if self.leases.is_none() {
            let rows = self.client.query(LEASES, &[]).await.map_err(|error| failed(&error))?;
            self.leases = Some(rows.iter().map(|row| (row.get(0), row.get(1))).collect());
        }
        Ok(self.leases.as_ref().expect("they were read above"))
    }

    async fn save(&mut self, mark: Mark) -> Result<(), TransferError> {
        save(&self.client, Mark::NAME, &mark.to_bytes()).await.map_err(|error| failed(&error))?;
        self.mark = mark;
        Ok(())
    }
}

/// Copy rows into a table; how many.
async fn copy(
    step: &Transaction<'_>,
    table: &Table,
    columns: &str,
    mut rows: PartRows,
    shape: impl Fn(Row, u64) -> Row,
) -> Result<u64, TransferError> {
    let name = table.name;
    let shown =
        step.prepare(&format!("SELECT {columns} FROM {name}")).await.map_err(|error| failed(&error))?;
    let types: Vec<Type> = shown.columns().iter().map(|column| column.type_().clone()).collect();
    let sink = step.copy_in(&format!("COPY {name} ({columns}) FROM STDIN BINARY")).await;
    let mut writer = pin!(BinaryCopyInWriter::new(sink.map_err(|error| failed(&error))?, &types));
    let mut number = 0;
    while let Some(row) = rows.next_row()? {
        number += 1;
        let row = shape(row, number);
        let cells: Vec<Cell<'_>> = row.iter().map(Cell).collect();
        let values: Vec<&(dyn ToSql + Sync)> = cells.iter().map(|cell| cell as _).collect();
        writer.as_mut().write(&values).await.map_err(|error| failed(&error))?;
    }
    writer.finish().await.map_err(|error| failed(&error))
}

/// A row of the schedule with its owner, and a number that no other row has.
fn scheduled(row: Row, part: usize, number: u64, owner: i64, leases: &HashMap<i64, i64>) -> Row {
    let endpoint = row[1].integer().unwrap_or(0);
    let owner = leases.get(&endpoint).map_or(owner, |key| -key);
    let part = i64::try_from(part).unwrap_or(i64::MAX);
    let id = part.wrapping_shl(32) | i64::try_from(number).unwrap_or(0);
    [Value::Integer(owner), Value::Integer(id)].into_iter().chain(row).collect()
}

#[async_trait]
impl Target for PostgresTarget {
    async fn begin(&mut self, manifest: &Manifest) -> Result<Begun, TransferError> {
        let id_key = id_key_of(manifest, &self.vault)?;
        let found = fact(&self.client, Mark::NAME).await.map_err(|error| failed(&error))?;
        let Some(found) = found else {
            self.begin_anew_alone(manifest, &id_key).await?;
            return Ok(Begun { parts: 0, is_complete: false });
        };
        self.mark = Mark::parse(&found)?;
        let begun = self.mark.begun(&manifest.archive)?;
        if !begun.is_complete {
            self.refuse_living().await?;
        }
        Ok(begun)
    }

    async fn apply(
        &mut self,
        index: usize,
        part: &Part,
        table: &'static Table,
        rows: PartRows,
    ) -> Result<(), TransferError> {
        if ["message", "receipt", "attempt"].contains(&table.name) {
            self.make_room(&rows).await?;
        }
        let owner = self.mark.owner;
        let leases = if table.name == "schedule" { self.leases().await?.clone() } else { HashMap::new() };
        let mark = Mark { parts: index + 1, ..self.mark.clone() };
        let step = self.client.transaction().await.map_err(|error| failed(&error))?;
        let written = if table.name == "schedule" {
            let shape = |row, number| scheduled(row, index, number, owner, &leases);
            copy(&step, table, SCHEDULE_COLUMNS, rows, shape).await?
        } else {
            copy(&step, table, &table.names(), rows, |row, _| row).await?
        };
        if written != part.rows {
            let text = format!("{} rows of {} were written, not {}", written, part.file, part.rows);
            return Err(StoreError::Database(text).into());
        }
        save(&step, Mark::NAME, &mark.to_bytes()).await.map_err(|error| failed(&error))?;
        step.commit().await.map_err(|error| failed(&error))?;
        self.mark = mark;
        Ok(())
    }

    async fn finish(&mut self, manifest: &Manifest) -> Result<BTreeMap<&'static str, u64>, TransferError> {
        let mut counts = BTreeMap::new();
        for name in ["event_type", "idempotency"] {
            let last = manifest.counters.get(name).copied().unwrap_or(0);
            let raise = format!(
                "SELECT CASE WHEN top > 0 THEN setval(pg_get_serial_sequence('{name}', 'seq'), top) END \
                 FROM (SELECT greatest($1::bigint, coalesce(max(seq), 0)) AS top FROM {name}) AS numbers"
            );
            self.client.query_one(&raise, &[&last]).await.map_err(|error| failed(&error))?;
        }
        for table in TABLES {
            let sql = format!("ANALYZE {}", table.name);
            self.client.batch_execute(&sql).await.map_err(|error| failed(&error))?;
            let sql = format!("SELECT count(*) FROM {}", table.name);
            let count = self.client.query_one(&sql, &[]).await.map_err(|error| failed(&error))?;
            counts.insert(table.name, count.get::<_, i64>(0).unsigned_abs());
        }
        Ok(counts)
    }

    async fn complete(&mut self) -> Result<(), TransferError> {
        self.save(Mark { is_complete: true, ..self.mark.clone() }).await
    }
}

impl PostgresTarget {
    /// The note first, then the look for nodes: one that starts in between finds the note.
    async fn begin_anew_alone(&mut self, manifest: &Manifest, id_key: &[u8]) -> Result<(), TransferError> {
        self.refuse_living().await?;
        self.begin_anew(manifest, id_key).await?;
        self.refuse_living().await
    }
}
