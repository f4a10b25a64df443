//! Messages in answers.

use hooktide_model::{
    Channel, DeliveryState, Endpoint, EndpointId, EventTypeName, Message, MessageId, Tag, Timestamp, Uid,
};
use hooktide_store::ListedMessage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::endpoint::EndpointCommonOut;
use super::payload::PayloadOut;
use super::status::{MessageStatus, StatusText};

/// A message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageOut {
    /// Your own id for it.
    #[schema(value_type = Option<String>)]
    pub event_id: Option<Uid>,
    /// What happened.
    #[schema(value_type = String)]
    pub event_type: EventTypeName,
    /// The payload: `{}` when it was not asked for, `{"expired": true}` when it is gone. What is not a JSON object is
    /// shown as `{"rawPayload": "…", "contentType": "…"}`, or with `payloadBase64` when it is not UTF-8.
    #[schema(value_type = Object)]
    pub payload: PayloadOut,
    /// Channels it was published on.
    #[schema(value_type = Option<Vec<String>>)]
    pub channels: Option<Vec<Channel>>,
    /// Its id.
    #[schema(value_type = String, example = "msg_1srOrx2ZWZBpBUvZwXKQmoEYga2")]
    pub id: MessageId,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// Labels.
    #[schema(value_type = Option<Vec<String>>)]
    pub tags: Option<Vec<Tag>>,
    /// Not delivered before this time.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deliver_at: Option<Timestamp>,
}

/// A message in an endpoint's list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointMessageOut {
    /// The message.
    #[serde(flatten)]
    pub message: MessageOut,
    /// Where its delivery to the endpoint stands.
    pub status: MessageStatus,
    /// The same as a word.
    pub status_text: StatusText,
    /// When it is tried next.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt: Option<Timestamp>,
}

/// An endpoint in a message's list of destinations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageEndpointOut {
    /// The endpoint's id.
    #[schema(value_type = String)]
    pub id: EndpointId,
    /// The endpoint.
    #[serde(flatten)]
    pub common: EndpointCommonOut,
    /// Where the delivery stands.
    pub status: MessageStatus,
    /// The same as a word.
    pub status_text: StatusText,
    /// When it is tried next.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt: Option<Timestamp>,
}

/// Which example to send.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventExampleIn {
    /// The event type whose schema has the example.
    #[schema(max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$", example = "invoice.paid")]
    pub event_type: String,
    /// Which of the schema's `examples`, from 0.
    #[serde(default)]
    #[schema(default = 0)]
    pub example_index: usize,
}

impl MessageOut {
    /// The answer for a stored message.
    #[must_use]
    pub fn of(message: Message, with_content: bool) -> Self {
        let payload = PayloadOut::of(&message, with_content);
        Self {
            timestamp: message.accepted_at(),
            event_id: message.uid,
            event_type: message.event_type,
            payload,
            channels: some_unless_empty(message.channels),
            id: message.id,
            tags: some_unless_empty(message.tags),
            deliver_at: message.deliver_at,
        }
    }
}

/// An empty list is shown as null.
pub(crate) fn some_unless_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

impl EndpointMessageOut {
    /// The answer for a row of an endpoint's list.
    #[must_use]
    pub fn of(row: ListedMessage, with_content: bool, expanded: bool) -> Self {
        let status = MessageStatus::shown(row.status, expanded);
        Self {
            message: MessageOut::of(row.message, with_content),
            status,
            status_text: status.text(),
            next_attempt: row.next_attempt_at,
        }
    }
}

impl MessageEndpointOut {
    /// The answer for one destination.
    #[must_use]
    pub fn of(state: &DeliveryState, endpoint: &Endpoint) -> Self {
        let status = MessageStatus::shown(state.status, false);
        Self {
            id: endpoint.id,
            common: endpoint.into(),
            status,
            status_text: status.text(),
            next_attempt: state.next_attempt_at,
        }
    }
}
