//! The demo source: GitHub's door, an endpoint at the built-in receiver, and a request that its provider would send.
//!
//! Safe to run at every start: what is there stays, and the endpoint is pointed at where the receiver listens now.

use std::collections::BTreeMap;

use hooktide_model::{
    Endpoint, EndpointSecret, OrgId, Source, SourceSecret, SourceSecretUse, SourceSettings, SourceToken, Uid,
};
use hooktide_store::{ObjectRef, StoreError};
use hooktide_verify::{Now, Outgoing, Secret, provider, sign};

use crate::failure::Failure;
use crate::server::Server;

const SOURCE: &str = "demo-github";
const ENDPOINT: &str = "demo-receiver";
const PROVIDER: &str = "github";
/// Random bytes of the token and of the secret.
const RANDOM_BYTES: usize = 24;

/// What was prepared.
pub(crate) struct DemoSource {
    /// The path of its URL.
    pub(crate) path: String,
    /// What its provider signs with.
    pub(crate) secret: String,
}

/// Make sure that the demo source is there. Its endpoint signs with `endpoint_secret`, which the receiver knows.
///
/// # Errors
/// When the store cannot be read or written.
pub(crate) async fn prepare_source(
    server: &Server,
    org: &OrgId,
    receiver_url: &str,
    endpoint_secret: &str,
) -> Result<DemoSource, StoreError> {
    let store = &*server.store;
    let source = match store.source(org, &ObjectRef::Uid(Uid::trusted(SOURCE))).await? {
        Some(found) => found,
        None => store.insert_source(new_source(server, org), None).await?.into_inner(),
    };
    let uid = ObjectRef::Uid(Uid::trusted(ENDPOINT));
    let secrets = vec![EndpointSecret { secret: endpoint_secret.to_owned(), expires_at: None }];
    match store.endpoint(source.app, &uid).await? {
        Some(mut found) => {
            receiver_url.clone_into(&mut found.url);
            found.disabled = false;
            found.secrets = secrets;
            store.save_endpoint(found, None).await?;
        }
        None => {
            let fresh = new_endpoint(server, &source, receiver_url, secrets);
            store.insert_endpoint(fresh, None).await?;
        }
    }
    server.pipeline.source_changed(&[&source]);
    let secret = source.secrets.first().map(|secret| secret.text.clone()).ok_or(StoreError::Missing)?;
    Ok(DemoSource { path: format!("/in/{}", source.token.expose()), secret })
}

impl DemoSource {
    /// A command that sends what the provider would send: a ping with those words.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub(crate) fn command(&self, base: &str, delivery: &str, zen: &str, now: Now) -> Result<String, Failure> {
        let body = format!(r#"{{"zen": "{zen}"}}"#);
        let known =
            provider(PROVIDER).ok_or_else(|| Failure::failed("the demo's provider is unknown", ""))?;
        let mut request = Outgoing::post(base, body.as_str());
        request.set_header("content-type", "application/json");
        request.set_header("x-github-event", "ping");
        request.set_header("x-github-delivery", delivery);
        sign(&known.scheme, &Secret::new("demo", self.secret.as_str()), &mut request, now)
            .map_err(|error| Failure::caused("cannot sign the demo request", &error, ""))?;
        let line =
            |(name, value): &(String, Vec<u8>)| format!(" -H \"{name}: {}\"", String::from_utf8_lossy(value));
        let headers: String = request.headers.iter().map(line).collect();
        Ok(format!("curl -si {base}{}{headers} -d '{body}'", self.path))
    }
}

fn random_hex() -> String {
    let mut bytes = [0; RANDOM_BYTES];
    crate::random::fill(&mut bytes).expect("the operating system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn new_source(server: &Server, org: &OrgId) -> Source {
    let now = server.clock.now();
    let (id, app) = (server.store.seqs().next(now), server.store.seqs().next(now));
    Source {
        id: server.store.mint().id(id),
        org: org.clone(),
        app: server.store.mint().id(app),
        uid: Some(Uid::trusted(SOURCE)),
        name: "Demo: GitHub".to_owned(),
        provider: PROVIDER.to_owned(),
        token: SourceToken::new(random_hex()),
        secrets: vec![SourceSecret {
            id: "demo".to_owned(),
            purpose: SourceSecretUse::Signing,
            text: random_hex(),
            from_s: None,
            until_s: None,
        }],
        settings: SourceSettings::default(),
        feed: None,
        metadata: BTreeMap::new(),
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

fn new_endpoint(server: &Server, source: &Source, url: &str, secrets: Vec<EndpointSecret>) -> Endpoint {
    let now = server.clock.now();
    Endpoint {
        id: server.store.mint().id(server.store.seqs().next(now)),
        app: source.app,
        uid: Some(Uid::trusted(ENDPOINT)),
        url: url.to_owned(),
        destination: None,
        filter: None,
        transformation: None,
        description: "The receiver built into `hooktide dev`".to_owned(),
        throttle_rate: None,
        ordering_key: None,
        disabled: false,
        event_types: None,
        channels: None,
        metadata: BTreeMap::new(),
        headers: BTreeMap::new(),
        secrets,
        failing_since: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}
