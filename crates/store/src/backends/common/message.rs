//! A stored message as its lanes get it.

use std::sync::Arc;

use hooktide_model::{Message, MessageId};

use crate::NewMessage;

/// The message that was committed under that id.
pub(in super::super) fn stored_message(new: NewMessage, id: MessageId) -> Arc<Message> {
    Arc::new(Message {
        id,
        app: new.app,
        event_type: new.event_type,
        uid: new.uid,
        channels: new.channels,
        tags: new.tags,
        deliver_at: new.deliver_at,
        content_type: new.content_type,
        payload: Some(new.payload),
        params: new.params,
        payload_expires_at: new.payload_expires_at,
        hops: new.hops,
    })
}
