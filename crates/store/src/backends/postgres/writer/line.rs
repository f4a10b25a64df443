//! The writer's own connection, with its statements prepared.

use tokio_postgres::{Client, Statement};

use super::super::database::Database;
use crate::StoreError;

/// Plans of statements over arrays are made once and must look rows up by their keys: what the planner assumes of an
/// array's length would have it read the whole schedule for a few rows.
///
/// A node that is stopped between claiming keys and its commit would have every other node wait that is asked with one of
/// these keys, and whoever wants to take its work over: the database ends such a transaction soon.
const SETTINGS: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
     SET plan_cache_mode = force_generic_plan; SET idle_in_transaction_session_timeout = '2s'";

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
/// Appends.
const INSERT_MESSAGES: &str = "INSERT INTO message (seq, app, event_type, uid, channels, tags, deliver_at, expires_at, \
     targets, hops, content_type, plain_bytes, body, params) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], \
     $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bytea[], $10::smallint[], $11::text[], \
     $12::int[], $13::bytea[], $14::text[])";
/// Appends.
const INSERT_RECEIPTS: &str = "INSERT INTO receipt (seq, source, outcome, head, plain_bytes, body) SELECT * FROM \
     unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bytea[], $5::int[], $6::bytea[])";
/// Appends.
const INSERT_ATTEMPTS: &str = "INSERT INTO attempt (seq, msg, ep, number, trigger, status, code, duration_ms, url, \
     next_due, response) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::smallint[], \
     $6::smallint[], $7::smallint[], $8::int[], $9::text[], $10::bigint[], $11::bytea[])";
/// The key ends with a number that no other row has.
const INSERT_ROWS: &str = "INSERT INTO schedule (owner, ep, due, msg, id, tries, trigger) SELECT * FROM \
     unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::smallint[])";
/// By the whole key.
const END_ROWS: &str = "DELETE FROM schedule AS row USING unnest($1::bigint[], $2::bigint[], $3::bigint[], \
     $4::bigint[], $5::bigint[]) AS ended (owner, ep, due, msg, id) WHERE row.owner = ended.owner AND row.ep = ended.ep \
     AND row.due = ended.due AND row.msg = ended.msg AND row.id = ended.id";

/// The statements of a group.
pub(super) struct Statements {
    pub(super) fence: Statement,
    pub(super) claim_keys: Statement,
    pub(super) find_keys: Statement,
    pub(super) give_back_keys: Statement,
    pub(super) insert_messages: Statement,
    pub(super) insert_receipts: Statement,
    pub(super) insert_attempts: Statement,
    pub(super) insert_rows: Statement,
    pub(super) end_rows: Statement,
}

/// A connection that is ready for groups.
pub(super) struct Line {
    pub(super) client: Client,
    pub(super) statements: Statements,
}

impl Line {
    /// Connect and prepare.
    pub(super) async fn open(database: &Database) -> Result<Self, StoreError> {
        let client = database.dial_driven("writer").await?;
        let prepared = prepare(&client).await;
        let statements = prepared.map_err(|error| Database::fault(&error))?;
        Ok(Self { client, statements })
    }
}

async fn prepare(client: &Client) -> Result<Statements, tokio_postgres::Error> {
    client.batch_execute(SETTINGS).await?;
    Ok(Statements {
        fence: client.prepare(FENCE).await?,
        claim_keys: client.prepare(CLAIM_KEYS).await?,
        find_keys: client.prepare(FIND_KEYS).await?,
        give_back_keys: client.prepare(GIVE_BACK_KEYS).await?,
        insert_messages: client.prepare(INSERT_MESSAGES).await?,
        insert_receipts: client.prepare(INSERT_RECEIPTS).await?,
        insert_attempts: client.prepare(INSERT_ATTEMPTS).await?,
        insert_rows: client.prepare(INSERT_ROWS).await?,
        end_rows: client.prepare(END_ROWS).await?,
    })
}
