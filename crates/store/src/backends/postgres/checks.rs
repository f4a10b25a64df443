//! What a server must be for the promises to hold, looked at once at start.
//!
//! What breaks a promise for certain is refused; what breaks one only when something else fails is a warning. Each says
//! what to run.

use tokio_postgres::{Client, Row};

use super::database::Database;
use super::endpoint::DatabaseOptions;
use super::fault::Fault;
use crate::StoreError;

/// The oldest server that is used, as `server_version_num`.
const VERSION_MIN: i32 = 140_000;

/// One row of settings and rights. The schema may not exist: then its rights are NULL.
const FACTS: &str = "
    SELECT current_setting('server_version_num')::INTEGER, current_setting('server_version'),
        pg_encoding_to_char(encoding)::TEXT, datname::TEXT, current_user::TEXT, current_schema()::TEXT,
        current_setting('fsync')::BOOLEAN, current_setting('full_page_writes')::BOOLEAN,
        current_setting('synchronous_commit'), current_setting('synchronous_standby_names') <> '',
        pg_is_in_recovery(), has_schema_privilege(current_schema(), 'CREATE')
    FROM pg_database WHERE datname = current_database()";

/// The few connected standbys, by how they are waited for. NULL: this account may not see it.
const STANDBYS: &str = "
    SELECT coalesce(application_name, ''), sync_state FROM pg_stat_replication
    WHERE state IS DISTINCT FROM 'backup' ORDER BY 1";

/// A table of the schema whose owner this account is not, which is then closed to changes.
const FOREIGN_OWNER: &str = "
    SELECT tableowner::TEXT FROM pg_tables
    WHERE schemaname = current_schema() AND tablename = 'hooktide_schema'
        AND NOT pg_has_role(current_user, tableowner, 'USAGE')";

/// Look at a server as a start does, without changing anything; warnings, each with what to run.
///
/// # Errors
/// `Database` when the server cannot keep the promises, with what to run; `Unavailable` when it cannot be reached.
pub async fn check(options: &DatabaseOptions) -> Result<Vec<String>, StoreError> {
    look(&Database::open(options).await?).await
}

/// The same over an open database.
pub(super) async fn look(database: &Database) -> Result<Vec<String>, StoreError> {
    let client = database.client().await?;
    let facts = Facts::read(&client).await?;
    let standbys = client.query(STANDBYS, &[]).await.map_err(Fault::from)?;
    let standbys: Result<Vec<_>, Fault> = standbys.iter().map(Standby::read).collect();
    facts.judge(&standbys?)
}

/// What is known of a server.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) version: i32,
    pub(super) version_text: String,
    pub(super) encoding: String,
    pub(super) database: String,
    pub(super) user: String,
    pub(super) schema: Option<String>,
    pub(super) has_fsync: bool,
    pub(super) has_full_page_writes: bool,
    pub(super) synchronous_commit: String,
    pub(super) names_standbys: bool,
    pub(super) is_standby: bool,
    pub(super) may_create: Option<bool>,
    pub(super) foreign_owner: Option<String>,
}

/// A connected standby: its name, and how it is waited for.
#[derive(Clone, Debug)]
pub(super) struct Standby {
    pub(super) name: String,
    pub(super) state: Option<String>,
}

impl Standby {
    fn read(row: &Row) -> Result<Self, Fault> {
        Ok(Self { name: row.try_get(0)?, state: row.try_get(1)? })
    }

    fn is_waited_for(&self) -> bool {
        matches!(self.state.as_deref(), Some("sync" | "quorum"))
    }
}

impl Facts {
    async fn read(client: &Client) -> Result<Self, Fault> {
        let row = client.query_one(FACTS, &[]).await?;
        let owner = client.query_opt(FOREIGN_OWNER, &[]).await?;
        Ok(Self {
            version: row.try_get(0)?,
            version_text: row.try_get(1)?,
            encoding: row.try_get(2)?,
            database: row.try_get(3)?,
            user: row.try_get(4)?,
            schema: row.try_get(5)?,
            has_fsync: row.try_get(6)?,
            has_full_page_writes: row.try_get(7)?,
            synchronous_commit: row.try_get(8)?,
            names_standbys: row.try_get(9)?,
            is_standby: row.try_get(10)?,
            may_create: row.try_get(11)?,
            foreign_owner: owner.map(|row| row.try_get(0)).transpose()?,
        })
    }

    /// Warnings, or why the server is refused.
    pub(super) fn judge(&self, standbys: &[Standby]) -> Result<Vec<String>, StoreError> {
        match self.refusal() {
            Some(why) => Err(StoreError::Database(why)),
            None => Ok(self.warnings(standbys)),
        }
    }

    fn refusal(&self) -> Option<String> {
        let Self { database, user, .. } = self;
        if self.version < VERSION_MIN {
            return Some(format!("PostgreSQL {} is too old: Hooktide needs 14 or newer", self.version_text));
        }
        if self.is_standby {
            return Some(
                "this server is a standby, which takes no writes: connect to the primary".to_owned(),
            );
        }
        if self.encoding != "UTF8" {
            return Some(format!(
                "database {database} has the encoding {}, which cannot hold every text: make another with \
                 `createdb --encoding=UTF8 --template=template0 NAME` and name that one in the database URL",
                self.encoding
            ));
        }
        if !self.has_fsync {
            let text = "the server runs with fsync=off: a power cut loses acknowledged messages, or the whole database. \
                        Run `ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();` as superuser";
            return Some(text.to_owned());
        }
        if !matches!(self.synchronous_commit.as_str(), "on" | "remote_apply") {
            return Some(format!(
                "sessions run with synchronous_commit={} although Hooktide asks for `on`: something between drops the \
                 `options` of connections. Connect to PostgreSQL itself, not through a pooler",
                self.synchronous_commit
            ));
        }
        self.missing_rights(user)
    }

    fn missing_rights(&self, user: &str) -> Option<String> {
        let Some(schema) = &self.schema else {
            return Some(format!(
                "no schema of the search path exists, or {user} may not use it: run `CREATE SCHEMA hooktide AUTHORIZATION \
                 \"{user}\"` and add `?options=-csearch_path%3Dhooktide` to the database URL"
            ));
        };
        if self.may_create != Some(true) {
            return Some(format!(
                "{user} may not make tables in schema {schema}, which partitions of history need: run \
                 `GRANT USAGE, CREATE ON SCHEMA \"{schema}\" TO \"{user}\"` as its owner"
            ));
        }
        let owner = self.foreign_owner.as_ref()?;
        Some(format!(
            "the tables of schema {schema} belong to {owner}, and {user} may neither change nor drop them: run \
             `GRANT \"{owner}\" TO \"{user}\"` as superuser, or connect as {owner}"
        ))
    }

    fn warnings(&self, standbys: &[Standby]) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.has_full_page_writes {
            let text = "the server runs with full_page_writes=off: unless its file system writes whole pages (ZFS does), a \
                        power cut can damage the database beyond repair. Run `ALTER SYSTEM SET full_page_writes = on; \
                        SELECT pg_reload_conf();` as superuser";
            warnings.push(text.to_owned());
        }
        warnings.extend(self.warning_of_standbys(standbys));
        warnings
    }

    fn warning_of_standbys(&self, standbys: &[Standby]) -> Option<String> {
        if standbys.iter().any(Standby::is_waited_for) {
            return None;
        }
        if self.names_standbys && standbys.iter().all(|standby| standby.state.is_some()) {
            let text = "synchronous_standby_names is set, but no such standby is connected: commits wait until one is. Start \
                        the standby, or run `ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf();`";
            return Some(text.to_owned());
        }
        let first = standbys.first()?;
        if standbys.iter().any(|standby| standby.state.is_none()) {
            return Some(format!(
                "the server has standbys, and {user} may not see whether commits wait for them: run `GRANT pg_monitor TO \
                 \"{user}\"` as superuser",
                user = self.user
            ));
        }
        let name = &first.name;
        Some(format!(
            "commits do not wait for standby {name:?}: a failover to it loses what was acknowledged last. Run `ALTER SYSTEM \
             SET synchronous_standby_names = 'ANY 1 (*)'; SELECT pg_reload_conf();` as superuser"
        ))
    }
}
