//! Reads everything in a PostgreSQL store, in one snapshot.
//!
//! Nodes may run meanwhile: what they have in memory only is found as an adopter would find it, and what they write after
//! the snapshot is not seen. But an export of a store that is in use cannot be gone on with, for there is no way back to
//! its snapshot.

use std::collections::BTreeMap;
use std::pin::pin;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use super::super::database::Database;
use super::super::endpoint::DatabaseOptions;
use super::super::schema::migration_status;
use super::cells::{failed, unpack};
use super::mark::fact;
use crate::backends::common::check_id_key;
use crate::backends::common::configuration::ID_KEY;
use crate::transfer::{Mark, Picture, Sink, Source, TABLES, Table, TransferError};
use crate::vault::Vault;

/// One snapshot for everything; large reads take their time.
const BEGIN: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
     BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The rows of the schedule, and those that an adopter would write for what is in the memory of nodes. Sorted as a whole.
const SCHEDULE: &str = "
    WITH mark AS MATERIALIZED (SELECT coalesce(min(low_water), 0) AS low FROM node WHERE slot IS NOT NULL),
    target AS MATERIALIZED (
        SELECT message.seq AS msg,
            ('x' || encode(substring(targets FROM 8 * nth + 1 FOR 8), 'hex'))::bit(64)::bigint AS ep
        FROM node JOIN message ON message.seq >= node.low_water AND message.seq & 1023 = node.slot
            CROSS JOIN LATERAL generate_series(0, length(targets) / 8 - 1) AS nth
        WHERE node.slot IS NOT NULL AND length(targets) > 0
    ), attempted AS MATERIALIZED (
        SELECT msg, ep FROM attempt WHERE seq >= (SELECT low FROM mark) AND msg >= (SELECT low FROM mark) AND trigger = 0
            AND EXISTS (SELECT FROM target)
    ), waiting AS MATERIALIZED (
        SELECT msg, ep FROM schedule WHERE msg >= (SELECT low FROM mark) AND trigger = 0 AND EXISTS (SELECT FROM target)
    ), every AS (
        SELECT msg, ep, due, tries, trigger FROM schedule
        UNION ALL
        SELECT msg, ep, ((msg >> 32) + 1400000000) * 1000 + ((msg >> 24) & 255) * 4, 0::smallint, 0::smallint
        FROM target
        WHERE NOT EXISTS (SELECT FROM attempted WHERE attempted.msg = target.msg AND attempted.ep = target.ep)
            AND NOT EXISTS (SELECT FROM waiting WHERE waiting.msg = target.msg AND waiting.ep = target.ep))
    SELECT msg, ep, due, tries, trigger FROM every";
/// Another one whenever a node has lived since, or configuration was changed.
const STATE: &str = "SELECT format('change %s, nodes %s, last sign of life %s', \
     (SELECT last_value FROM configuration_change), \
     (SELECT pg_sequence_last_value(pg_get_serial_sequence('node', 'id')::regclass)), \
     (SELECT max(heartbeat_at) FROM node))";
/// The last number given, whether or not its row is still there.
const LAST_NUMBER: &str =
    "SELECT pg_sequence_last_value(pg_get_serial_sequence('event_type', 'seq')::regclass)";

/// A PostgreSQL store that is exported.
pub struct PostgresSource {
    client: Client,
    id_key: Vec<u8>,
}

impl PostgresSource {
    /// Connect and begin the snapshot.
    ///
    /// # Errors
    /// When there is no store, its schema is not this version's, an import into it has not ended, or the main secret is
    /// another.
    pub async fn open(options: &DatabaseOptions, vault: &Vault) -> Result<Self, TransferError> {
        let versions = migration_status(options).await?;
        if let Some(other) = versions.iter().find(|version| version.applied_at.is_none() || !version.is_known)
        {
            let what = format!("the database's schema is not this version's: {}", other.name);
            return Err(TransferError::refused(what, "run `hooktide migrate up`, or the newer Hooktide"));
        }
        let client = Database::open(options).await?.dial_driven("export").await?;
        client.batch_execute(BEGIN).await.map_err(|error| failed(&error))?;
        let mark = fact(&client, Mark::NAME).await.map_err(|error| failed(&error))?;
        Mark::refuse_unfinished(mark.as_deref())?;
        let id_key = fact(&client, ID_KEY).await.map_err(|error| failed(&error))?;
        let id_key = check_id_key(id_key, vault)?;
        Ok(Self { client, id_key })
    }

    async fn count(&self, table: &Table) -> Result<u64, tokio_postgres::Error> {
        let from =
            if table.name == "schedule" { format!("({SCHEDULE}) AS every") } else { table.name.to_owned() };
        let row = self.client.query_one(&format!("SELECT count(*) FROM {from}"), &[]).await?;
        row.try_get::<_, i64>(0).map(i64::unsigned_abs)
    }
}

/// All rows of a table, in an order that its key gives.
fn select(table: &Table) -> String {
    let names = table.names();
    let from = match table.name {
        "schedule" => return format!("{SCHEDULE} ORDER BY due, ep, msg, trigger, tries OFFSET $1"),
        "attempt" => "attempt ORDER BY msg, seq",
        // What a source's event is recognised by comes first of the keys of a message that carry a request.
        "message_key" => "message_key ORDER BY born, kind DESC, key",
        "endpoint_secret" => "endpoint_secret ORDER BY endpoint, position",
        name => return format!("SELECT {names} FROM {name} ORDER BY seq OFFSET $1"),
    };
    format!("SELECT {names} FROM {from} OFFSET $1")
}

#[async_trait]
impl Source for PostgresSource {
    async fn picture(&mut self) -> Result<Picture, TransferError> {
        let mut rows = BTreeMap::new();
        for table in TABLES.iter().copied() {
            rows.insert(table.name, self.count(table).await.map_err(|error| failed(&error))?);
        }
        let state = self.client.query_one(STATE, &[]).await.map_err(|error| failed(&error))?;
        let last = self.client.query_one(LAST_NUMBER, &[]).await.map_err(|error| failed(&error))?;
        let last: Option<i64> = last.try_get(0).map_err(|error| failed(&error))?;
        Ok(Picture {
            backend: "postgres",
            state: state.try_get(0).map_err(|error| failed(&error))?,
            id_key: self.id_key.clone(),
            rows,
            counters: last.map(|last| ("event_type".to_owned(), last)).into_iter().collect(),
        })
    }

    async fn read(
        &mut self,
        table: &'static Table,
        skip: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), TransferError> {
        let skip = i64::try_from(skip).unwrap_or(i64::MAX);
        let parameters: [&(dyn ToSql + Sync); 1] = [&skip];
        let rows = self.client.query_raw(&select(table), parameters).await;
        // Read as fast as the sink takes them: the client holds one message of the server's at a time.
        let mut rows = pin!(rows.map_err(|error| failed(&error))?);
        while let Some(row) = rows.try_next().await.map_err(|error| failed(&error))? {
            sink.row(&unpack(&row).map_err(|error| failed(&error))?)?;
        }
        Ok(())
    }
}
