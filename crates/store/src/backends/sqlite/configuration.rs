//! Configuration of a SQLite store: all of it is the main database's business.

use async_trait::async_trait;
use hooktide_model::{
    AppId, Application, Endpoint, EndpointId, EventType, EventTypeName, OrgId, Page, PageRequest, Seq,
    Source, SourceId, Timestamp, TokenHash,
};

use super::SqliteStore;
use crate::{Configuration, Idempotency, ObjectRef, StoreError, Written};

#[async_trait]
impl Configuration for SqliteStore {
    async fn insert_application(
        &self,
        application: Application,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Application>, StoreError> {
        self.core.insert_application(application, idempotency).await
    }

    async fn save_application(&self, application: Application) -> Result<Application, StoreError> {
        self.core.save_application(application).await
    }

    async fn delete_application(&self, org: &OrgId, app: AppId) -> Result<(), StoreError> {
        self.core.delete_application(org, app).await
    }

    async fn application(
        &self,
        org: &OrgId,
        app: &ObjectRef<AppId>,
    ) -> Result<Option<Application>, StoreError> {
        self.core.application(org, app).await
    }

    async fn applications(
        &self,
        org: &OrgId,
        page: PageRequest<AppId>,
    ) -> Result<Page<Application>, StoreError> {
        self.core.applications(org, page).await
    }

    async fn insert_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        self.core.insert_endpoint(endpoint, idempotency).await
    }

    async fn save_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        self.core.save_endpoint(endpoint, idempotency).await
    }

    async fn delete_endpoint(&self, app: AppId, endpoint: EndpointId) -> Result<(), StoreError> {
        self.core.delete_endpoint(app, endpoint).await
    }

    async fn endpoint(
        &self,
        app: AppId,
        endpoint: &ObjectRef<EndpointId>,
    ) -> Result<Option<Endpoint>, StoreError> {
        self.core.endpoint(app, endpoint).await
    }

    async fn endpoints(
        &self,
        app: AppId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<Endpoint>, StoreError> {
        self.core.endpoints(app, page).await
    }

    async fn all_endpoints(&self, app: AppId) -> Result<Vec<Endpoint>, StoreError> {
        self.core.all_endpoints(app).await
    }

    async fn endpoint_by_key(&self, endpoint: Seq) -> Result<Option<(Endpoint, Application)>, StoreError> {
        self.core.endpoint_by_key(endpoint).await
    }

    async fn note_failing_since(&self, endpoint: Seq, since: Option<Timestamp>) -> Result<(), StoreError> {
        self.core.note_failing_since(endpoint, since).await
    }

    async fn disable_endpoint(&self, endpoint: Seq, now: Timestamp) -> Result<bool, StoreError> {
        self.core.disable_endpoint(endpoint, now).await
    }

    async fn insert_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        self.core.insert_source(source, idempotency).await
    }

    async fn save_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        self.core.save_source(source, idempotency).await
    }

    async fn delete_source(&self, org: &OrgId, source: SourceId) -> Result<(), StoreError> {
        self.core.delete_source(org, source).await
    }

    async fn source(&self, org: &OrgId, source: &ObjectRef<SourceId>) -> Result<Option<Source>, StoreError> {
        self.core.source(org, source).await
    }

    async fn source_by_token(&self, hash: TokenHash) -> Result<Option<Source>, StoreError> {
        self.core.source_by_token(hash).await
    }

    async fn sources(&self, org: &OrgId, page: PageRequest<SourceId>) -> Result<Page<Source>, StoreError> {
        self.core.sources(org, page).await
    }

    async fn fetching_sources(&self, limit: usize) -> Result<Vec<Source>, StoreError> {
        self.core.fetching_sources(limit).await
    }

    async fn source_application(&self, app: AppId) -> Result<Option<Application>, StoreError> {
        self.core.source_application(app).await
    }

    async fn insert_event_type(
        &self,
        event_type: EventType,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<EventType>, StoreError> {
        self.core.insert_event_type(event_type, idempotency).await
    }

    async fn save_event_type(&self, event_type: EventType) -> Result<EventType, StoreError> {
        self.core.save_event_type(event_type).await
    }

    async fn expunge_event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<(), StoreError> {
        self.core.expunge_event_type(org, name).await
    }

    async fn event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<Option<EventType>, StoreError> {
        self.core.event_type(org, name).await
    }

    async fn event_types(
        &self,
        org: &OrgId,
        include_archived: bool,
        page: PageRequest<EventTypeName>,
    ) -> Result<Page<EventType>, StoreError> {
        self.core.event_types(org, include_archived, page).await
    }
}
