//! A source's receipts.

use std::collections::HashMap;

use hooktide_model::{
    MessageId, Page, Receipt, ReceiptHead, ReceiptId, ReceiptOutcome, Seq, SourceId, Timestamp,
};
use tokio_postgres::Row;

use super::candidates::Candidates;
use super::reader::{BothWays, PgHistory, Session};
use super::rows::{column, damaged, narrow, narrow_or_null};
use crate::backends::common::{Range, open_head, unpack_body};
use crate::{ReceiptFilter, StoreError};

/// By primary keys. An accepted receipt's body is its message's.
pub(super) const WITH_BODY: &str = "SELECT r.seq, r.source, r.outcome, r.head, r.plain_bytes, r.body, m.plain_bytes, m.body, m.expires_at \
     FROM receipt r LEFT JOIN message m ON m.seq = $1 AND r.outcome = 0 WHERE r.seq = $1 AND r.source = $2";
/// By primary key.
pub(super) const OF_MESSAGE: &str =
    "SELECT seq, source, outcome, head FROM receipt WHERE seq = $1 AND outcome = 0";

macro_rules! list {
    ($columns:literal, $direction:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM receipt WHERE source = $1 AND seq > $2 AND seq < $3 ORDER BY seq",
            $direction,
            " LIMIT $4"
        )
    };
}
/// A range of the index (source, seq), partition by partition in the order of the walk.
pub(super) const LIST: BothWays = BothWays {
    newest: list!("seq, source, outcome, head", " DESC"),
    oldest: list!("seq, source, outcome, head", ""),
};
/// The same, without heads: they are large.
pub(super) const OUTCOMES: BothWays =
    BothWays { newest: list!("seq, outcome", " DESC"), oldest: list!("seq, outcome", "") };
/// By primary key, in the partitions that can have one.
pub(super) const BY_KEYS: &str =
    "SELECT seq, source, outcome, head FROM receipt WHERE seq = ANY ($1::BIGINT[])";

/// One receipt of the source, with its body.
pub(super) async fn receipt(
    history: &PgHistory,
    source: SourceId,
    id: ReceiptId,
) -> Result<Option<Receipt>, StoreError> {
    if !history.mint.made(id) {
        return Ok(None);
    }
    let found = history.session().await?.row(WITH_BODY, &[&id.seq().0, &source.seq().0]).await?;
    let Some(row) = found else { return Ok(None) };
    let mut receipt = unpack(history, &row)?;
    let is_accepted = receipt.outcome == ReceiptOutcome::Accepted;
    let expires_at = column::<Option<i64>>(&row, 8)?.map(Timestamp::from_unix_ms);
    let is_readable = !is_accepted || expires_at.is_some_and(|end| history.clock.now() < end);
    let at = if is_accepted { 6 } else { 4 };
    if let Some(body) = column::<Option<&[u8]>>(&row, at + 1)?.filter(|_| is_readable) {
        receipt.body = Some(unpack_body(body, narrow_or_null::<i32, u32>(&row, at)?)?);
    }
    Ok(Some(receipt))
}

/// The request that a message came with, without its body.
pub(super) async fn receipt_head(
    history: &PgHistory,
    message: MessageId,
) -> Result<Option<ReceiptHead>, StoreError> {
    let found = history.session().await?.row(OF_MESSAGE, &[&message.seq().0]).await?;
    found.map(|row| Ok(unpack(history, &row)?.head)).transpose()
}

/// A page of a source's receipts, without bodies.
pub(super) async fn receipts(
    history: &PgHistory,
    source: SourceId,
    filter: &ReceiptFilter,
) -> Result<Page<Receipt>, StoreError> {
    let session = history.session().await?;
    let (range, key) = (Range::new(&filter.page, filter.after, filter.before), source.seq().0);
    let rows = match filter.outcome {
        None => {
            let limit = Candidates::for_page(range.want, false).limit();
            session.rows(LIST.along(&range), &[&key, &range.low, &range.high, &limit]).await?
        }
        Some(outcome) => {
            let keys = keys_with(&session, key, range, outcome).await?;
            by_keys(&session, keys).await?
        }
    };
    let listed: Result<Vec<Receipt>, StoreError> = rows.iter().map(|row| unpack(history, row)).collect();
    Ok(Page::from_walk(&filter.page, listed?))
}

/// The first keys of the range with that outcome, at most as many as it wants.
async fn keys_with(
    session: &Session,
    source: i64,
    mut range: Range,
    outcome: ReceiptOutcome,
) -> Result<Vec<i64>, StoreError> {
    let mut look = Candidates::for_page(range.want, true);
    let mut found = Vec::new();
    loop {
        let limit = look.limit();
        let rows = session.rows(OUTCOMES.along(&range), &[&source, &range.low, &range.high, &limit]).await?;
        let mut last = None;
        for row in &rows {
            let seq: i64 = column(row, 0)?;
            last = Some(seq);
            if narrow::<i16, u8>(row, 1)? == outcome as u8 {
                found.push(seq);
            }
        }
        match last {
            Some(last) if look.is_full(rows.len()) && found.len() < range.want => range = range.beyond(last),
            _ => break,
        }
        look = look.next();
    }
    found.truncate(range.want);
    Ok(found)
}

/// The rows of these keys, in their order.
async fn by_keys(session: &Session, keys: Vec<i64>) -> Result<Vec<Row>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = HashMap::with_capacity(keys.len());
    for row in session.rows(BY_KEYS, &[&keys]).await? {
        found.insert(column::<i64>(&row, 0)?, row);
    }
    Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
}

/// The receipt in the first four columns, without its body.
fn unpack(history: &PgHistory, row: &Row) -> Result<Receipt, StoreError> {
    let (seq, source) = (Seq(column(row, 0)?), Seq(column(row, 1)?));
    let outcome = ReceiptOutcome::from_number(narrow::<i16, u8>(row, 2)?)
        .ok_or_else(|| damaged("receipt.outcome", "an unknown number"))?;
    let head = open_head(&history.vault, source, column(row, 3)?)?;
    let message = (outcome == ReceiptOutcome::Accepted).then(|| history.mint.id(seq));
    Ok(Receipt { id: history.mint.id(seq), source, outcome, head, message, body: None })
}
