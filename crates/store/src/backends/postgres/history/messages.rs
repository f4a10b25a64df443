//! An application's messages.

use std::collections::HashMap;

use hooktide_model::{AppId, Message, MessageId, Page};

use super::candidates::Candidates;
use super::message_row::{message_head, unpack_message, whole_message};
use super::reader::{BothWays, PgHistory, Session};
use crate::backends::common::{Range, filters_messages, message_fits, uid_key};
use crate::{MessageFilter, ObjectRef, StoreError};

macro_rules! by_key {
    ($columns:expr) => {
        concat!("SELECT ", $columns, " FROM message m WHERE m.seq = $1 AND m.app = $2")
    };
}
/// By primary key, in the one partition that can have it.
pub(super) const BY_KEY: &str = by_key!(message_head!());
/// The same, with contents.
pub(super) const WHOLE_BY_KEY: &str = by_key!(whole_message!());

macro_rules! by_uid {
    ($columns:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM message_key k CROSS JOIN LATERAL (SELECT * FROM message WHERE seq = k.msg LIMIT 1) m \
             WHERE k.key = $1 AND k.kind = 2 AND m.app = $2"
        )
    };
}
/// By two primary keys. The inner limit keeps the planner from any other way than by the message's key.
pub(super) const BY_UID: &str = by_uid!(message_head!());
/// The same, with contents.
pub(super) const WHOLE_BY_UID: &str = by_uid!(whole_message!());

macro_rules! list {
    ($columns:expr, $direction:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM message m WHERE m.app = $1 AND m.seq > $2 AND m.seq < $3 ORDER BY m.seq",
            $direction,
            " LIMIT $4"
        )
    };
}
/// A range of the index (app, seq), partition by partition in the order of the walk.
pub(super) const LIST: BothWays =
    BothWays { newest: list!(message_head!(), " DESC"), oldest: list!(message_head!(), "") };
/// The same, with contents.
pub(super) const WHOLE_LIST: BothWays =
    BothWays { newest: list!(whole_message!(), " DESC"), oldest: list!(whole_message!(), "") };

/// By primary key, in the partitions that can have one. The server plans this anew for each set of keys, as it should:
/// a plan for any set would look for each key in every partition.
pub(super) const BY_KEYS: &str =
    concat!("SELECT ", whole_message!(), " FROM message m WHERE m.seq = ANY ($1::BIGINT[])");

/// One message of the application.
pub(super) async fn message(
    history: &PgHistory,
    app: AppId,
    message: &ObjectRef<MessageId>,
    with_payload: bool,
) -> Result<Option<Message>, StoreError> {
    let app = app.seq().0;
    let found = match message {
        ObjectRef::Id(id) if !history.mint.made(*id) => return Ok(None),
        ObjectRef::Id(id) => {
            let statement = if with_payload { WHOLE_BY_KEY } else { BY_KEY };
            history.session().await?.row(statement, &[&id.seq().0, &app]).await?
        }
        ObjectRef::Uid(uid) => {
            let statement = if with_payload { WHOLE_BY_UID } else { BY_UID };
            let key = uid_key(hooktide_model::Seq(app), uid.as_str());
            history.session().await?.row(statement, &[&key.as_slice(), &app]).await?
        }
    };
    match found {
        Some(row) => unpack_message(&history.mint, history.clock.now(), &row, 0),
        None => Ok(None),
    }
}

/// A page of an application's messages.
pub(super) async fn messages(
    history: &PgHistory,
    app: AppId,
    filter: &MessageFilter,
) -> Result<Page<Message>, StoreError> {
    let session = history.session().await?;
    let mut range = Range::new(&filter.page, filter.after, filter.before);
    let is_filtered = filters_messages(filter);
    let list = if filter.with_payload && !is_filtered { &WHOLE_LIST } else { &LIST };
    let mut look = Candidates::for_page(range.want, is_filtered);
    let mut found: Vec<Message> = Vec::new();
    loop {
        let values = (app.seq().0, range.low, range.high, look.limit());
        let rows = session.rows(list.along(&range), &[&values.0, &values.1, &values.2, &values.3]).await?;
        let now = history.clock.now();
        let mut last = None;
        for row in &rows {
            let Some(message) = unpack_message(&history.mint, now, row, 0)? else { continue };
            last = Some(message.seq());
            if message_fits(&message, filter) {
                found.push(message);
            }
        }
        match last {
            Some(last) if look.is_full(rows.len()) && found.len() < range.want => {
                range = range.beyond(last.0)
            }
            _ => break,
        }
        look = look.next();
    }
    found.truncate(range.want);
    if filter.with_payload && is_filtered {
        let keys = found.iter().map(|message| message.seq().0).collect();
        let mut whole = by_keys(history, &session, keys).await?;
        for message in &mut found {
            if let Some(read) = whole.remove(&message.seq().0) {
                *message = read;
            }
        }
    }
    Ok(Page::from_walk(&filter.page, found))
}

/// Messages with their contents, by key. What is not in history (any more) is missing.
pub(super) async fn by_keys(
    history: &PgHistory,
    session: &Session,
    mut keys: Vec<i64>,
) -> Result<HashMap<i64, Message>, StoreError> {
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let now = history.clock.now();
    let mut found = HashMap::with_capacity(keys.len());
    for row in session.rows(BY_KEYS, &[&keys]).await? {
        let message = unpack_message(&history.mint, now, &row, 0)?;
        found.extend(message.map(|message| (message.seq().0, message)));
    }
    Ok(found)
}
