//! The reading half of the store: what it reads with, and the seam's methods.

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_postgres::Object;
use hooktide_model::{
    AppId, Attempt, AttemptId, Clock, DeliveryState, DeliveryStatus, EndpointId, IdMint, Message, MessageId,
    Page, PageRequest, Receipt, ReceiptHead, ReceiptId, SourceId, Timestamp,
};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{attempts, counts, deliveries, erase, messages, receipts};
use crate::backends::common::Range;
use crate::backends::postgres::database::Database;
use crate::vault::Vault;
use crate::{
    AttemptCounts, AttemptFilter, History, ListedAttempt, ListedMessage, MessageFilter, ObjectRef,
    ReceiptFilter, StoreError,
};

/// History as one node reads it.
#[derive(Clone)]
pub(in super::super) struct PgHistory {
    /// The pool.
    pub(super) database: Database,
    /// Makes and checks public ids.
    pub(super) mint: IdMint,
    /// Opens the heads of receipts.
    pub(super) vault: Arc<Vault>,
    /// The time: payloads expire by it.
    pub(super) clock: Arc<dyn Clock>,
}

impl PgHistory {
    /// Reads with connections of the pool.
    pub(in super::super) fn new(
        database: Database,
        mint: IdMint,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { database, mint, vault, clock }
    }

    /// A connection for one method. Statements that are sent to it together share a round trip.
    pub(super) async fn session(&self) -> Result<Session, StoreError> {
        Ok(Session(self.database.client().await?))
    }
}

/// A connection on loan.
pub(super) struct Session(Object);

impl Session {
    /// The rows of a statement, which is prepared once per connection.
    pub(super) async fn rows(
        &self,
        statement: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let fault = |error| Database::fault(&error);
        let prepared = self.0.prepare_cached(statement).await.map_err(fault)?;
        self.0.query(&prepared, values).await.map_err(fault)
    }

    /// The only row, if there is one.
    pub(super) async fn row(
        &self,
        statement: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement, values).await?.pop())
    }

    /// How many rows the statement changed.
    pub(super) async fn change(
        &self,
        statement: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, StoreError> {
        let fault = |error| Database::fault(&error);
        let prepared = self.0.prepare_cached(statement).await.map_err(fault)?;
        self.0.execute(&prepared, values).await.map_err(fault)
    }
}

/// A list's statement, newest and oldest first.
pub(super) struct BothWays {
    /// Descending.
    pub(super) newest: &'static str,
    /// Ascending.
    pub(super) oldest: &'static str,
}

impl BothWays {
    /// The one that walks as the range does.
    pub(super) fn along(&self, range: &Range) -> &'static str {
        if range.descending() { self.newest } else { self.oldest }
    }
}

#[async_trait]
impl History for PgHistory {
    async fn message(
        &self,
        app: AppId,
        message: &ObjectRef<MessageId>,
        with_payload: bool,
    ) -> Result<Option<Message>, StoreError> {
        messages::message(self, app, message, with_payload).await
    }

    async fn messages(&self, app: AppId, filter: MessageFilter) -> Result<Page<Message>, StoreError> {
        messages::messages(self, app, &filter).await
    }

    async fn messages_of_endpoint(
        &self,
        endpoint: EndpointId,
        status: Option<DeliveryStatus>,
        filter: MessageFilter,
    ) -> Result<Page<ListedMessage>, StoreError> {
        deliveries::messages_of_endpoint(self, endpoint, status, &filter).await
    }

    async fn attempt(&self, message: MessageId, attempt: AttemptId) -> Result<Option<Attempt>, StoreError> {
        attempts::attempt(self, message, attempt).await
    }

    async fn attempts_of_endpoint(
        &self,
        endpoint: EndpointId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError> {
        attempts::attempts_of_endpoint(self, endpoint, &filter).await
    }

    async fn attempts_of_message(
        &self,
        message: MessageId,
        filter: AttemptFilter,
    ) -> Result<Page<ListedAttempt>, StoreError> {
        attempts::attempts_of_message(self, message, &filter).await
    }

    async fn deliveries(
        &self,
        message: MessageId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<DeliveryState>, StoreError> {
        deliveries::deliveries(self, message, &page).await
    }

    async fn attempt_counts(
        &self,
        endpoint: EndpointId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<AttemptCounts, StoreError> {
        counts::attempt_counts(self, endpoint, since, until).await
    }

    async fn receipt(&self, source: SourceId, receipt: ReceiptId) -> Result<Option<Receipt>, StoreError> {
        receipts::receipt(self, source, receipt).await
    }

    async fn receipt_head(&self, message: MessageId) -> Result<Option<ReceiptHead>, StoreError> {
        receipts::receipt_head(self, message).await
    }

    async fn receipts(&self, source: SourceId, filter: ReceiptFilter) -> Result<Page<Receipt>, StoreError> {
        receipts::receipts(self, source, &filter).await
    }

    async fn expunge_payload(&self, app: AppId, message: MessageId) -> Result<(), StoreError> {
        erase::expunge_payload(self, app, message).await
    }

    async fn expunge_response(&self, message: MessageId, attempt: AttemptId) -> Result<(), StoreError> {
        erase::expunge_response(self, message, attempt).await
    }
}
