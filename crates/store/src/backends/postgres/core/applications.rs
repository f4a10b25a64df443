//! The `application` table.

use deadpool_postgres::GenericClient;
use hooktide_model::{AppId, Application, OrgId, Page, PageRequest, Uid};
use tokio_postgres::Row;

use super::idempotency::{self, Claim, Kind};
use super::rows::{
    Cells, Context, Fault, Walk, all, change, first, rate, rows_to_read, stale_or_missing, to_json,
};
use crate::{Idempotency, ObjectRef, StoreError, Written};

/// The columns in the order in which [`from_cells`] reads them, of the table or alias `application`.
macro_rules! application_columns {
    () => {
        "application.seq, application.org, application.uid, application.name, application.throttle_rate, \
         application.metadata, application.created_at, application.updated_at, application.version"
    };
}
pub(super) use application_columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", application_columns!(), " FROM application ", $rest)
    };
}

/// One row by primary key, of whichever organisation: for steps that come from a row that was already theirs.
pub(super) const BY_SEQ: &str = select!("WHERE seq = $1");

/// One row by primary key; the organisation is checked, so that another's id finds nothing. Nor does the id of one
/// that a source owns.
pub(super) const BY_ID: &str = select!("WHERE seq = $1 AND org = $2 AND kind = 0");

/// One row by the unique index on (org, uid).
pub(super) const BY_UID: &str = select!("WHERE org = $1 AND uid = $2");

/// Keyset pages in the order of the index on (org, seq) of listed ones: a page costs its rows, wherever it lies.
pub(super) const PAGE: Walk = Walk {
    up: select!("WHERE org = $1 AND kind = 0 AND seq > $2 ORDER BY seq LIMIT $3"),
    down: select!("WHERE org = $1 AND kind = 0 AND seq < $2 ORDER BY seq DESC LIMIT $3"),
};

/// The unique index on (org, uid) refuses a uid in use, on whichever node it was taken.
pub(super) const INSERT: &str = "
    INSERT INTO application (seq, org, uid, name, throttle_rate, metadata, created_at, updated_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// One row by primary key, only in the version that was read: of two saves, on whichever nodes, the second waits for
/// the row and then finds another version.
pub(super) const SAVE: &str = "
    UPDATE application SET uid = $1, name = $2, throttle_rate = $3, metadata = $4, updated_at = $5,
        version = version + 1
    WHERE seq = $6 AND org = $7 AND kind = 0 AND version = $8
    RETURNING version";

/// One row by primary key; endpoints and their secrets go with it in the same transaction, by their indexes.
pub(super) const DELETE: &str = "DELETE FROM application WHERE seq = $1 AND org = $2 AND kind = 0";

/// The unique index that holds uids.
const UID_INDEX: &str = "application_uid";

/// Insert an application, at most once per idempotency key.
pub(super) async fn insert(
    client: &impl GenericClient,
    context: &Context,
    application: Application,
    idempotency: Option<Idempotency>,
) -> Result<Written<Application>, Fault> {
    let seq = context.minted(application.id)?;
    if let Claim::Seen(seq) = idempotency::claim(client, context, idempotency, Kind::Application, seq).await?
    {
        let found = by_seq(client, context, seq).await?.ok_or(StoreError::Missing)?;
        return Ok(Written::Replayed(found));
    }
    let Application { org, uid, name, throttle_rate, metadata, created_at, updated_at, version, .. } =
        &application;
    let inserted = change(
        client,
        INSERT,
        &[
            &seq,
            &org.as_str(),
            &uid.as_ref().map(Uid::as_str),
            name,
            &rate(*throttle_rate),
            &to_json(metadata),
            &created_at.unix_ms(),
            &updated_at.unix_ms(),
            version,
        ],
    )
    .await;
    inserted.map_err(|fault| fault.taken(UID_INDEX, "uid"))?;
    Ok(Written::New(application))
}

/// Save an application in the version that was read.
pub(super) async fn save(
    client: &impl GenericClient,
    context: &Context,
    application: Application,
) -> Result<Application, Fault> {
    let saved = first(
        client,
        SAVE,
        &[
            &application.uid.as_ref().map(Uid::as_str),
            &application.name,
            &rate(application.throttle_rate),
            &to_json(&application.metadata),
            &application.updated_at.unix_ms(),
            &context.existing(application.id)?,
            &application.org.as_str(),
            &application.version,
        ],
    )
    .await;
    match saved.map_err(|fault| fault.taken(UID_INDEX, "uid"))? {
        Some(row) => Ok(Application { version: row.try_get(0)?, ..application }),
        None => {
            let id = ObjectRef::Id(application.id);
            Err(stale_or_missing(find(client, context, &application.org, &id).await?.is_some()).into())
        }
    }
}

/// Delete an application and all that belongs to it.
pub(super) async fn delete(
    client: &impl GenericClient,
    context: &Context,
    org: &OrgId,
    app: AppId,
) -> Result<(), Fault> {
    match change(client, DELETE, &[&context.existing(app)?, &org.as_str()]).await? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

/// Read the application with that key.
pub(super) async fn by_seq(
    client: &impl GenericClient,
    context: &Context,
    seq: i64,
) -> Result<Option<Application>, Fault> {
    first(client, BY_SEQ, &[&seq]).await?.map(|row| from_row(&row, context)).transpose()
}

/// Read one application of the organisation.
pub(super) async fn find(
    client: &impl GenericClient,
    context: &Context,
    org: &OrgId,
    app: &ObjectRef<AppId>,
) -> Result<Option<Application>, Fault> {
    let found = match app {
        ObjectRef::Id(id) => match context.known(*id) {
            Some(seq) => first(client, BY_ID, &[&seq, &org.as_str()]).await?,
            None => None,
        },
        ObjectRef::Uid(uid) => first(client, BY_UID, &[&org.as_str(), &uid.as_str()]).await?,
    };
    found.map(|row| from_row(&row, context)).transpose()
}

/// Read a page of the organisation's applications.
pub(super) async fn list(
    client: &impl GenericClient,
    context: &Context,
    org: &OrgId,
    page: &PageRequest<AppId>,
) -> Result<Page<Application>, Fault> {
    let (sql, beyond) = PAGE.by_id(page);
    let rows = all(client, sql, &[&org.as_str(), &beyond, &rows_to_read(page)]).await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(|row| from_row(row, context)).collect();
    Ok(Page::from_walk(page, rows?))
}

fn from_row(row: &Row, context: &Context) -> Result<Application, Fault> {
    from_cells(&mut Cells::of(row), context)
}

/// Read an application from its columns.
pub(super) fn from_cells(cells: &mut Cells<'_>, context: &Context) -> Result<Application, Fault> {
    Ok(Application {
        id: context.id(cells.take()?),
        org: OrgId::trusted(cells.take()?),
        uid: cells.take::<Option<&str>>()?.map(Uid::trusted),
        name: cells.take()?,
        throttle_rate: cells.rate("throttle_rate")?,
        metadata: cells.json("metadata")?,
        created_at: cells.time()?,
        updated_at: cells.time()?,
        version: cells.take()?,
    })
}
