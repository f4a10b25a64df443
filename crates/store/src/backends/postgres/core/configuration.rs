//! The seam's configuration methods, each one transaction of [`PgCore`]: what is one statement needs no other.

use async_trait::async_trait;
use hooktide_model::{
    AppId, Application, Endpoint, EndpointId, EventType, EventTypeName, OrgId, Page, PageRequest, Seq,
    Source, SourceId, Timestamp, TokenHash,
};

use super::rows::Fault;
use super::{PgCore, applications, endpoints, event_types, sources};
use crate::{Configuration, Idempotency, ObjectRef, StoreError, Written};

/// Run a step as one transaction, committed when this gives `Ok`. Dropped before that, it leaves nothing.
macro_rules! transact {
    ($core:expr, $step:ident => $run:expr) => {{
        let mut client = $core.database.client().await?;
        let $step = client.transaction().await.map_err(Fault::from)?;
        let done = $run.await?;
        $step.commit().await.map_err(Fault::from)?;
        Ok(done)
    }};
}

#[async_trait]
impl Configuration for PgCore {
    async fn insert_application(
        &self,
        application: Application,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Application>, StoreError> {
        transact!(self, step => applications::insert(&step, &self.context, application, idempotency))
    }

    async fn save_application(&self, application: Application) -> Result<Application, StoreError> {
        let client = self.database.client().await?;
        Ok(applications::save(&client, &self.context, application).await?)
    }

    async fn delete_application(&self, org: &OrgId, app: AppId) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        Ok(applications::delete(&client, &self.context, org, app).await?)
    }

    async fn application(
        &self,
        org: &OrgId,
        app: &ObjectRef<AppId>,
    ) -> Result<Option<Application>, StoreError> {
        let client = self.database.client().await?;
        Ok(applications::find(&client, &self.context, org, app).await?)
    }

    async fn applications(
        &self,
        org: &OrgId,
        page: PageRequest<AppId>,
    ) -> Result<Page<Application>, StoreError> {
        let client = self.database.client().await?;
        Ok(applications::list(&client, &self.context, org, &page).await?)
    }

    async fn insert_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        transact!(self, step => endpoints::insert(&step, &self.context, endpoint, idempotency))
    }

    async fn save_endpoint(
        &self,
        endpoint: Endpoint,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Endpoint>, StoreError> {
        transact!(self, step => endpoints::save(&step, &self.context, endpoint, idempotency))
    }

    async fn delete_endpoint(&self, app: AppId, endpoint: EndpointId) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        Ok(endpoints::delete(&client, &self.context, app, endpoint).await?)
    }

    async fn endpoint(
        &self,
        app: AppId,
        endpoint: &ObjectRef<EndpointId>,
    ) -> Result<Option<Endpoint>, StoreError> {
        let client = self.database.client().await?;
        Ok(endpoints::find(&client, &self.context, app, endpoint).await?)
    }

    async fn endpoints(
        &self,
        app: AppId,
        page: PageRequest<EndpointId>,
    ) -> Result<Page<Endpoint>, StoreError> {
        let client = self.database.client().await?;
        Ok(endpoints::list(&client, &self.context, app, &page).await?)
    }

    async fn all_endpoints(&self, app: AppId) -> Result<Vec<Endpoint>, StoreError> {
        let client = self.database.client().await?;
        Ok(endpoints::of_application(&client, &self.context, app).await?)
    }

    async fn endpoint_by_key(&self, endpoint: Seq) -> Result<Option<(Endpoint, Application)>, StoreError> {
        let client = self.database.client().await?;
        Ok(endpoints::with_application(&client, &self.context, endpoint.0).await?)
    }

    async fn note_failing_since(&self, endpoint: Seq, since: Option<Timestamp>) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        Ok(endpoints::note_failing(&client, endpoint.0, since).await?)
    }

    async fn disable_endpoint(&self, endpoint: Seq, now: Timestamp) -> Result<bool, StoreError> {
        let client = self.database.client().await?;
        Ok(endpoints::disable(&client, endpoint.0, now).await?)
    }

    async fn insert_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        transact!(self, step => sources::insert(&step, &self.context, source, idempotency))
    }

    async fn save_source(
        &self,
        source: Source,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<Source>, StoreError> {
        transact!(self, step => sources::save(&step, &self.context, source, idempotency))
    }

    async fn delete_source(&self, org: &OrgId, source: SourceId) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        Ok(sources::delete(&client, &self.context, org, source).await?)
    }

    async fn source(&self, org: &OrgId, source: &ObjectRef<SourceId>) -> Result<Option<Source>, StoreError> {
        let client = self.database.client().await?;
        Ok(sources::find(&client, &self.context, org, source).await?)
    }

    async fn source_by_token(&self, hash: TokenHash) -> Result<Option<Source>, StoreError> {
        let client = self.database.client().await?;
        Ok(sources::by_token(&client, &self.context, hash).await?)
    }

    async fn sources(&self, org: &OrgId, page: PageRequest<SourceId>) -> Result<Page<Source>, StoreError> {
        let client = self.database.client().await?;
        Ok(sources::list(&client, &self.context, org, &page).await?)
    }

    async fn fetching_sources(&self, limit: usize) -> Result<Vec<Source>, StoreError> {
        let client = self.database.client().await?;
        Ok(sources::fetching(&client, &self.context, limit).await?)
    }

    async fn source_application(&self, app: AppId) -> Result<Option<Application>, StoreError> {
        let client = self.database.client().await?;
        Ok(sources::application(&client, &self.context, app).await?)
    }

    async fn insert_event_type(
        &self,
        event_type: EventType,
        idempotency: Option<Idempotency>,
    ) -> Result<Written<EventType>, StoreError> {
        transact!(self, step => event_types::insert(&step, &self.context, event_type, idempotency))
    }

    async fn save_event_type(&self, event_type: EventType) -> Result<EventType, StoreError> {
        let client = self.database.client().await?;
        Ok(event_types::save(&client, event_type).await?)
    }

    async fn expunge_event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        Ok(event_types::delete(&client, org, name).await?)
    }

    async fn event_type(&self, org: &OrgId, name: &EventTypeName) -> Result<Option<EventType>, StoreError> {
        let client = self.database.client().await?;
        Ok(event_types::find(&client, org, name).await?)
    }

    async fn event_types(
        &self,
        org: &OrgId,
        include_archived: bool,
        page: PageRequest<EventTypeName>,
    ) -> Result<Page<EventType>, StoreError> {
        let client = self.database.client().await?;
        Ok(event_types::list(&client, org, include_archived, &page).await?)
    }
}
