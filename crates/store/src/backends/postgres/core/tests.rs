//! What is PostgreSQL's own: many nodes at once, sealed columns, plans and limits. The seam's rules are the conformance
//! suite's.

mod changes;
mod limits;
mod nodes;
mod plans;
mod sealing;

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::clock::ManualClock;
use hooktide_model::id::TypedId;
use hooktide_model::{
    AppId, Application, Endpoint, EndpointDestination, EndpointSecret, EndpointTransformation, EventType,
    EventTypeName, OrgId, Seq, Timestamp,
};
use hooktide_testkit::ScratchSchema;

use super::PgCore;
use crate::backends::postgres::DatabaseOptions;
use crate::vault::Vault;
use crate::{Configuration, Idempotency, StoreError};

const MAIN_SECRET: &[u8] = b"a main secret of sufficient length";
const WINDOW: Duration = Duration::from_secs(3600);

struct Place {
    schema: ScratchSchema,
    clock: ManualClock,
}

impl Place {
    async fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-11-20T10:00:00Z").unwrap());
        Self { schema: ScratchSchema::create().await, clock }
    }

    async fn open_with(&self, main_secret: &[u8]) -> Result<PgCore, StoreError> {
        let options = DatabaseOptions { url: self.schema.url(), pool_size: 4 };
        PgCore::open(&options, Vault::new(main_secret).unwrap(), Arc::new(self.clock.clone()), WINDOW).await
    }

    /// A node's store.
    async fn open(&self) -> PgCore {
        self.open_with(MAIN_SECRET).await.unwrap()
    }

    /// A connection past the store, as somebody with the database has it.
    async fn raw(&self) -> tokio_postgres::Client {
        self.schema.connect().await
    }
}

fn org() -> OrgId {
    OrgId::trusted("org_one")
}

fn id<I: TypedId>(core: &PgCore, seq: i64) -> I {
    core.mint().id(Seq(seq))
}

fn application(core: &PgCore, seq: i64) -> Application {
    Application {
        id: id(core, seq),
        org: org(),
        uid: None,
        name: "name".to_owned(),
        throttle_rate: None,
        metadata: [].into(),
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn endpoint(core: &PgCore, app: AppId, seq: i64) -> Endpoint {
    Endpoint {
        id: id(core, seq),
        app,
        uid: None,
        url: "https://example.com/".to_owned(),
        destination: Some(EndpointDestination {
            kind: "redis".to_owned(),
            config: serde_json::json!({ "password": format!("planted-password-{seq}") }),
        }),
        description: format!("description-in-clear-{seq}"),
        throttle_rate: None,
        ordering_key: None,
        disabled: false,
        event_types: None,
        channels: None,
        filter: None,
        transformation: Some(EndpointTransformation {
            code: Some(format!("// planted-code-{seq}")),
            enabled: true,
            variables: [("KEY".to_owned(), format!("planted-variable-{seq}"))].into(),
            updated_at: Timestamp::EPOCH,
        }),
        metadata: [].into(),
        headers: [(format!("x-planted-name-{seq}"), format!("planted-header-value-{seq}"))].into(),
        secrets: vec![secret("current", seq), secret("older", seq)],
        failing_since: None,
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn event_type(name: &str) -> EventType {
    EventType {
        org: org(),
        name: EventTypeName::trusted(name),
        description: String::new(),
        archived: false,
        deprecated: false,
        schemas: None,
        group_name: None,
        feature_flags: Vec::new(),
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 1,
    }
}

fn secret(which: &str, seq: i64) -> EndpointSecret {
    EndpointSecret { secret: format!("whsec_planted-{which}-{seq}"), expires_at: None }
}

/// An application (key 1) and endpoints with those keys.
async fn given_endpoints(core: &PgCore, seqs: &[i64]) -> AppId {
    let app = core.insert_application(application(core, 1), None).await.unwrap().into_inner();
    for seq in seqs {
        core.insert_endpoint(endpoint(core, app.id, *seq), None).await.unwrap();
    }
    app.id
}

fn key(number: u64) -> Option<Idempotency> {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&number.to_be_bytes());
    Some(Idempotency { key, request: [0; 16] })
}
