//! The store under test, and rows to put into it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::clock::ManualClock;
use hooktide_model::id::TypedId;
use hooktide_model::{
    AppId, Application, Clock, Endpoint, EndpointDestination, EndpointSecret, EndpointTransformation,
    EventType, EventTypeName, IdMint, OrgId, SeqSource, Source, SourceFeed, SourceResponse, SourceSecret,
    SourceSecretUse, SourceSettings, SourceSplit, SourceToken, Timestamp, Uid,
};

use crate::{Configuration, Idempotency, StoreError, Written};

/// A fresh store and what was passed into it.
pub struct ConfigurationSubject {
    /// The store, empty.
    pub store: Arc<dyn Configuration>,
    /// Makes the store's ids.
    pub mint: IdMint,
    /// Makes keys.
    pub seqs: SeqSource,
    /// The store's clock.
    pub clock: ManualClock,
    /// How long the store remembers idempotency keys.
    pub idempotency_window: Duration,
}

impl ConfigurationSubject {
    /// A new id.
    pub(in super::super) fn id<I: TypedId>(&self) -> I {
        self.mint.id(self.seqs.next(self.clock.now()))
    }

    /// A new application, not inserted.
    pub(in super::super) fn application(&self, org: &OrgId, application_uid: Option<&str>) -> Application {
        Application {
            id: self.id(),
            org: org.clone(),
            uid: application_uid.map(uid),
            name: "Grüße & Co".to_owned(),
            throttle_rate: Some(u16::MAX),
            metadata: pairs(&[("plan", "gold"), ("quote\"d", "日本\n")]),
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
            version: 1,
        }
    }

    /// A new source with every field set, not inserted.
    pub(in super::super) fn source(&self, org: &OrgId, source_uid: Option<&str>) -> Source {
        let id = self.id();
        Source {
            id,
            org: org.clone(),
            app: self.id(),
            uid: source_uid.map(uid),
            name: "GitHub, 'quoted'".to_owned(),
            provider: "github".to_owned(),
            token: SourceToken::new(format!("token-of-{id}")),
            secrets: vec![SourceSecret {
                id: "current".to_owned(),
                purpose: SourceSecretUse::Challenge,
                text: format!("secret-of-{id}"),
                from_s: Some(1),
                until_s: Some(4_000_000_000),
            }],
            settings: SourceSettings {
                disabled: true,
                wire_type: Some("clerk".to_owned()),
                url: Some("https://example.com/in/1".to_owned()),
                methods: Some(vec!["POST".to_owned()]),
                body_bytes_max: Some(1024),
                throttle_rate: Some(9),
                dedupe: Some("\"body_hash\"".to_owned()),
                event_type: Some(r#"{"body":"/type"}"#.to_owned()),
                split: Some(SourceSplit::Own(r#"{"at":"/events"}"#.to_owned())),
                scheme: Some(r#"{"token":"bearer"}"#.to_owned()),
                response: Some(SourceResponse {
                    status: Some(200),
                    headers: pairs(&[("x-answer", "yes")]),
                    body: Some("ok".to_owned()),
                }),
                timestamp_grace_s: Some(60),
            },
            feed: Some(SourceFeed(serde_json::json!({ "schedule": "0 3 * * *" }))),
            metadata: pairs(&[("team", "billing")]),
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
            version: 1,
        }
    }

    /// A new endpoint with every field set, not inserted.
    pub(in super::super) fn endpoint(&self, app: AppId, endpoint_uid: Option<&str>) -> Endpoint {
        let id = self.id();
        Endpoint {
            id,
            app,
            uid: endpoint_uid.map(uid),
            url: "https://example.com/hooks?a=1&b=%20".to_owned(),
            destination: Some(EndpointDestination {
                kind: "sql".to_owned(),
                config: serde_json::json!({ "url": "postgres://user:planted@host/db", "key": ["id", 1, null] }),
            }),
            description: "invoices, 'quoted'".to_owned(),
            throttle_rate: Some(7),
            ordering_key: Some("/customer/id".to_owned()),
            disabled: false,
            event_types: Some(vec![name("invoice.paid"), name("invoice.void")]),
            channels: Some(vec![hooktide_model::Channel::trusted("project_1")]),
            filter: Some(serde_json::json!({ "body": { "amount": { "$gte": 100 } } })),
            transformation: Some(EndpointTransformation {
                code: Some("function handler(w) { return w; } // 'quoted' \u{fc}".to_owned()),
                enabled: true,
                variables: pairs(&[("API_KEY", "hush"), ("EMPTY", "")]),
                updated_at: self.clock.now(),
            }),
            metadata: pairs(&[("team", "billing")]),
            headers: pairs(&[("authorization", "Bearer xyz"), ("x-empty", "")]),
            secrets: vec![
                secret(&format!("whsec_new_{id}"), None),
                secret(&format!("whsec_old_{id}"), Some(self.clock.now().plus(Duration::from_secs(3600)))),
            ],
            failing_since: None,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
            version: 1,
        }
    }

    /// A new event type with every field set, not inserted.
    pub(in super::super) fn event_type(&self, org: &OrgId, type_name: &str) -> EventType {
        EventType {
            org: org.clone(),
            name: name(type_name),
            description: "An invoice was paid".to_owned(),
            archived: false,
            deprecated: true,
            schemas: Some("{\"1\":{\"type\":\"object\"}}".to_owned()),
            group_name: Some("billing".to_owned()),
            feature_flags: vec!["beta".to_owned(), "eu only".to_owned()],
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
            version: 1,
        }
    }

    /// Insert a new application.
    pub(in super::super) async fn given_application(&self, org: &OrgId, uid: Option<&str>) -> Application {
        new(self.store.insert_application(self.application(org, uid), None).await)
    }

    /// Insert a new endpoint.
    pub(in super::super) async fn given_endpoint(&self, app: AppId, uid: Option<&str>) -> Endpoint {
        new(self.store.insert_endpoint(self.endpoint(app, uid), None).await)
    }

    /// Insert a new event type.
    pub(in super::super) async fn given_event_type(&self, org: &OrgId, name: &str) -> EventType {
        new(self.store.insert_event_type(self.event_type(org, name), None).await)
    }

    /// A later time, which the clock now shows.
    pub(in super::super) fn later(&self) -> Timestamp {
        self.clock.advance(Duration::from_millis(1500));
        self.clock.now()
    }
}

/// The organisation that most claims are about.
pub(in super::super) fn org() -> OrgId {
    OrgId::trusted("org_one")
}

/// Another organisation.
pub(in super::super) fn other_org() -> OrgId {
    OrgId::trusted("org_two")
}

pub(in super::super) fn uid(text: &str) -> Uid {
    Uid::trusted(text)
}

pub(in super::super) fn name(text: &str) -> EventTypeName {
    EventTypeName::trusted(text)
}

pub(in super::super) fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub(in super::super) fn secret(text: &str, expires_at: Option<Timestamp>) -> EndpointSecret {
    EndpointSecret { secret: text.to_owned(), expires_at }
}

/// An idempotency key with a request's hash.
pub(in super::super) fn key(key: u8, request: u8) -> Option<Idempotency> {
    Some(Idempotency { key: [key; 16], request: [request; 16] })
}

/// The row of an insert or save that must not have been a replay.
pub(in super::super) fn new<T: std::fmt::Debug>(outcome: Result<Written<T>, StoreError>) -> T {
    match outcome {
        Ok(Written::New(row)) => row,
        other => panic!("expected a new row, got {other:?}"),
    }
}

/// The row of an insert or save that must have been a replay.
pub(in super::super) fn replayed<T: std::fmt::Debug>(outcome: Result<Written<T>, StoreError>) -> T {
    match outcome {
        Ok(Written::Replayed(row)) => row,
        other => panic!("expected a replay, got {other:?}"),
    }
}

/// Assert which error came back.
macro_rules! assert_refused {
    ($outcome:expr, $error:pat) => {
        match $outcome {
            Err($error) => {}
            other => panic!("expected {}, got {other:?}", stringify!($error)),
        }
    };
}
pub(super) use assert_refused;
