//! Attempts, of an endpoint or of a message.

use hooktide_model::{Attempt, AttemptId, AttemptStatus, EndpointId, Message, MessageId, Page};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::attempt_row::{ATTEMPT_COLUMNS, attempt_columns, before_attempts_of, unpack_attempt};
use super::candidates::Candidates;
use super::message_row::{message_head, unpack_message, whole_message};
use super::messages::by_keys;
use super::reader::{BothWays, PgHistory, Session};
use crate::backends::common::{Range, attempt_fits, filters_by_message, message_fits_attempts};
use crate::{AttemptFilter, ListedAttempt, StoreError};

/// By primary key, in the one partition that can have it.
pub(super) const BY_KEY: &str =
    concat!("SELECT ", attempt_columns!(), " FROM attempt a WHERE a.msg = $1 AND a.seq = $2");

macro_rules! of_message {
    ($direction:literal) => {
        concat!(
            "SELECT ",
            attempt_columns!(),
            " FROM attempt a WHERE a.msg = $1 AND a.seq > $2 AND a.seq < $3 ORDER BY a.seq",
            $direction,
            " LIMIT $4"
        )
    };
}
/// A range of the primary key, partition by partition in the order of the walk.
pub(super) const OF_MESSAGE: BothWays = BothWays { newest: of_message!(" DESC"), oldest: of_message!("") };

macro_rules! of_endpoint {
    ($condition:literal, $direction:literal) => {
        concat!(
            "SELECT ",
            attempt_columns!(),
            " FROM attempt a WHERE a.ep = $1 AND a.seq > $2 AND a.seq < $3",
            $condition,
            " ORDER BY a.seq",
            $direction,
            " LIMIT $4"
        )
    };
    ($condition:literal, $direction:literal, $message:expr) => {
        concat!(
            "SELECT ",
            attempt_columns!(),
            ", ",
            $message,
            " FROM (SELECT * FROM attempt WHERE ep = $1 AND seq > $2 AND seq < $3",
            $condition,
            " ORDER BY seq",
            $direction,
            " LIMIT $4) a LEFT JOIN LATERAL (SELECT * FROM message WHERE seq = a.msg LIMIT 1) m ON TRUE ORDER BY a.seq",
            $direction
        )
    };
}
macro_rules! both_ways {
    ($condition:literal $(, $message:expr)?) => {
        BothWays {
            newest: of_endpoint!($condition, " DESC" $(, $message)?),
            oldest: of_endpoint!($condition, "" $(, $message)?),
        }
    };
}
/// A range of the index (ep, seq), partition by partition in the order of the walk.
pub(super) const OF_ENDPOINT: BothWays = both_ways!("");
/// A range of the index over what did not succeed.
pub(super) const UNSUCCESSFUL: BothWays = both_ways!(" AND status <> 0");
/// As [`OF_ENDPOINT`]; each message by its primary key, without contents.
pub(super) const OF_ENDPOINT_LABELLED: BothWays = both_ways!("", message_head!());
/// As [`UNSUCCESSFUL`]; each message by its primary key, without contents.
pub(super) const UNSUCCESSFUL_LABELLED: BothWays = both_ways!(" AND status <> 0", message_head!());
/// As [`OF_ENDPOINT`]; each message by its primary key. The inner limit keeps the planner from any other way.
pub(super) const OF_ENDPOINT_WHOLE: BothWays = both_ways!("", whole_message!());

/// How much of its message comes with an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Labels,
    Whole,
}

/// One attempt of a message.
pub(super) async fn attempt(
    history: &PgHistory,
    message: MessageId,
    attempt: AttemptId,
) -> Result<Option<Attempt>, StoreError> {
    if !history.mint.made(attempt) {
        return Ok(None);
    }
    let found = history.session().await?.row(BY_KEY, &[&message.seq().0, &attempt.seq().0]).await?;
    found.map(|row| unpack_attempt(&history.mint, &row)).transpose()
}

/// Attempts of a message.
pub(super) async fn attempts_of_message(
    history: &PgHistory,
    message: MessageId,
    filter: &AttemptFilter,
) -> Result<Page<ListedAttempt>, StoreError> {
    let session = history.session().await?;
    let mut range = Range::new(&filter.page, filter.after, filter.before);
    range.low = range.low.max(before_attempts_of(message.seq().0));
    let walk = Walk { history, session: &session, key: message.seq().0, filter };
    // All have the same message: it is read once, in the same round trip.
    let (found, message) = if filters_by_message(filter) || filter.with_message {
        let message = by_keys(history, &session, vec![message.seq().0]);
        let (found, mut message) =
            tokio::try_join!(walk.collect(&OF_MESSAGE, range, Part::Nothing), message)?;
        (found, message.drain().next().map(|(_, message)| message))
    } else {
        (walk.collect(&OF_MESSAGE, range, Part::Nothing).await?, None)
    };
    if filters_by_message(filter) && !message.as_ref().is_some_and(|one| message_fits_attempts(one, filter)) {
        return Ok(Page { data: Vec::new(), done: true });
    }
    let message = message.filter(|_| filter.with_message);
    let listed = found.into_iter().map(|listed| ListedAttempt { message: message.clone(), ..listed });
    Ok(Page::from_walk(&filter.page, listed.collect()))
}

/// Attempts at an endpoint.
pub(super) async fn attempts_of_endpoint(
    history: &PgHistory,
    endpoint: EndpointId,
    filter: &AttemptFilter,
) -> Result<Page<ListedAttempt>, StoreError> {
    let session = history.session().await?;
    let range = Range::new(&filter.page, filter.after, filter.before);
    let only_unsuccessful = filter.status.is_some_and(|status| status != AttemptStatus::Success);
    let part = match (filters_by_message(filter), filter.with_message && !is_filtered(filter)) {
        (true, _) => Part::Labels,
        (false, true) => Part::Whole,
        (false, false) => Part::Nothing,
    };
    let list = match (part, only_unsuccessful) {
        (Part::Nothing, false) => &OF_ENDPOINT,
        (Part::Nothing, true) => &UNSUCCESSFUL,
        (Part::Labels, false) => &OF_ENDPOINT_LABELLED,
        (Part::Labels, true) => &UNSUCCESSFUL_LABELLED,
        (Part::Whole, _) => &OF_ENDPOINT_WHOLE,
    };
    let walk = Walk { history, session: &session, key: endpoint.seq().0, filter };
    let mut found = walk.collect(list, range, part).await?;
    if filter.with_message && part != Part::Whole {
        let keys = found.iter().map(|listed| listed.attempt.message.seq().0).collect();
        let messages = by_keys(history, &session, keys).await?;
        for listed in &mut found {
            listed.message = messages.get(&listed.attempt.message.seq().0).cloned();
        }
    }
    Ok(Page::from_walk(&filter.page, found))
}

/// Whether some attempts of the range may not be in the list.
fn is_filtered(filter: &AttemptFilter) -> bool {
    filter.status.is_some()
        || filter.status_code_class.is_some()
        || filter.endpoint.is_some()
        || filters_by_message(filter)
}

/// A walk over the attempts of one message or endpoint.
struct Walk<'a> {
    history: &'a PgHistory,
    session: &'a Session,
    key: i64,
    filter: &'a AttemptFilter,
}

impl Walk<'_> {
    /// The first rows of the range that pass, at most as many as it wants.
    async fn collect(
        &self,
        list: &BothWays,
        mut range: Range,
        part: Part,
    ) -> Result<Vec<ListedAttempt>, StoreError> {
        let mut look = Candidates::for_page(range.want, is_filtered(self.filter));
        let mut found = Vec::new();
        loop {
            let limit = look.limit();
            let values: [&(dyn ToSql + Sync); 4] = [&self.key, &range.low, &range.high, &limit];
            let rows = self.session.rows(list.along(&range), &values).await?;
            let mut last = None;
            for row in &rows {
                let attempt = unpack_attempt(&self.history.mint, row)?;
                last = Some(attempt.id.seq());
                if attempt_fits(&attempt, self.filter) {
                    found.extend(self.with_message(attempt, row, part)?);
                }
            }
            match last {
                Some(last) if look.is_full(rows.len()) && found.len() < range.want => {
                    range = range.beyond(last.0);
                }
                _ => break,
            }
            look = look.next();
        }
        found.truncate(range.want);
        Ok(found)
    }

    /// The attempt as it is listed; `None` when its message does not pass the filter.
    fn with_message(
        &self,
        attempt: Attempt,
        row: &Row,
        part: Part,
    ) -> Result<Option<ListedAttempt>, StoreError> {
        if part == Part::Nothing {
            return Ok(Some(ListedAttempt { attempt, message: None }));
        }
        let message = unpack_message(&self.history.mint, self.history.clock.now(), row, ATTEMPT_COLUMNS)?;
        let passes = |message: &Message| message_fits_attempts(message, self.filter);
        if filters_by_message(self.filter) && !message.as_ref().is_some_and(passes) {
            return Ok(None);
        }
        Ok(Some(ListedAttempt { attempt, message: message.filter(|_| part == Part::Whole) }))
    }
}
