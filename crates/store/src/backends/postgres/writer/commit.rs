//! One group as one transaction: mostly one statement.
//!
//! Only keys that were there before need more: what they decide changes what is written. Then the keys are claimed first,
//! and the rest is sent in one go; when a statement fails, the database refuses the others and `COMMIT` rolls back.

use tokio_postgres::Error;
use tokio_postgres::types::ToSql;

use super::super::fault;
use super::columns::{Columns, Row};
use super::keys::Keys;
use super::line::Line;
use super::step::Step;
use super::tables::Tables;
use crate::backends::postgres::shared::Shared;

/// What the fence raises.
const FENCED: &str = "HT001";
/// What a key that is there already violates.
const KEY_CONSTRAINT: &str = "message_key_pkey";
/// Groups that look at their keys first, after one that met a key that was there: where callers repeat themselves, nothing
/// is written in vain, and the database's log is not filled.
const CAREFUL_GROUPS: u32 = 100;

/// Why a group was not committed, or is not known to be.
pub(super) enum Failure {
    /// Another node has taken over what this one owned.
    Fenced,
    /// The connection was lost before `COMMIT` was sent: nothing was stored.
    Lost(Error),
    /// It was lost after that: one of the two.
    InDoubt(Error),
    /// The database refused it: nothing was stored.
    Refused(Error),
}

/// How many rows the schedule has gained.
pub(super) struct Committed {
    pub(super) scheduled_by: i64,
}

/// Commit the steps, settled by their keys on the way.
pub(super) async fn commit(
    line: &Line,
    shared: &Shared,
    node: i64,
    steps: &mut [Step],
    keys: &mut Keys,
    backing: &[Row],
) -> Result<Committed, Failure> {
    if keys.is_empty() || line.careful_groups.get() == 0 {
        match commit_at_once(line, node, steps, keys, backing).await {
            Err(error) if is_known_key(&error) => line.careful_groups.set(CAREFUL_GROUPS),
            done => return done.map_err(|error| judged(error, true)),
        }
    }
    line.careful_groups.set(line.careful_groups.get().saturating_sub(1));
    if let Err(error) = begin_with_keys(line, shared, steps, keys, node).await {
        let failure = judged(error, false);
        if !matches!(failure, Failure::Lost(_)) {
            // Should this fail as well, the next group finds the connection unusable.
            let _ = line.client.batch_execute("ROLLBACK").await;
        }
        return Err(failure);
    }
    finish(line, node, steps, keys, backing).await.map_err(|error| judged(error, true))
}

/// One statement that is a transaction by itself.
async fn commit_at_once(
    line: &Line,
    node: i64,
    steps: &[Step],
    keys: &Keys,
    backing: &[Row],
) -> Result<Committed, Error> {
    let (columns, keys) = (Columns::of(steps, backing, node), keys.columns());
    let tables = Tables::of(&columns, Some(&keys));
    let statement = line.group(tables).await?;
    let row = line.client.query_one(&statement, &tables.values(&node, &columns, Some(&keys))).await?;
    Ok(Committed { scheduled_by: columns.rows.len() - row.try_get::<_, i64>(1)? })
}

/// Whether a key of the group was there before.
fn is_known_key(error: &Error) -> bool {
    error.as_db_error().is_some_and(|error| error.constraint() == Some(KEY_CONSTRAINT))
}

fn judged(error: Error, sent: bool) -> Failure {
    if error.code().is_some_and(|code| code.code() == FENCED) {
        return Failure::Fenced;
    }
    match (fault::is_lost(&error), sent) {
        (true, true) => Failure::InDoubt(error),
        (true, false) => Failure::Lost(error),
        (false, _) => Failure::Refused(error),
    }
}

async fn begin_with_keys(
    line: &Line,
    shared: &Shared,
    steps: &mut [Step],
    keys: &mut Keys,
    node: i64,
) -> Result<(), Error> {
    let Line { client, statements, .. } = line;
    let fence: [&(dyn ToSql + Sync); 1] = [&node];
    let (begun, fenced, claimed) = tokio::join!(
            biased;
        client.batch_execute("BEGIN"),
        client.query_one(&statements.fence, &fence),
        keys.claim(client, statements, shared, steps)
    );
    begun?;
    fenced?;
    claimed
}

/// What the keys have left of the group, and `COMMIT`.
async fn finish(
    line: &Line,
    node: i64,
    steps: &[Step],
    keys: &Keys,
    backing: &[Row],
) -> Result<Committed, Error> {
    let Line { client, statements, .. } = line;
    let columns = Columns::of(steps, backing, node);
    let tables = Tables::of(&columns, None);
    let statement = line.group(tables).await?;
    let given_back: Vec<&[u8]> = keys.given_back.iter().map(|key| &key[..]).collect();
    let (unclaim, values): ([&(dyn ToSql + Sync); 1], _) =
        ([&given_back], tables.values(&node, &columns, None));
    let give_back = async {
        if given_back.is_empty() { Ok(0) } else { client.execute(&statements.give_back_keys, &unclaim).await }
    };
    let (unclaimed, written, committed) = tokio::join!(
        biased;
        give_back,
        client.query_one(&statement, &values),
        client.batch_execute("COMMIT")
    );
    unclaimed?;
    let gone: i64 = written?.try_get(1)?;
    committed?;
    Ok(Committed { scheduled_by: columns.rows.len() - gone })
}
