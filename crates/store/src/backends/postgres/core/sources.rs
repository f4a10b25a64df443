//! The `source` table. A source and the application that it owns are written and deleted together.
//!
//! What must stay true: token, secrets and feed are sealed, and no reader of applications sees the owned ones but
//! [`application`].

use deadpool_postgres::GenericClient;
use hooktide_model::{AppId, Application, OrgId, Page, PageRequest, Source, SourceId, TokenHash, Uid};
use tokio_postgres::Row;

use super::applications;
use super::idempotency::{self, Claim, Kind};
use super::rows::{Cells, Context, Fault, Walk, all, change, first, rows_to_read, stale_or_missing, to_json};
use crate::backends::common::configuration::{OpenedSource, open_source, seal_source};
use crate::{Idempotency, ObjectRef, StoreError, Written};

/// The columns in the order in which [`from_row`] reads them.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, sealed, org, app, uid, name, provider, settings, metadata, created_at, updated_at, version ",
            "FROM source ",
            $rest
        )
    };
}

/// One row by primary key, of whichever organisation: for keys that were remembered with it.
pub(super) const BY_SEQ: &str = select!("WHERE seq = $1");

/// One row by primary key; the organisation is checked, so that another's id finds nothing.
pub(super) const BY_ID: &str = select!("WHERE seq = $1 AND org = $2");

/// One row by the unique index on (org, uid).
pub(super) const BY_UID: &str = select!("WHERE org = $1 AND uid = $2");

/// One row by the unique index on the hash. On the receiving path after a cache miss.
pub(super) const BY_TOKEN: &str = select!("WHERE token_hash = $1");

/// The oldest sources that fetch, of all organisations: a partial index holds them and nobody else.
pub(super) const FETCHING: &str = select!("WHERE feeds ORDER BY seq LIMIT $1");

/// Keyset pages in the order of the index on (org, seq): a page costs its rows, wherever it lies.
pub(super) const PAGE: Walk = Walk {
    up: select!("WHERE org = $1 AND seq > $2 ORDER BY seq LIMIT $3"),
    down: select!("WHERE org = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3"),
};

/// The unique index on (org, uid) refuses a uid in use. The owned application is in the same transaction.
pub(super) const INSERT: &str = "
    INSERT INTO source (seq, app, org, uid, name, provider, token_hash, sealed, settings, feeds, metadata,
        created_at, updated_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

/// Appends by primary key. Without uid, so that it takes no name that applications could want.
pub(super) const INSERT_OWNED: &str = "
    INSERT INTO application (seq, org, uid, name, throttle_rate, metadata, created_at, updated_at, version, kind)
    VALUES ($1, $2, NULL, $3, NULL, '{}', $4, $4, 1, 1)";

/// One row by primary key, only in the version that was read: of two saves, on whichever nodes, the second waits for
/// the row and then finds another version.
pub(super) const SAVE: &str = "
    UPDATE source SET uid = $1, name = $2, provider = $3, token_hash = $4, sealed = $5, settings = $6, feeds = $7,
        metadata = $8, updated_at = $9, version = version + 1
    WHERE seq = $10 AND org = $11 AND version = $12
    RETURNING version";

/// One application by primary key, found through the source; source and endpoints go with it in the same transaction.
pub(super) const DELETE: &str =
    "DELETE FROM application WHERE seq = (SELECT app FROM source WHERE seq = $1 AND org = $2)";

/// The unique index that holds uids.
const UID_INDEX: &str = "source_uid";

/// Insert a source with its application, at most once per idempotency key.
pub(super) async fn insert(
    client: &impl GenericClient,
    context: &Context,
    source: Source,
    idempotency: Option<Idempotency>,
) -> Result<Written<Source>, Fault> {
    let (seq, app) = (context.minted(source.id)?, context.minted(source.app)?);
    if let Claim::Seen(seq) = idempotency::claim(client, context, idempotency, Kind::Source, seq).await? {
        return Ok(Written::Replayed(by_seq(client, context, seq).await?.ok_or(StoreError::Missing)?));
    }
    let created_at = source.created_at.unix_ms();
    change(client, INSERT_OWNED, &[&app, &source.org.as_str(), &source.name, &created_at]).await?;
    let inserted = change(
        client,
        INSERT,
        &[
            &seq,
            &app,
            &source.org.as_str(),
            &source.uid.as_ref().map(Uid::as_str),
            &source.name,
            &source.provider,
            &source.token.hash().as_slice(),
            &seal_source(&context.vault, seq, &source),
            &to_json(&source.settings),
            &source.feed.is_some(),
            &to_json(&source.metadata),
            &created_at,
            &source.updated_at.unix_ms(),
            &source.version,
        ],
    )
    .await;
    inserted.map_err(|fault| fault.taken(UID_INDEX, "uid"))?;
    Ok(Written::New(source))
}

/// Save a source in the version that was read, at most once per idempotency key.
pub(super) async fn save(
    client: &impl GenericClient,
    context: &Context,
    source: Source,
    idempotency: Option<Idempotency>,
) -> Result<Written<Source>, Fault> {
    let seq = context.existing(source.id)?;
    if let Claim::Seen(seq) = idempotency::claim(client, context, idempotency, Kind::Source, seq).await? {
        return Ok(Written::Replayed(by_seq(client, context, seq).await?.ok_or(StoreError::Missing)?));
    }
    let saved = first(
        client,
        SAVE,
        &[
            &source.uid.as_ref().map(Uid::as_str),
            &source.name,
            &source.provider,
            &source.token.hash().as_slice(),
            &seal_source(&context.vault, seq, &source),
            &to_json(&source.settings),
            &source.feed.is_some(),
            &to_json(&source.metadata),
            &source.updated_at.unix_ms(),
            &seq,
            &source.org.as_str(),
            &source.version,
        ],
    )
    .await;
    match saved.map_err(|fault| fault.taken(UID_INDEX, "uid"))? {
        Some(row) => Ok(Written::New(Source { version: row.try_get(0)?, ..source })),
        None => {
            let id = ObjectRef::Id(source.id);
            Err(stale_or_missing(find(client, context, &source.org, &id).await?.is_some()).into())
        }
    }
}

/// Delete a source, its application and all that belongs to it.
pub(super) async fn delete(
    client: &impl GenericClient,
    context: &Context,
    org: &OrgId,
    source: SourceId,
) -> Result<(), Fault> {
    match change(client, DELETE, &[&context.existing(source)?, &org.as_str()]).await? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

async fn by_seq(client: &impl GenericClient, context: &Context, seq: i64) -> Result<Option<Source>, Fault> {
    first(client, BY_SEQ, &[&seq]).await?.map(|row| from_row(&row, context)).transpose()
}

/// Read one source of the organisation.
pub(super) async fn find(
    client: &impl GenericClient,
    context: &Context,
    org: &OrgId,
    source: &ObjectRef<SourceId>,
) -> Result<Option<Source>, Fault> {
    let found = match source {
        ObjectRef::Id(id) => match context.known(*id) {
            Some(seq) => first(client, BY_ID, &[&seq, &org.as_str()]).await?,
            None => None,
        },
        ObjectRef::Uid(uid) => first(client, BY_UID, &[&org.as_str(), &uid.as_str()]).await?,
    };
    found.map(|row| from_row(&row, context)).transpose()
}

/// Read the source whose token has that hash.
pub(super) async fn by_token(
    client: &impl GenericClient,
    context: &Context,
    hash: TokenHash,
) -> Result<Option<Source>, Fault> {
    first(client, BY_TOKEN, &[&hash.as_slice()]).await?.map(|row| from_row(&row, context)).transpose()
}

/// Read the sources that fetch, oldest first, so many at most.
pub(super) async fn fetching(
    client: &impl GenericClient,
    context: &Context,
    limit: usize,
) -> Result<Vec<Source>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    all(client, FETCHING, &[&limit]).await?.iter().map(|row| from_row(row, context)).collect()
}

/// Read the application that a source owns.
pub(super) async fn application(
    client: &impl GenericClient,
    context: &Context,
    app: AppId,
) -> Result<Option<Application>, Fault> {
    match context.known(app) {
        Some(seq) => applications::by_seq(client, context, seq).await,
        None => Ok(None),
    }
}

/// Read a page of the organisation's sources.
pub(super) async fn list(
    client: &impl GenericClient,
    context: &Context,
    org: &OrgId,
    page: &PageRequest<SourceId>,
) -> Result<Page<Source>, Fault> {
    let (sql, beyond) = PAGE.by_id(page);
    let rows = all(client, sql, &[&org.as_str(), &beyond, &rows_to_read(page)]).await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(|row| from_row(row, context)).collect();
    Ok(Page::from_walk(page, rows?))
}

fn from_row(row: &Row, context: &Context) -> Result<Source, Fault> {
    let mut cells = Cells::of(row);
    let seq = cells.take()?;
    let OpenedSource { token, secrets, feed } = open_source(&context.vault, seq, cells.take()?)?;
    Ok(Source {
        id: context.id(seq),
        org: OrgId::trusted(cells.take()?),
        app: context.id(cells.take()?),
        uid: cells.take::<Option<&str>>()?.map(Uid::trusted),
        name: cells.take()?,
        provider: cells.take()?,
        token,
        secrets,
        settings: cells.json("settings")?,
        feed,
        metadata: cells.json("metadata")?,
        created_at: cells.time()?,
        updated_at: cells.time()?,
        version: cells.take()?,
    })
}
