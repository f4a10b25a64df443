//! The schema's versions, and bringing a database to the newest.
//!
//! Run at every start, and by hand (`hooktide migrate`). What must stay true: one node at a time changes the schema; what
//! another program or a newer version wrote is left as it is.

use refinery::error::Kind;
use refinery::{Migration, Runner, SchemaVersion};
use tokio_postgres::Client;

use super::database::{Database, LOCK_SPACE};
use super::endpoint::DatabaseOptions;
use crate::StoreError;
use crate::backends::MigrationState;
use crate::backends::common::{AppliedMigration, known_migrations, migration_states};

/// Every file of `migrations/postgres/`, in order.
pub(super) const MIGRATIONS: &[(&str, &str)] =
    &[("V1__store", include_str!("../../../migrations/postgres/V1__store.sql"))];

/// Which versions were applied. Its name also marks the schema as Hooktide's.
const VERSIONS_TABLE: &str = "hooktide_schema";

/// A session for changes of the schema: whoever holds a table is given longer than a request may take, and so is another
/// node that is at the same.
const PATIENT: &str = "SET statement_timeout = 0; SET lock_timeout = '5min'";

/// One node at a time; the lock ends with its session, whatever happens to it.
const LOCK: &str = "SELECT pg_advisory_lock($1, hashtext(current_schema() || ' schema'))";

/// The schema that everything lies in; NULL when none of the search path exists.
const CURRENT_SCHEMA: &str = "SELECT current_schema()::TEXT";

/// Whether the table of versions is there.
const IS_OURS: &str = "SELECT to_regclass(quote_ident(current_schema()) || '.hooktide_schema') IS NOT NULL";

/// Something else in the schema, by the index on (namespace, name); what extensions brought does not count.
const FOREIGN: &str = "
    SELECT relname::TEXT FROM pg_class AS class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND NOT EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = class.oid AND deptype = 'e')
    ORDER BY relname LIMIT 1";

/// All rows of a table with a row per version.
const APPLIED: &str = "SELECT version, name, applied_on FROM hooktide_schema ORDER BY version";

/// Every version of the schema that the database has or this program would give it, in order. Changes nothing.
///
/// # Errors
/// `Unavailable` when the database cannot be reached; `Database` when it cannot be used, or belongs to another program.
pub async fn migration_status(options: &DatabaseOptions) -> Result<Vec<MigrationState>, StoreError> {
    states(&session(&Database::open(options).await?).await?).await
}

/// Bring the database to the newest version; the states after that.
///
/// # Errors
/// As [`migration_status`]; `Database` also when a newer version has written it, or rights are missing.
pub async fn migrate(options: &DatabaseOptions) -> Result<Vec<MigrationState>, StoreError> {
    let database = Database::open(options).await?;
    bring_up(&database).await?;
    states(&session(&database).await?).await
}

/// Bring the schema to the newest version, as one transaction. Waits for another node that is at the same.
pub(super) async fn bring_up(database: &Database) -> Result<(), StoreError> {
    let mut client = session(database).await?;
    client.query(LOCK, &[&LOCK_SPACE]).await.map_err(|error| Database::fault(&error))?;
    claim(&client).await?;
    let migrations = known_migrations(MIGRATIONS);
    let newest = migrations.last().map_or(0, Migration::version);
    let mut runner = Runner::new(&migrations).set_grouped(true);
    runner.set_migration_table_name(VERSIONS_TABLE);
    let outcome = runner.run_async(&mut client).await;
    // Dropping the client ends the session, and with it the lock.
    outcome.map(|_| ()).map_err(|error| refusal(error.kind(), newest))
}

async fn session(database: &Database) -> Result<Client, StoreError> {
    let client = database.dial_driven("schema").await?;
    client.batch_execute(PATIENT).await.map_err(|error| Database::fault(&error))?;
    Ok(client)
}

/// Whether the schema is Hooktide's; an error when it is another program's. An empty one is nobody's.
async fn claim(client: &Client) -> Result<bool, StoreError> {
    let fault = |error| Database::fault(&error);
    let schema: Option<String> = client.query_one(CURRENT_SCHEMA, &[]).await.map_err(fault)?.get(0);
    let Some(schema) = schema else {
        let text = "no schema of the search path exists, or may be used: run `CREATE SCHEMA name` and `GRANT USAGE, \
                    CREATE ON SCHEMA name TO user`, or take `search_path` out of the database URL";
        return Err(StoreError::Database(text.to_owned()));
    };
    if client.query_one(IS_OURS, &[]).await.map_err(fault)?.get(0) {
        return Ok(true);
    }
    match client.query_opt(FOREIGN, &[]).await.map_err(fault)? {
        None => Ok(false),
        Some(row) => {
            let foreign: String = row.get(0);
            Err(StoreError::Database(format!(
                "schema {schema} holds tables of another program ({foreign}): give Hooktide a database of its own, or a \
                 schema (`CREATE SCHEMA hooktide`, and `?options=-csearch_path%3Dhooktide` in the database URL)"
            )))
        }
    }
}

async fn states(client: &Client) -> Result<Vec<MigrationState>, StoreError> {
    let rows = match claim(client).await? {
        true => client.query(APPLIED, &[]).await.map_err(|error| Database::fault(&error))?,
        false => Vec::new(),
    };
    let applied = rows.iter().map(|row| AppliedMigration {
        version: row.get(0),
        name: row.get(1),
        applied_at: row.get(2),
    });
    Ok(migration_states(&known_migrations(MIGRATIONS), applied.collect()))
}

fn refusal(kind: &Kind, newest: SchemaVersion) -> StoreError {
    let text = match kind {
        Kind::MissingVersion(found) if found.version() > newest => format!(
            "a newer Hooktide has written this database (schema {}, this version knows {newest}): \
             start that version or a later one",
            found.version()
        ),
        Kind::DivergentVersion(found, _) => format!(
            "schema {} of this database is not the one of this version: start the version that wrote it",
            found.version()
        ),
        Kind::Connection(step, source) => match source.downcast_ref::<tokio_postgres::Error>() {
            Some(error) => {
                return match Database::fault(error) {
                    StoreError::Database(text) => StoreError::Database(format!("{step}: {text}")),
                    other => other,
                };
            }
            None => format!("failed to bring the schema up to date: {step}: {source}"),
        },
        other => format!("failed to bring the schema up to date: {other}"),
    };
    StoreError::Database(text)
}
