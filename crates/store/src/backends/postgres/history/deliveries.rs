//! Where the deliveries of a message, or of an endpoint, stand.

use std::collections::BTreeMap;

use hooktide_model::{
    AttemptStatus, DeliveryState, DeliveryStatus, EndpointId, Message, MessageId, Page, PageRequest, Trigger,
};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::attempt_row::before_attempts_of;
use super::candidates::Candidates;
use super::message_row::{message_head, unpack_message};
use super::messages::by_keys;
use super::reader::{BothWays, PgHistory};
use super::rows::{column, narrow};
use crate::backends::common::{
    Range, Standing, filters_messages, message_fits, page_of_states, unpack_targets,
};
use crate::{ListedMessage, MessageFilter, StoreError};

/// Attempts of one message at one endpoint that are looked at together: with more of them, its state is told from some.
const ATTEMPTS_MAX: i64 = 1 << 16;

/// By primary key.
pub(super) const TARGETS: &str = "SELECT targets, deliver_at FROM message WHERE seq = $1";
/// A range of the primary key in the partitions from the message's time on.
pub(super) const STATES: &str =
    "SELECT status, next_due, trigger, ep FROM attempt WHERE msg = $1 AND seq > $2 ORDER BY seq";

macro_rules! tried {
    ($direction:literal) => {
        concat!(
            "SELECT a.status, a.next_due, a.trigger, a.msg, a.seq, ",
            message_head!(),
            " FROM (SELECT status, next_due, trigger, msg, seq FROM attempt WHERE ep = $1 AND msg > $2 AND msg < $3 \
              AND seq > $4 ORDER BY msg",
            $direction,
            " LIMIT $5) a LEFT JOIN LATERAL (SELECT * FROM message WHERE seq = a.msg LIMIT 1) m ON TRUE ORDER BY a.msg",
            $direction
        )
    };
}
/// A range of the index (ep, msg), merged over the partitions; each message by its primary key.
pub(super) const TRIED: BothWays = BothWays { newest: tried!(" DESC"), oldest: tried!("") };
/// Where the message's columns begin.
const MESSAGE_AT: usize = 5;

/// Add the attempt in the first three columns.
fn add(standing: &mut Standing, row: &Row) -> Result<(), StoreError> {
    let status = AttemptStatus::from_number(narrow::<i16, u8>(row, 0)?);
    let manual = narrow::<i16, u8>(row, 2)? == Trigger::Manual as u8;
    standing.add(status, column(row, 1)?, manual);
    Ok(())
}

/// A page of a message's deliveries, by endpoint.
pub(super) async fn deliveries(
    history: &PgHistory,
    message: MessageId,
    page: &PageRequest<EndpointId>,
) -> Result<Page<DeliveryState>, StoreError> {
    let session = history.session().await?;
    let (key, from) = (message.seq().0, before_attempts_of(message.seq().0));
    // Sent together: one round trip.
    let of_message: [&(dyn ToSql + Sync); 2] = [&key, &from];
    let (targets, attempts) =
        tokio::try_join!(session.row(TARGETS, &of_message[..1]), session.rows(STATES, &of_message))?;
    let mut standings = BTreeMap::<i64, Standing>::new();
    if let Some(row) = targets {
        let deliver_at: Option<i64> = column(&row, 1)?;
        for endpoint in unpack_targets(column(&row, 0)?) {
            standings.entry(endpoint.0).or_default().deliver_at = deliver_at;
        }
    }
    for row in &attempts {
        add(standings.entry(column(row, 3)?).or_default(), row)?;
    }
    Ok(page_of_states(&history.mint, page, standings))
}

/// A page of the messages that were tried at an endpoint.
pub(super) async fn messages_of_endpoint(
    history: &PgHistory,
    endpoint: EndpointId,
    status: Option<DeliveryStatus>,
    filter: &MessageFilter,
) -> Result<Page<ListedMessage>, StoreError> {
    let session = history.session().await?;
    let mut range = Range::new(&filter.page, filter.after, filter.before);
    let is_filtered = status.is_some() || filters_messages(filter);
    // A message may have several attempts, so the first look is never as small as the page.
    let mut look = Candidates::for_page(range.want * 2, is_filtered);
    let mut found: Vec<ListedMessage> = Vec::new();
    loop {
        let (key, from, limit) = (endpoint.seq().0, before_attempts_of(range.low), look.limit());
        let rows = session.rows(TRIED.along(&range), &[&key, &range.low, &range.high, &from, &limit]).await?;
        let mut tried = by_message(&rows)?;
        let is_full = look.is_full(rows.len());
        if is_full && tried.len() == 1 && limit < ATTEMPTS_MAX {
            look = look.wider();
            continue;
        }
        // The last message's other attempts lie beyond what was read.
        if is_full && tried.len() > 1 {
            tried.pop();
        }
        let last = tried.last().map(|(message, _)| *message);
        for (_, attempts) in tried {
            found.extend(listed(history, endpoint, &attempts, status, filter)?);
        }
        match last {
            Some(last) if is_full && found.len() < range.want => range = range.beyond(last),
            _ => break,
        }
        look = look.next();
    }
    found.truncate(range.want);
    if filter.with_payload {
        let keys = found.iter().map(|listed| listed.message.seq().0).collect();
        let mut whole = by_keys(history, &session, keys).await?;
        for listed in &mut found {
            if let Some(read) = whole.remove(&listed.message.seq().0) {
                listed.message = read;
            }
        }
    }
    Ok(Page::from_walk(&filter.page, found))
}

/// Rows of the same message together, in their order.
fn by_message(rows: &[Row]) -> Result<Vec<(i64, Vec<&Row>)>, StoreError> {
    let mut groups: Vec<(i64, Vec<&Row>)> = Vec::new();
    for row in rows {
        let message: i64 = column(row, 3)?;
        match groups.last_mut() {
            Some((last, attempts)) if *last == message => attempts.push(row),
            _ => groups.push((message, vec![row])),
        }
    }
    Ok(groups)
}

/// A message as it is listed, from its attempts at the endpoint; `None` when it is gone or does not pass.
fn listed(
    history: &PgHistory,
    endpoint: EndpointId,
    attempts: &[&Row],
    wanted: Option<DeliveryStatus>,
    filter: &MessageFilter,
) -> Result<Option<ListedMessage>, StoreError> {
    let Some(first) = attempts.first() else { return Ok(None) };
    let message = unpack_message(&history.mint, history.clock.now(), first, MESSAGE_AT)?;
    let Some(message) = message.filter(|message: &Message| message_fits(message, filter)) else {
        return Ok(None);
    };
    let mut in_time = Vec::with_capacity(attempts.len());
    for row in attempts {
        in_time.push((column::<i64>(row, 4)?, *row));
    }
    in_time.sort_unstable_by_key(|(seq, _)| *seq);
    let mut standing = Standing::default();
    for (_, row) in in_time {
        add(&mut standing, row)?;
    }
    let state = standing.state(endpoint);
    if wanted.is_some_and(|wanted| wanted != state.status) {
        return Ok(None);
    }
    Ok(Some(ListedMessage { message, status: state.status, next_attempt_at: state.next_attempt_at }))
}
