//! The `source` table. A source and the application that it owns are written and deleted together.
//!
//! What must stay true: token, secrets and feed are sealed, and no reader of applications sees the owned ones but
//! [`application`].

use hooktide_model::{AppId, Application, OrgId, Page, PageRequest, Source, SourceId, TokenHash, Uid};
use rusqlite::{Connection, Row, named_params};

use super::applications;
use super::fault::Fault;
use super::idempotency::{self, Kind};
use super::rows::{
    Context, Walk, all, bytes, change, first, json, rows_to_read, stale_or_missing, time, to_json,
};
use crate::backends::common::configuration::{OpenedSource, open_source, seal_source};
use crate::{Idempotency, ObjectRef, StoreError, Written};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, app, org, uid, name, provider, sealed, settings, metadata, created_at, updated_at, version ",
            "FROM source ",
            $rest
        )
    };
}

/// One row by primary key, of whichever organisation: for keys that were remembered with it.
pub(super) const BY_SEQ: &str = select!("WHERE seq = ?1");

/// One row by primary key; the organisation is checked, so that another's id finds nothing.
pub(super) const BY_ID: &str = select!("WHERE seq = ?1 AND org = ?2");

/// One row by the unique index on (org, uid).
pub(super) const BY_UID: &str = select!("WHERE org = ?1 AND uid = ?2");

/// One row by the unique index on the hash. On the receiving path after a cache miss.
pub(super) const BY_TOKEN: &str = select!("WHERE token_hash = ?1");

/// The oldest sources that fetch, of all organisations: a partial index holds them and nobody else.
pub(super) const FETCHING: &str = select!("WHERE feeds = 1 ORDER BY seq LIMIT ?1");

/// Keyset pages in the order of the index on (org, seq): a page costs its rows, wherever it lies.
pub(super) const PAGE: Walk = Walk {
    up: select!("WHERE org = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"),
    down: select!("WHERE org = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3"),
};

/// The unique index on (org, uid) refuses a uid in use. The owned application is in the same transaction.
pub(super) const INSERT: &str = "
    INSERT INTO source (seq, app, org, uid, name, provider, token_hash, sealed, settings, feeds, metadata,
        created_at, updated_at, version)
    VALUES (:seq, :app, :org, :uid, :name, :provider, :token_hash, :sealed, :settings, :feeds, :metadata,
        :created_at, :updated_at, :version)";

/// Appends by primary key. Without uid, so that it takes no name that applications could want.
pub(super) const INSERT_OWNED: &str = "
    INSERT INTO application (seq, org, uid, name, throttle_rate, metadata, created_at, updated_at, version, kind)
    VALUES (?1, ?2, NULL, ?3, NULL, '{}', ?4, ?4, 1, 1)";

/// One row by primary key, only in the version that was read: of two saves the second finds nothing.
pub(super) const SAVE: &str = "
    UPDATE source SET uid = :uid, name = :name, provider = :provider, token_hash = :token_hash, sealed = :sealed,
        settings = :settings, feeds = :feeds, metadata = :metadata, updated_at = :updated_at, version = version + 1
    WHERE seq = :seq AND org = :org AND version = :version
    RETURNING version";

/// One application by primary key, found through the source; source and endpoints go with it in the same transaction.
pub(super) const DELETE: &str =
    "DELETE FROM application WHERE seq = (SELECT app FROM source WHERE seq = ?1 AND org = ?2)";

/// Insert a source with its application, at most once per idempotency key.
pub(super) fn insert(
    connection: &Connection,
    context: &Context,
    source: Source,
    idempotency: Option<Idempotency>,
) -> Result<Written<Source>, Fault> {
    let current = |seq| first(connection, BY_SEQ, [seq], |row| from_row(row, context));
    let write = || insert_row(connection, context, source);
    idempotency::once(connection, context, idempotency, Kind::Source, current, write)
}

fn insert_row(connection: &Connection, context: &Context, source: Source) -> Result<(i64, Source), Fault> {
    let (seq, app) = (context.minted(source.id)?, context.minted(source.app)?);
    let owned = (app, source.org.as_str(), &source.name, source.created_at.unix_ms());
    change(connection, INSERT_OWNED, owned)?;
    let params = named_params! {
        ":seq": seq,
        ":app": app,
        ":org": source.org.as_str(),
        ":uid": source.uid.as_ref().map(Uid::as_str),
        ":name": source.name,
        ":provider": source.provider,
        ":token_hash": source.token.hash(),
        ":sealed": seal_source(&context.vault, seq, &source),
        ":settings": to_json(&source.settings),
        ":feeds": source.feed.is_some(),
        ":metadata": to_json(&source.metadata),
        ":created_at": source.created_at.unix_ms(),
        ":updated_at": source.updated_at.unix_ms(),
        ":version": source.version,
    };
    change(connection, INSERT, params).map_err(|fault| fault.taken("uid"))?;
    Ok((seq, source))
}

/// Save a source in the version that was read, at most once per idempotency key.
pub(super) fn save(
    connection: &Connection,
    context: &Context,
    source: Source,
    idempotency: Option<Idempotency>,
) -> Result<Written<Source>, Fault> {
    let current = |seq| first(connection, BY_SEQ, [seq], |row| from_row(row, context));
    let write = || save_row(connection, context, source);
    idempotency::once(connection, context, idempotency, Kind::Source, current, write)
}

fn save_row(connection: &Connection, context: &Context, source: Source) -> Result<(i64, Source), Fault> {
    let seq = context.existing(source.id)?;
    let params = named_params! {
        ":seq": seq,
        ":org": source.org.as_str(),
        ":uid": source.uid.as_ref().map(Uid::as_str),
        ":name": source.name,
        ":provider": source.provider,
        ":token_hash": source.token.hash(),
        ":sealed": seal_source(&context.vault, seq, &source),
        ":settings": to_json(&source.settings),
        ":feeds": source.feed.is_some(),
        ":metadata": to_json(&source.metadata),
        ":updated_at": source.updated_at.unix_ms(),
        ":version": source.version,
    };
    match first(connection, SAVE, params, |row| Ok(row.get(0)?)).map_err(|fault| fault.taken("uid"))? {
        Some(version) => Ok((seq, Source { version, ..source })),
        None => {
            let id = ObjectRef::Id(source.id);
            Err(stale_or_missing(find(connection, context, &source.org, &id)?.is_some()).into())
        }
    }
}

/// Delete a source, its application and all that belongs to it.
pub(super) fn delete(
    connection: &Connection,
    context: &Context,
    org: &OrgId,
    source: SourceId,
) -> Result<(), Fault> {
    match change(connection, DELETE, (context.existing(source)?, org.as_str()))? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

/// Read one source of the organisation.
pub(super) fn find(
    connection: &Connection,
    context: &Context,
    org: &OrgId,
    source: &ObjectRef<SourceId>,
) -> Result<Option<Source>, Fault> {
    let read = |row: &Row<'_>| from_row(row, context);
    match source {
        ObjectRef::Id(id) => match context.known(*id) {
            Some(seq) => first(connection, BY_ID, (seq, org.as_str()), read),
            None => Ok(None),
        },
        ObjectRef::Uid(uid) => first(connection, BY_UID, (org.as_str(), uid.as_str()), read),
    }
}

/// Read the source whose token has that hash.
pub(super) fn by_token(
    connection: &Connection,
    context: &Context,
    hash: TokenHash,
) -> Result<Option<Source>, Fault> {
    first(connection, BY_TOKEN, [hash], |row| from_row(row, context))
}

/// Read the sources that fetch, oldest first, so many at most.
pub(super) fn fetching(
    connection: &Connection,
    context: &Context,
    limit: usize,
) -> Result<Vec<Source>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    all(connection, FETCHING, [limit], |row| from_row(row, context))
}

/// Read the application that a source owns.
pub(super) fn application(
    connection: &Connection,
    context: &Context,
    app: AppId,
) -> Result<Option<Application>, Fault> {
    match context.known(app) {
        Some(seq) => applications::by_seq(connection, context, seq),
        None => Ok(None),
    }
}

/// Read a page of the organisation's sources.
pub(super) fn list(
    connection: &Connection,
    context: &Context,
    org: &OrgId,
    page: &PageRequest<SourceId>,
) -> Result<Page<Source>, Fault> {
    let (sql, beyond) = PAGE.by_id(page);
    let params = (org.as_str(), beyond, rows_to_read(page));
    let rows = all(connection, sql, params, |row| from_row(row, context))?;
    Ok(Page::from_walk(page, rows))
}

fn from_row(row: &Row<'_>, context: &Context) -> Result<Source, Fault> {
    let seq: i64 = row.get("seq")?;
    let sealed = bytes(row, "sealed")?.unwrap_or_default();
    let OpenedSource { token, secrets, feed } = open_source(&context.vault, seq, sealed)?;
    Ok(Source {
        id: context.id(seq),
        org: OrgId::trusted(row.get_ref("org")?.as_str().map_err(rusqlite::Error::from)?),
        app: context.id(row.get("app")?),
        uid: row.get::<_, Option<String>>("uid")?.map(|uid| Uid::trusted(&uid)),
        name: row.get("name")?,
        provider: row.get("provider")?,
        token,
        secrets,
        settings: json(row, "settings")?,
        feed,
        metadata: json(row, "metadata")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
        version: row.get("version")?,
    })
}
