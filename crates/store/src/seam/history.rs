//! History: messages and attempts, read for lists and details. Never on the path of a delivery.

use async_trait::async_trait;
use hooktide_model::{
    AppId, Attempt, AttemptId, DeliveryState, EndpointId, Message, MessageId, Order, Page, PageRequest,
    Receipt, ReceiptHead, ReceiptId, SourceId, Timestamp, id::TypedId,
};

use crate::{
    AttemptCounts, AttemptFilter, ListedAttempt, ListedMessage, MessageFilter, ObjectRef, ReceiptFilter,
    StoreError,
};

/// Reads of history, and the erasing of contents.
#[async_trait]
pub trait History: Send + Sync + 'static {
    /// One message of the application, by id or by the publisher's `eventId`.
    async fn message(
        &self,
        app: AppId,
        message: &ObjectRef<MessageId>,
        with_payload: bool,
    ) -> Result<Option<Message>, StoreError>;
    /// An application's messages.
    async fn messages(&self, app: AppId, filter: MessageFilter) -> Result<Page<Message>, StoreError>;
    /// Messages that were tried at an endpoint, with where they stand. `filter.page` pages by message.
    async fn messages_of_endpoint(
        &self,
        endpoint: EndpointId,
        status: Option<hooktide_model::DeliveryStatus>,
        filter: MessageFilter,
    ) -> Result<Page<ListedMessage>, StoreError>;

    /// One attempt of a message.
    async fn attempt(&self, message: MessageId, attempt: AttemptId) -> Result<Option<Attempt>, StoreError>;
    /// Attempts at an endpoint.
    async fn attempts_of_endpoint(
        &self,
        endpoint: EndpointId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError>;
    /// Attempts of a message, over all endpoints.
    async fn attempts_of_message(
        &self,
        message: MessageId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError>;

    /// The endpoints a message goes to and where each delivery stands, by endpoint id.
    async fn deliveries(
        &self,
        message: MessageId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<DeliveryState>, StoreError>;
    /// Where one delivery stands; `None` when the message does not go to that endpoint.
    async fn delivery(
        &self,
        message: MessageId,
        endpoint: EndpointId,
    ) -> Result<Option<DeliveryState>, StoreError> {
        // The page that starts just before this endpoint and holds one row is this endpoint's row.
        let mut before = [0; 20];
        before[..8].copy_from_slice(&(endpoint.seq().0 - 1).to_be_bytes());
        let cursor = Some(EndpointId::from_bytes(before));
        let page = PageRequest { limit: 1, order: Order::Ascending, cursor, backwards: false };
        let found = self.deliveries(message, page).await?;
        Ok(found.data.into_iter().find(|state| state.endpoint == endpoint))
    }
    /// Counts of an endpoint's attempts that started in `since ..= until`, and of its waiting deliveries.
    async fn attempt_counts(
        &self,
        endpoint: EndpointId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<AttemptCounts, StoreError>;

    /// One receipt of a source, with its body. An accepted one has the key of its message.
    async fn receipt(&self, source: SourceId, receipt: ReceiptId) -> Result<Option<Receipt>, StoreError>;
    /// The request that a message came with, without its body; `None` when no source took it, or it is in history no
    /// longer.
    async fn receipt_head(&self, message: MessageId) -> Result<Option<ReceiptHead>, StoreError>;
    /// A source's receipts, without bodies.
    async fn receipts(&self, source: SourceId, filter: ReceiptFilter) -> Result<Page<Receipt>, StoreError>;

    /// Erase a message's payload. `Missing` when there is no such message.
    async fn expunge_payload(&self, app: AppId, message: MessageId) -> Result<(), StoreError>;
    /// Erase an attempt's response. `Missing` when there is no such attempt.
    async fn expunge_response(&self, message: MessageId, attempt: AttemptId) -> Result<(), StoreError>;
}
