//! One group as one transaction, sent in one go.
//!
//! Statements are sent without waiting for each other's answers; when one fails, the database refuses the rest and
//! `COMMIT` rolls back. Only keys need an answer first: what they decide changes what is written.

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};

use super::super::fault;
use super::columns::{Attempts, Columns, Messages, Receipts, Row, Rows};
use super::keys::Keys;
use super::line::Line;
use super::step::Step;
use crate::backends::postgres::shared::Shared;

/// What the fence raises.
const FENCED: &str = "HT001";

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

type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Commit the steps, settled by their keys on the way.
pub(super) async fn commit(
    line: &Line,
    shared: &Shared,
    node: i64,
    steps: &mut [Step],
    keys: &mut Keys,
    backing: &[Row],
) -> Result<Committed, Failure> {
    let mut begun = false;
    if !keys.is_empty() {
        begun = true;
        if let Err(error) = begin_with_keys(line, shared, steps, keys, node).await {
            let failure = judged(error, false);
            if !matches!(failure, Failure::Lost(_)) {
                // Should this fail as well, the next group finds the connection unusable.
                let _ = line.client.batch_execute("ROLLBACK").await;
            }
            return Err(failure);
        }
    }
    let columns = Columns::of(steps, backing, node);
    let gone = send(line, &columns, keys, node, begun).await.map_err(|error| judged(error, true))?;
    Ok(Committed { scheduled_by: columns.rows.len() - gone })
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
    let Line { client, statements } = line;
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

/// Everything that is left, and `COMMIT`; how many rows of the schedule went.
async fn send(line: &Line, columns: &Columns<'_>, keys: &Keys, node: i64, begun: bool) -> Result<i64, Error> {
    let Line { client, statements } = line;
    let begin = async {
        if begun {
            return Ok(());
        }
        let fence: [&(dyn ToSql + Sync); 1] = [&node];
        let (begun, fenced) = tokio::join!(
            biased;client.batch_execute("BEGIN"), client.query_one(&statements.fence, &fence));
        begun?;
        fenced.map(|_| ())
    };
    let given_back: Vec<&[u8]> = keys.given_back.iter().map(|key| &key[..]).collect();
    let unclaim: [&(dyn ToSql + Sync); 1] = [&given_back];
    let (begun, unclaimed, messages, receipts, attempts, ended, rows, committed) = tokio::join!(
            biased;
        begin,
        run(client, &statements.give_back_keys, given_back.is_empty(), &unclaim),
        insert_messages(client, &statements.insert_messages, &columns.messages),
        insert_receipts(client, &statements.insert_receipts, &columns.receipts),
        insert_attempts(client, &statements.insert_attempts, &columns.attempts),
        end_rows(client, &statements.end_rows, &columns.ended),
        insert_rows(client, &statements.insert_rows, &columns.rows),
        client.batch_execute("COMMIT")
    );
    begun?;
    for done in [unclaimed, messages, receipts, attempts, rows] {
        done?;
    }
    let ended = ended?;
    committed?;
    Ok(i64::try_from(ended).unwrap_or(i64::MAX))
}

async fn run(
    client: &Client,
    statement: &Statement,
    is_empty: bool,
    values: Values<'_>,
) -> Result<u64, Error> {
    if is_empty { Ok(0) } else { client.execute(statement, values).await }
}

async fn insert_messages(client: &Client, statement: &Statement, rows: &Messages<'_>) -> Result<u64, Error> {
    let values: Values<'_> = &[
        &rows.seq,
        &rows.app,
        &rows.event_type,
        &rows.uid,
        &rows.channels,
        &rows.tags,
        &rows.deliver_at,
        &rows.expires_at,
        &rows.targets,
        &rows.hops,
        &rows.content_type,
        &rows.plain_bytes,
        &rows.body,
        &rows.params,
    ];
    run(client, statement, rows.seq.is_empty(), values).await
}

async fn insert_receipts(client: &Client, statement: &Statement, rows: &Receipts<'_>) -> Result<u64, Error> {
    let values: Values<'_> =
        &[&rows.seq, &rows.source, &rows.outcome, &rows.head, &rows.plain_bytes, &rows.body];
    run(client, statement, rows.seq.is_empty(), values).await
}

async fn insert_attempts(client: &Client, statement: &Statement, rows: &Attempts<'_>) -> Result<u64, Error> {
    let values: Values<'_> = &[
        &rows.seq,
        &rows.msg,
        &rows.ep,
        &rows.number,
        &rows.trigger,
        &rows.status,
        &rows.code,
        &rows.duration_ms,
        &rows.url,
        &rows.next_due,
        &rows.response,
    ];
    run(client, statement, rows.seq.is_empty(), values).await
}

async fn insert_rows(client: &Client, statement: &Statement, rows: &Rows) -> Result<u64, Error> {
    let values: Values<'_> =
        &[&rows.owner, &rows.ep, &rows.due, &rows.msg, &rows.id, &rows.tries, &rows.trigger];
    run(client, statement, rows.ep.is_empty(), values).await
}

async fn end_rows(client: &Client, statement: &Statement, rows: &Rows) -> Result<u64, Error> {
    let values: Values<'_> = &[&rows.owner, &rows.ep, &rows.due, &rows.msg, &rows.id];
    run(client, statement, rows.ep.is_empty(), values).await
}
