//! A store's methods that are all the business of one of its parts.

/// Configuration, by the part of that name.
macro_rules! forward_configuration {
    ($store:ty, $part:ident) => {
        #[async_trait::async_trait]
        impl crate::Configuration for $store {
            async fn insert_application(
                &self,
                application: hooktide_model::Application,
                idempotency: Option<crate::Idempotency>,
            ) -> Result<crate::Written<hooktide_model::Application>, crate::StoreError> {
                self.$part.insert_application(application, idempotency).await
            }

            async fn save_application(
                &self,
                application: hooktide_model::Application,
            ) -> Result<hooktide_model::Application, crate::StoreError> {
                self.$part.save_application(application).await
            }

            async fn delete_application(
                &self,
                org: &hooktide_model::OrgId,
                app: hooktide_model::AppId,
            ) -> Result<(), crate::StoreError> {
                self.$part.delete_application(org, app).await
            }

            async fn application(
                &self,
                org: &hooktide_model::OrgId,
                app: &crate::ObjectRef<hooktide_model::AppId>,
            ) -> Result<Option<hooktide_model::Application>, crate::StoreError> {
                self.$part.application(org, app).await
            }

            async fn applications(
                &self,
                org: &hooktide_model::OrgId,
                page: hooktide_model::PageRequest<hooktide_model::AppId>,
            ) -> Result<hooktide_model::Page<hooktide_model::Application>, crate::StoreError> {
                self.$part.applications(org, page).await
            }

            async fn insert_endpoint(
                &self,
                endpoint: hooktide_model::Endpoint,
                idempotency: Option<crate::Idempotency>,
            ) -> Result<crate::Written<hooktide_model::Endpoint>, crate::StoreError> {
                self.$part.insert_endpoint(endpoint, idempotency).await
            }

            async fn save_endpoint(
                &self,
                endpoint: hooktide_model::Endpoint,
                idempotency: Option<crate::Idempotency>,
            ) -> Result<crate::Written<hooktide_model::Endpoint>, crate::StoreError> {
                self.$part.save_endpoint(endpoint, idempotency).await
            }

            async fn delete_endpoint(
                &self,
                app: hooktide_model::AppId,
                endpoint: hooktide_model::EndpointId,
            ) -> Result<(), crate::StoreError> {
                self.$part.delete_endpoint(app, endpoint).await
            }

            async fn endpoint(
                &self,
                app: hooktide_model::AppId,
                endpoint: &crate::ObjectRef<hooktide_model::EndpointId>,
            ) -> Result<Option<hooktide_model::Endpoint>, crate::StoreError> {
                self.$part.endpoint(app, endpoint).await
            }

            async fn endpoints(
                &self,
                app: hooktide_model::AppId,
                page: hooktide_model::PageRequest<hooktide_model::EndpointId>,
            ) -> Result<hooktide_model::Page<hooktide_model::Endpoint>, crate::StoreError> {
                self.$part.endpoints(app, page).await
            }

            async fn all_endpoints(
                &self,
                app: hooktide_model::AppId,
            ) -> Result<Vec<hooktide_model::Endpoint>, crate::StoreError> {
                self.$part.all_endpoints(app).await
            }

            async fn endpoint_by_key(
                &self,
                endpoint: hooktide_model::Seq,
            ) -> Result<Option<(hooktide_model::Endpoint, hooktide_model::Application)>, crate::StoreError>
            {
                self.$part.endpoint_by_key(endpoint).await
            }

            async fn note_failing_since(
                &self,
                endpoint: hooktide_model::Seq,
                since: Option<hooktide_model::Timestamp>,
            ) -> Result<(), crate::StoreError> {
                self.$part.note_failing_since(endpoint, since).await
            }

            async fn disable_endpoint(
                &self,
                endpoint: hooktide_model::Seq,
                now: hooktide_model::Timestamp,
            ) -> Result<bool, crate::StoreError> {
                self.$part.disable_endpoint(endpoint, now).await
            }

            async fn insert_source(
                &self,
                source: hooktide_model::Source,
                idempotency: Option<crate::Idempotency>,
            ) -> Result<crate::Written<hooktide_model::Source>, crate::StoreError> {
                self.$part.insert_source(source, idempotency).await
            }

            async fn save_source(
                &self,
                source: hooktide_model::Source,
                idempotency: Option<crate::Idempotency>,
            ) -> Result<crate::Written<hooktide_model::Source>, crate::StoreError> {
                self.$part.save_source(source, idempotency).await
            }

            async fn delete_source(
                &self,
                org: &hooktide_model::OrgId,
                source: hooktide_model::SourceId,
            ) -> Result<(), crate::StoreError> {
                self.$part.delete_source(org, source).await
            }

            async fn source(
                &self,
                org: &hooktide_model::OrgId,
                source: &crate::ObjectRef<hooktide_model::SourceId>,
            ) -> Result<Option<hooktide_model::Source>, crate::StoreError> {
                self.$part.source(org, source).await
            }

            async fn source_by_token(
                &self,
                hash: hooktide_model::TokenHash,
            ) -> Result<Option<hooktide_model::Source>, crate::StoreError> {
                self.$part.source_by_token(hash).await
            }

            async fn sources(
                &self,
                org: &hooktide_model::OrgId,
                page: hooktide_model::PageRequest<hooktide_model::SourceId>,
            ) -> Result<hooktide_model::Page<hooktide_model::Source>, crate::StoreError> {
                self.$part.sources(org, page).await
            }

            async fn fetching_sources(
                &self,
                limit: usize,
            ) -> Result<Vec<hooktide_model::Source>, crate::StoreError> {
                self.$part.fetching_sources(limit).await
            }

            async fn source_application(
                &self,
                app: hooktide_model::AppId,
            ) -> Result<Option<hooktide_model::Application>, crate::StoreError> {
                self.$part.source_application(app).await
            }

            async fn insert_event_type(
                &self,
                event_type: hooktide_model::EventType,
                idempotency: Option<crate::Idempotency>,
            ) -> Result<crate::Written<hooktide_model::EventType>, crate::StoreError> {
                self.$part.insert_event_type(event_type, idempotency).await
            }

            async fn save_event_type(
                &self,
                event_type: hooktide_model::EventType,
            ) -> Result<hooktide_model::EventType, crate::StoreError> {
                self.$part.save_event_type(event_type).await
            }

            async fn expunge_event_type(
                &self,
                org: &hooktide_model::OrgId,
                name: &hooktide_model::EventTypeName,
            ) -> Result<(), crate::StoreError> {
                self.$part.expunge_event_type(org, name).await
            }

            async fn event_type(
                &self,
                org: &hooktide_model::OrgId,
                name: &hooktide_model::EventTypeName,
            ) -> Result<Option<hooktide_model::EventType>, crate::StoreError> {
                self.$part.event_type(org, name).await
            }

            async fn event_types(
                &self,
                org: &hooktide_model::OrgId,
                include_archived: bool,
                page: hooktide_model::PageRequest<hooktide_model::EventTypeName>,
            ) -> Result<hooktide_model::Page<hooktide_model::EventType>, crate::StoreError> {
                self.$part.event_types(org, include_archived, page).await
            }
        }
    };
}

/// History, by the part of that name.
macro_rules! forward_history {
    ($store:ty, $part:ident) => {
        #[async_trait::async_trait]
        impl crate::History for $store {
            async fn message(
                &self,
                app: hooktide_model::AppId,
                message: &crate::ObjectRef<hooktide_model::MessageId>,
                with_payload: bool,
            ) -> Result<Option<hooktide_model::Message>, crate::StoreError> {
                self.$part.message(app, message, with_payload).await
            }

            async fn messages(
                &self,
                app: hooktide_model::AppId,
                filter: crate::MessageFilter,
            ) -> Result<hooktide_model::Page<hooktide_model::Message>, crate::StoreError> {
                self.$part.messages(app, filter).await
            }

            async fn messages_of_endpoint(
                &self,
                endpoint: hooktide_model::EndpointId,
                status: Option<hooktide_model::DeliveryStatus>,
                filter: crate::MessageFilter,
            ) -> Result<hooktide_model::Page<crate::ListedMessage>, crate::StoreError> {
                self.$part.messages_of_endpoint(endpoint, status, filter).await
            }

            async fn attempt(
                &self,
                message: hooktide_model::MessageId,
                attempt: hooktide_model::AttemptId,
            ) -> Result<Option<hooktide_model::Attempt>, crate::StoreError> {
                self.$part.attempt(message, attempt).await
            }

            async fn attempts_of_endpoint(
                &self,
                endpoint: hooktide_model::EndpointId,
                filter: crate::AttemptFilter,
            ) -> Result<hooktide_model::Page<crate::ListedAttempt>, crate::StoreError> {
                self.$part.attempts_of_endpoint(endpoint, filter).await
            }

            async fn attempts_of_message(
                &self,
                message: hooktide_model::MessageId,
                filter: crate::AttemptFilter,
            ) -> Result<hooktide_model::Page<crate::ListedAttempt>, crate::StoreError> {
                self.$part.attempts_of_message(message, filter).await
            }

            async fn deliveries(
                &self,
                message: hooktide_model::MessageId,
                page: hooktide_model::PageRequest<hooktide_model::EndpointId>,
            ) -> Result<hooktide_model::Page<hooktide_model::DeliveryState>, crate::StoreError> {
                self.$part.deliveries(message, page).await
            }

            async fn attempt_counts(
                &self,
                endpoint: hooktide_model::EndpointId,
                since: hooktide_model::Timestamp,
                until: hooktide_model::Timestamp,
            ) -> Result<crate::AttemptCounts, crate::StoreError> {
                self.$part.attempt_counts(endpoint, since, until).await
            }

            async fn receipt(
                &self,
                source: hooktide_model::SourceId,
                receipt: hooktide_model::ReceiptId,
            ) -> Result<Option<hooktide_model::Receipt>, crate::StoreError> {
                self.$part.receipt(source, receipt).await
            }

            async fn receipt_head(
                &self,
                message: hooktide_model::MessageId,
            ) -> Result<Option<hooktide_model::ReceiptHead>, crate::StoreError> {
                self.$part.receipt_head(message).await
            }

            async fn receipts(
                &self,
                source: hooktide_model::SourceId,
                filter: crate::ReceiptFilter,
            ) -> Result<hooktide_model::Page<hooktide_model::Receipt>, crate::StoreError> {
                self.$part.receipts(source, filter).await
            }

            async fn expunge_payload(
                &self,
                app: hooktide_model::AppId,
                message: hooktide_model::MessageId,
            ) -> Result<(), crate::StoreError> {
                self.$part.expunge_payload(app, message).await
            }

            async fn expunge_response(
                &self,
                message: hooktide_model::MessageId,
                attempt: hooktide_model::AttemptId,
            ) -> Result<(), crate::StoreError> {
                self.$part.expunge_response(message, attempt).await
            }
        }
    };
}

pub(in super::super) use {forward_configuration, forward_history};
