//! Stored messages as filters and scripts see them: for explaining and for trying.

use bytes::Bytes;
use hooktide_model::{AppId, Message, MessageId, ReceiptId, Source};
use hooktide_pipeline::SeenRequest;

use super::message;
use crate::error::ApiError;
use crate::respond::ApiResult;
use crate::state::ApiState;

/// A stored message, and the request that brought it to a source.
pub(super) struct Stored {
    pub(super) message: Message,
    pub(super) request: Option<SeenRequest>,
}

/// A message of the application: its id or eventId.
pub(super) async fn published(api: &ApiState, app: AppId, named: &str) -> ApiResult<Stored> {
    Ok(Stored { message: message::find(api, app, named, true).await?, request: None })
}

/// A message of the source: its id, or that of its receipt.
pub(super) async fn received(api: &ApiState, source: &Source, named: &str) -> ApiResult<Stored> {
    let id = match named.parse::<ReceiptId>() {
        Ok(receipt) => message_of(api, source, receipt).await?.to_string(),
        Err(_) => named.to_owned(),
    };
    let message = message::find(api, source.app, &id, true).await?;
    let head = api.store.receipt_head(message.id).await?;
    if head.as_ref().is_some_and(|head| head.events.is_some()) {
        let why = "the request was split, so no endpoint was asked about all of it; name one of its events";
        return Err(ApiError::bad_request("receipt_was_split", why));
    }
    Ok(Stored { request: head.map(|head| SeenRequest::of_head(&head)), message })
}

async fn message_of(api: &ApiState, source: &Source, receipt: ReceiptId) -> ApiResult<MessageId> {
    let found = api.store.receipt(source.id, receipt).await?;
    let found = found.ok_or_else(|| ApiError::not_found("receipt"))?;
    let why = "the request was not taken, so no endpoint was asked; its receipt says why";
    found.message.ok_or_else(|| ApiError::bad_request("receipt_without_message", why))
}

/// The payload, or the way out when it is gone.
pub(super) fn payload_of(message: &Message) -> ApiResult<Bytes> {
    message.payload.clone().ok_or_else(|| {
        ApiError::bad_request(
            "payload_gone",
            "the message's payload was erased or has expired; send a `payload`",
        )
    })
}
