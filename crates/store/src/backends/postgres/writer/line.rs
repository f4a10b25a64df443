//! The writer's own connection, with its statements prepared.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use tokio_postgres::{Client, Statement};

use super::super::database::Database;
use super::tables::Tables;
use crate::StoreError;

/// Plans of statements over arrays are made once and must look rows up by their keys: what the planner assumes of an
/// array's length would have it read the whole schedule for a few rows.
///
/// A node that is stopped between claiming keys and its commit would have every other node wait that is asked with one of
/// these keys, and whoever wants to take its work over: the database ends such a transaction soon.
const SETTINGS: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
     SET plan_cache_mode = force_generic_plan; SET idle_in_transaction_session_timeout = '2s'";

/// This connection's session, by the list of sessions.
const OWN_SESSION: &str =
    "SELECT pid, backend_start::TEXT FROM pg_stat_activity WHERE pid = pg_backend_pid()";
/// Raises HT001 when another node has taken this one's work over.
const FENCE: &str = "SELECT hooktide_fence($1)";
/// By primary key. A key whose time is over is as good as none.
const CLAIM_KEYS: &str = "INSERT INTO message_key AS known (key, request, msg, born, kind) \
     SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::smallint[]) \
     ON CONFLICT (key) DO UPDATE SET request = excluded.request, msg = excluded.msg, born = excluded.born, \
     kind = excluded.kind \
     WHERE known.born < CASE known.kind WHEN 0 THEN $6::bigint WHEN 1 THEN $7::bigint ELSE 0 END";
/// By primary key.
const FIND_KEYS: &str = "SELECT key, request, msg, born FROM message_key WHERE key = ANY($1::bytea[])";
/// By primary key.
const GIVE_BACK_KEYS: &str = "DELETE FROM message_key WHERE key = ANY($1::bytea[])";
/// The statements that settle keys, and those that write rows: one for each kind of group, prepared when one first comes.
pub(super) struct Statements {
    pub(super) fence: Statement,
    pub(super) claim_keys: Statement,
    pub(super) find_keys: Statement,
    pub(super) give_back_keys: Statement,
    groups: RefCell<HashMap<u8, Statement>>,
}

/// Which session a connection has at the server: numbers are used again, so when it began belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) number: i32,
    pub(super) began: String,
}

/// A connection that is ready for groups.
pub(super) struct Line {
    pub(super) client: Client,
    pub(super) session: Session,
    pub(super) statements: Statements,
    /// Groups that still are to look for their keys before they write.
    pub(super) careful_groups: Cell<u32>,
}

impl Line {
    /// Connect and prepare.
    pub(super) async fn open(database: &Database) -> Result<Self, StoreError> {
        let client = database.dial_driven("writer").await?;
        let fault = |error| Database::fault(&error);
        let statements = prepare(&client).await.map_err(fault)?;
        let row = client.query_one(OWN_SESSION, &[]).await.map_err(fault)?;
        let session = Session { number: row.get(0), began: row.get(1) };
        Ok(Self { client, session, statements, careful_groups: Cell::new(0) })
    }

    /// The statement that writes these tables.
    pub(super) async fn group(&self, tables: Tables) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.groups.borrow().get(&tables.bits()) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&tables.statement()).await?;
        self.statements.groups.borrow_mut().insert(tables.bits(), statement.clone());
        Ok(statement)
    }
}

async fn prepare(client: &Client) -> Result<Statements, tokio_postgres::Error> {
    client.batch_execute(SETTINGS).await?;
    Ok(Statements {
        fence: client.prepare(FENCE).await?,
        claim_keys: client.prepare(CLAIM_KEYS).await?,
        find_keys: client.prepare(FIND_KEYS).await?,
        give_back_keys: client.prepare(GIVE_BACK_KEYS).await?,
        groups: RefCell::new(HashMap::new()),
    })
}
