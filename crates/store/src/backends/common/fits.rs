//! Whether a row passes a list's filter, beyond its window of time.

use hooktide_model::{Attempt, Channel, EventTypeName, Message, Tag};

use crate::{AttemptFilter, MessageFilter};

/// Whether a message passes the filter's labels.
pub(in super::super) fn message_fits(message: &Message, filter: &MessageFilter) -> bool {
    has_labels(message, &filter.event_types, filter.channel.as_ref(), filter.tag.as_ref())
}

/// Whether some messages of the window may not pass.
pub(in super::super) fn filters_messages(filter: &MessageFilter) -> bool {
    !filter.event_types.is_empty() || filter.channel.is_some() || filter.tag.is_some()
}

/// Whether an attempt passes what the filter says of attempts.
pub(in super::super) fn attempt_fits(attempt: &Attempt, filter: &AttemptFilter) -> bool {
    filter.status.is_none_or(|status| status == attempt.status)
        && filter.status_code_class.is_none_or(|class| attempt.status_code / 100 * 100 == class)
        && filter.endpoint.is_none_or(|endpoint| endpoint == attempt.endpoint)
}

/// Whether an attempt passes only with its message.
pub(in super::super) fn filters_by_message(filter: &AttemptFilter) -> bool {
    !filter.event_types.is_empty() || filter.channel.is_some() || filter.tag.is_some()
}

/// Whether an attempt's message passes what the filter says of messages.
pub(in super::super) fn message_fits_attempts(message: &Message, filter: &AttemptFilter) -> bool {
    has_labels(message, &filter.event_types, filter.channel.as_ref(), filter.tag.as_ref())
}

fn has_labels(
    message: &Message,
    event_types: &[EventTypeName],
    channel: Option<&Channel>,
    tag: Option<&Tag>,
) -> bool {
    (event_types.is_empty() || event_types.contains(&message.event_type))
        && channel.is_none_or(|channel| message.channels.contains(channel))
        && tag.is_none_or(|tag| message.tags.contains(tag))
}
