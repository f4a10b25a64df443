//! Configuration: organisations' applications, endpoints and event types. Small, mutable, relational.
//!
//! Saves are optimistic: a row carries the version that was read, and a save of an outdated row is
//! [`StoreError::Stale`]. Inserts may carry an idempotency key, made durable in the same transaction.

use async_trait::async_trait;
use hooktide_model::{
    AppId, Application, Endpoint, EndpointId, EventType, EventTypeName, OrgId, Page, PageRequest, Seq,
    Source, SourceId, Timestamp, TokenHash,
};

use crate::{Idempotency, ObjectRef, StoreError, Written};

/// Reads and writes of configuration.
#[async_trait]
pub trait Configuration: Send + Sync + 'static {
    /// Insert an application. `Taken("uid")` when its uid is in use in the organisation.
    async fn insert_application(
        &self,
        application: Application,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Application>, StoreError>;
    /// Save a changed application whose `version` is the one that was read; the stored row gets the next version.
    async fn save_application(&self, application: Application) -> Result<Application, StoreError>;
    /// Delete an application and its endpoints; their uids become free. `Missing` when there is none.
    async fn delete_application(&self, org: &OrgId, app: AppId) -> Result<(), StoreError>;
    /// Read one application of the organisation.
    async fn application(
        &self,
        org: &OrgId,
        app: &ObjectRef<AppId>,
    ) -> Result<Option<Application>, StoreError>;
    /// List applications by id.
    async fn applications(
        &self,
        org: &OrgId,
        page: PageRequest<AppId>,
    ) -> Result<Page<Application>, StoreError>;

    /// Insert an endpoint. `Taken("uid")` when its uid is in use in the application; `Missing` without application.
    async fn insert_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError>;
    /// Save a changed endpoint, headers and secrets included.
    ///
    /// With an idempotency key that was seen before, nothing changes and the current row is `Replayed`.
    async fn save_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError>;
    /// Delete an endpoint; its uid becomes free. `Missing` when there is none.
    async fn delete_endpoint(&self, app: AppId, endpoint: EndpointId) -> Result<(), StoreError>;
    /// Read one endpoint of the application.
    async fn endpoint(
        &self,
        app: AppId,
        endpoint: &ObjectRef<EndpointId>,
    ) -> Result<Option<Endpoint>, StoreError>;
    /// List an application's endpoints by id.
    async fn endpoints(
        &self,
        app: AppId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<Endpoint>, StoreError>;
    /// All endpoints of an application, for matching.
    async fn all_endpoints(&self, app: AppId) -> Result<Vec<Endpoint>, StoreError>;
    /// An endpoint and its application by the endpoint's key, for delivering; `None` when deleted.
    async fn endpoint_by_key(&self, endpoint: Seq) -> Result<Option<(Endpoint, Application)>, StoreError>;
    /// Note when an endpoint's unbroken run of failures began, or that it ended. Not a change of version.
    async fn note_failing_since(&self, endpoint: Seq, since: Option<Timestamp>) -> Result<(), StoreError>;
    /// Switch an endpoint off. Whether it was on.
    async fn disable_endpoint(&self, endpoint: Seq, now: Timestamp) -> Result<bool, StoreError>;

    /// Insert a source and the application it owns, which no reader of applications finds but
    /// [`Configuration::source_application`] and [`Configuration::endpoint_by_key`]. `Taken("uid")` when its uid is in
    /// use in the organisation.
    async fn insert_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError>;
    /// Save a changed source, token, secrets and feed included; see [`Configuration::save_endpoint`].
    async fn save_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError>;
    /// Delete a source, its application and its endpoints; uids become free. `Missing` when there is none.
    async fn delete_source(&self, org: &OrgId, source: SourceId) -> Result<(), StoreError>;
    /// Read one source of the organisation.
    async fn source(&self, org: &OrgId, source: &ObjectRef<SourceId>) -> Result<Option<Source>, StoreError>;
    /// The source whose token has that hash, of whichever organisation.
    async fn source_by_token(&self, hash: TokenHash) -> Result<Option<Source>, StoreError>;
    /// List sources by id.
    async fn sources(&self, org: &OrgId, page: PageRequest<SourceId>) -> Result<Page<Source>, StoreError>;
    /// The sources with a feed, of all organisations, oldest first, so many at most.
    async fn fetching_sources(&self, limit: usize) -> Result<Vec<Source>, StoreError>;
    /// The application that a source owns.
    async fn source_application(&self, app: AppId) -> Result<Option<Application>, StoreError>;

    /// Insert an event type. `Taken("name")` when it exists.
    async fn insert_event_type(
        &self,
        event_type: EventType,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<EventType>, StoreError>;
    /// Save a changed event type.
    async fn save_event_type(&self, event_type: EventType) -> Result<EventType, StoreError>;
    /// Remove an event type for good. `Missing` when there is none.
    async fn expunge_event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<(), StoreError>;
    /// Read one event type.
    async fn event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<Option<EventType>, StoreError>;
    /// List event types by name, archived ones only when asked for.
    async fn event_types(
        &self,
        org: &OrgId,
        include_archived: bool,
        page: PageRequest<EventTypeName>,
    ) -> Result<Page<EventType>, StoreError>;
}
