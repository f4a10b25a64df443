//! What is SQLite's own: files, sealed columns, schema, plans and limits. The seam's rules are the conformance suite's.

mod disk;
mod limits;
mod plans;
mod schema;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::clock::ManualClock;
use hooktide_model::id::TypedId;
use hooktide_model::{AppId, Application, Endpoint, EndpointSecret, OrgId, Seq, Timestamp};

use super::CoreDb;
use crate::vault::Vault;
use crate::{Configuration, Idempotency, StoreError};

const MAIN_SECRET: &[u8] = b"a main secret of sufficient length";
const WINDOW: Duration = Duration::from_secs(3600);

struct Place {
    directory: tempfile::TempDir,
    clock: ManualClock,
}

impl Place {
    fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-11-20T10:00:00Z").unwrap());
        Self { directory: tempfile::tempdir().unwrap(), clock }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("hooktide.db")
    }

    fn open_with(&self, main_secret: &[u8]) -> Result<CoreDb, StoreError> {
        CoreDb::open(&self.path(), Vault::new(main_secret).unwrap(), Arc::new(self.clock.clone()), WINDOW)
    }

    fn open(&self) -> CoreDb {
        self.open_with(MAIN_SECRET).unwrap()
    }

    /// A connection past the store, as somebody with the file has it.
    fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
}

fn org() -> OrgId {
    OrgId::trusted("org_one")
}

fn id<I: TypedId>(core: &CoreDb, seq: i64) -> I {
    core.mint().id(Seq(seq))
}

fn application(core: &CoreDb, seq: i64) -> Application {
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

fn endpoint(core: &CoreDb, app: AppId, seq: i64) -> Endpoint {
    Endpoint {
        id: id(core, seq),
        app,
        uid: None,
        url: "https://example.com/".to_owned(),
        destination: Some(hooktide_model::EndpointDestination {
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
        transformation: Some(hooktide_model::EndpointTransformation {
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

fn secret(which: &str, seq: i64) -> EndpointSecret {
    EndpointSecret { secret: format!("whsec_planted-{which}-{seq}"), expires_at: None }
}

/// An application (key 1) and endpoints with those keys.
async fn given_endpoints(core: &CoreDb, seqs: &[i64]) -> AppId {
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
