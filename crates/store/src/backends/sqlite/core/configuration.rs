//! The seam's configuration methods, each one transaction of [`CoreDb`].

use async_trait::async_trait;
use hooktide_model::{
    AppId, Application, Endpoint, EndpointId, EventType, EventTypeName, OrgId, Page, PageRequest, Seq,
    Source, SourceId, Timestamp, TokenHash,
};

use super::{CoreDb, applications, endpoints, event_types, sources};
use crate::{Configuration, Idempotency, ObjectRef, StoreError, Written};

#[async_trait]
impl Configuration for CoreDb {
    async fn insert_application(
        &self,
        application: Application,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Application>, StoreError> {
        self.write(move |step, context| applications::insert(step, context, application, idempotency)).await
    }

    async fn save_application(&self, application: Application) -> Result<Application, StoreError> {
        self.write(move |step, context| applications::save(step, context, application)).await
    }

    async fn delete_application(&self, org: &OrgId, app: AppId) -> Result<(), StoreError> {
        let org = org.clone();
        self.write(move |step, context| applications::delete(step, context, &org, app)).await
    }

    async fn application(
        &self,
        org: &OrgId,
        app: &ObjectRef<AppId>,
    ) -> Result<Option<Application>, StoreError> {
        let (org, app) = (org.clone(), app.clone());
        self.read(move |step, context| applications::find(step, context, &org, &app)).await
    }

    async fn applications(
        &self,
        org: &OrgId,
        page: PageRequest<AppId>,
    ) -> Result<Page<Application>, StoreError> {
        let org = org.clone();
        self.read(move |step, context| applications::list(step, context, &org, &page)).await
    }

    async fn insert_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        self.write(move |step, context| endpoints::insert(step, context, endpoint, idempotency)).await
    }

    async fn save_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        self.write(move |step, context| endpoints::save(step, context, endpoint, idempotency)).await
    }

    async fn delete_endpoint(&self, app: AppId, endpoint: EndpointId) -> Result<(), StoreError> {
        self.write(move |step, context| endpoints::delete(step, context, app, endpoint)).await
    }

    async fn endpoint(
        &self,
        app: AppId,
        endpoint: &ObjectRef<EndpointId>,
    ) -> Result<Option<Endpoint>, StoreError> {
        let endpoint = endpoint.clone();
        self.read(move |step, context| endpoints::find(step, context, app, &endpoint)).await
    }

    async fn endpoints(
        &self,
        app: AppId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<Endpoint>, StoreError> {
        self.read(move |step, context| endpoints::list(step, context, app, &page)).await
    }

    async fn all_endpoints(&self, app: AppId) -> Result<Vec<Endpoint>, StoreError> {
        self.read(move |step, context| endpoints::of_application(step, context, app)).await
    }

    async fn endpoint_by_key(&self, endpoint: Seq) -> Result<Option<(Endpoint, Application)>, StoreError> {
        self.read(move |step, context| endpoints::with_application(step, context, endpoint.0)).await
    }

    async fn note_failing_since(&self, endpoint: Seq, since: Option<Timestamp>) -> Result<(), StoreError> {
        self.write(move |step, _| endpoints::note_failing(step, endpoint.0, since)).await
    }

    async fn disable_endpoint(&self, endpoint: Seq, now: Timestamp) -> Result<bool, StoreError> {
        self.write(move |step, _| endpoints::disable(step, endpoint.0, now)).await
    }

    async fn insert_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        self.write(move |step, context| sources::insert(step, context, source, idempotency)).await
    }

    async fn save_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        self.write(move |step, context| sources::save(step, context, source, idempotency)).await
    }

    async fn delete_source(&self, org: &OrgId, source: SourceId) -> Result<(), StoreError> {
        let org = org.clone();
        self.write(move |step, context| sources::delete(step, context, &org, source)).await
    }

    async fn source(&self, org: &OrgId, source: &ObjectRef<SourceId>) -> Result<Option<Source>, StoreError> {
        let (org, source) = (org.clone(), source.clone());
        self.read(move |step, context| sources::find(step, context, &org, &source)).await
    }

    async fn source_by_token(&self, hash: TokenHash) -> Result<Option<Source>, StoreError> {
        self.read(move |step, context| sources::by_token(step, context, hash)).await
    }

    async fn sources(&self, org: &OrgId, page: PageRequest<SourceId>) -> Result<Page<Source>, StoreError> {
        let org = org.clone();
        self.read(move |step, context| sources::list(step, context, &org, &page)).await
    }

    async fn fetching_sources(&self, limit: usize) -> Result<Vec<Source>, StoreError> {
        self.read(move |step, context| sources::fetching(step, context, limit)).await
    }

    async fn source_application(&self, app: AppId) -> Result<Option<Application>, StoreError> {
        self.read(move |step, context| sources::application(step, context, app)).await
    }

    async fn insert_event_type(
        &self,
        event_type: EventType,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<EventType>, StoreError> {
        self.write(move |step, context| event_types::insert(step, context, event_type, idempotency)).await
    }

    async fn save_event_type(&self, event_type: EventType) -> Result<EventType, StoreError> {
        self.write(move |step, _| event_types::save(step, event_type)).await
    }

    async fn expunge_event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<(), StoreError> {
        let (org, name) = (org.clone(), name.clone());
        self.write(move |step, _| event_types::delete(step, &org, &name)).await
    }

    async fn event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<Option<EventType>, StoreError> {
        let (org, name) = (org.clone(), name.clone());
        self.read(move |step, _| event_types::find(step, &org, &name)).await
    }

    async fn event_types(
        &self,
        org: &OrgId,
        include_archived: bool,
        page: PageRequest<EventTypeName>,
    ) -> Result<Page<EventType>, StoreError> {
        let org = org.clone();
        self.read(move |step, _| event_types::list(step, &org, include_archived, &page)).await
    }
}
