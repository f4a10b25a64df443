//! The demo data: an application, an endpoint that points at the built-in receiver, two event types.
//!
//! Safe to run at every start: what is there stays, and the endpoint is pointed at where the receiver listens now.

use hooktide_model::{Application, Endpoint, EndpointSecret, EventType, EventTypeName, OrgId, Uid};
use hooktide_store::{ObjectRef, StoreError};
use hooktide_verify::{KeyKind, SigningKey};

use crate::server::Server;

const APPLICATION: &str = "demo";
const ENDPOINT: &str = "demo-receiver";
const EVENT_TYPES: &[(&str, &str)] =
    &[("invoice.paid", "An invoice was paid in full"), ("user.created", "Somebody signed up")];

/// What was prepared.
pub(crate) struct Demo {
    /// Verifies what the endpoint gets.
    pub(crate) secret: String,
}

/// Make sure that the demo data is there.
///
/// # Errors
/// When the store cannot be read or written.
pub(crate) async fn prepare(server: &Server, org: &OrgId, receiver_url: &str) -> Result<Demo, StoreError> {
    let store = &*server.store;
    for (name, description) in EVENT_TYPES {
        event_type(server, org, name, description).await?;
    }
    let uid = Uid::trusted(APPLICATION);
    let application = match store.application(org, &ObjectRef::Uid(uid.clone())).await? {
        Some(found) => found,
        None => store.insert_application(new_application(server, org, uid), None).await?.into_inner(),
    };
    let uid = Uid::trusted(ENDPOINT);
    let endpoint = match store.endpoint(application.id, &ObjectRef::Uid(uid.clone())).await? {
        Some(mut found) => {
            receiver_url.clone_into(&mut found.url);
            found.disabled = false;
            store.save_endpoint(found, None).await?.into_inner()
        }
        None => {
            let fresh = new_endpoint(server, &application, uid, receiver_url);
            store.insert_endpoint(fresh, None).await?.into_inner()
        }
    };
    server.pipeline.endpoint_changed(&application, endpoint.id.seq());
    let secret = endpoint.secrets.first().map(|secret| secret.secret.clone()).ok_or(StoreError::Missing)?;
    Ok(Demo { secret })
}

async fn event_type(server: &Server, org: &OrgId, name: &str, description: &str) -> Result<(), StoreError> {
    let now = server.clock.now();
    let fresh = EventType {
        org: org.clone(),
        name: EventTypeName::trusted(name),
        description: description.to_owned(),
        archived: false,
        deprecated: false,
        schemas: None,
        group_name: None,
        feature_flags: Vec::new(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    match server.store.insert_event_type(fresh, None).await {
        Ok(_) | Err(StoreError::Taken(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn new_application(server: &Server, org: &OrgId, uid: Uid) -> Application {
    let now = server.clock.now();
    Application {
        id: server.store.mint().id(server.store.seqs().next(now)),
        org: org.clone(),
        uid: Some(uid),
        name: "Demo".to_owned(),
        throttle_rate: None,
        metadata: hooktide_model::Metadata::new(),
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

fn new_endpoint(server: &Server, application: &Application, uid: Uid, url: &str) -> Endpoint {
    let now = server.clock.now();
    let key = SigningKey::generate(KeyKind::Hmac256, |bytes| {
        crate::random::fill(bytes).expect("the operating system has randomness");
    });
    Endpoint {
        id: server.store.mint().id(server.store.seqs().next(now)),
        app: application.id,
        uid: Some(uid),
        url: url.to_owned(),
        destination: None,
        description: "The receiver built into `hooktide dev`".to_owned(),
        throttle_rate: None,
        ordering_key: None,
        disabled: false,
        event_types: None,
        channels: None,
        filter: None,
        transformation: None,
        metadata: hooktide_model::Metadata::new(),
        headers: std::collections::BTreeMap::new(),
        secrets: vec![EndpointSecret { secret: key.to_secret().to_string(), expires_at: None }],
        failing_since: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}
