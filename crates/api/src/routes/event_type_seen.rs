//! Which event types a caller sees: all of the organisation's for its own token, else those that flags allow.

use hooktide_model::{EventType, EventTypeName, Page, PageRequest};

use crate::auth::Access;
use crate::error::VALUE_ERROR;
use crate::respond::ApiResult;
use crate::state::ApiState;
use crate::validate::Rules;

/// Pages that are read at most to fill one page of what the caller sees.
const PAGES_MAX: usize = 20;

/// The event types that an endpoint names must be there, and not archived.
///
/// # Errors
/// 422 that names those which are not.
pub(super) async fn require_event_types(
    api: &ApiState,
    access: &Access,
    names: Option<&[EventTypeName]>,
) -> ApiResult<()> {
    let mut rules = Rules::new();
    for (index, name) in names.unwrap_or_default().iter().enumerate() {
        let found = api.store.event_type(access.org(), name).await?;
        if !found.is_some_and(|row| !row.archived && access.sees_flags(&row.feature_flags)) {
            let msg =
                format!("there is no event type {name}; create it first, or bring it back if it is archived");
            rules.fail_at(&["eventTypes", &format!("[{index}]")], msg, VALUE_ERROR);
        }
    }
    rules.finish()
}

/// A page of the event types that the caller sees. Rows that are hidden do not shorten it.
pub(super) async fn page(
    api: &ApiState,
    access: &Access,
    include_archived: bool,
    request: PageRequest<EventTypeName>,
) -> ApiResult<Page<EventType>> {
    let mut next = request.clone();
    let mut rows: Vec<EventType> = Vec::new();
    let mut done = false;
    for _ in 0..PAGES_MAX {
        let page = api.store.event_types(access.org(), include_archived, next.clone()).await?;
        done = page.done;
        let edge = if request.backwards { page.data.first() } else { page.data.last() };
        next.cursor = edge.map(|row| row.name.clone()).or(next.cursor);
        let mut seen: Vec<EventType> =
            page.data.into_iter().filter(|row| access.sees_flags(&row.feature_flags)).collect();
        if request.backwards {
            seen.append(&mut rows);
            rows = seen;
        } else {
            rows.append(&mut seen);
        }
        if done || rows.len() >= request.limit {
            break;
        }
    }
    Ok(cut(rows, done, &request))
}

/// At most `limit` rows, from the side that the caller walks away from.
fn cut(mut rows: Vec<EventType>, mut done: bool, request: &PageRequest<EventTypeName>) -> Page<EventType> {
    let surplus = rows.len().saturating_sub(request.limit);
    if surplus > 0 {
        done = false;
        if request.backwards {
            rows.drain(..surplus);
        } else {
            rows.truncate(request.limit);
        }
    }
    Page { data: rows, done }
}
