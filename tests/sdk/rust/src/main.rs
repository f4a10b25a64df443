//! A full round trip with the published Rust SDK: messages, endpoints, sources, with real deliveries that the SDK's own
//! verifier judges. Its types are strict: an answer that lacks a field, or has one of another shape, is an error here.
//!
//! HOOKTIDE_URL and HOOKTIDE_TOKEN name the server. Ends with "round trip complete", or with the first broken expectation.

mod receiver;

use js_option::JsOption;
use receiver::{Receiver, Request};
use serde_json::json;
use svix::api::{MessageCreateOptions, Svix, SvixOptions};
use svix::models::{
    AppPortalAccessIn, ApplicationIn, CronConfig, EndpointHeadersIn, EndpointIn, EndpointPatch,
    EndpointSecretRotateIn, EndpointTransformationPatch, EventExampleIn, EventTypeIn, GithubConfig,
    IngestEndpointIn, IngestSourceIn, IngestSourceInConfig, IngestSourceOutConfig, MessageIn, MessageStatus,
    RecoverIn, StripeConfig, SvixConfig,
};
use svix::webhooks::Webhook;

const EVENT: &str = "invoice.paid";

struct Client {
    receiver: Receiver,
    svix: Svix,
    app: String,
}

impl Client {
    async fn new() -> Self {
        let variable = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        let options = SvixOptions { server_url: Some(variable("HOOKTIDE_URL")), ..SvixOptions::default() };
        let svix = Svix::new(variable("HOOKTIDE_TOKEN"), Some(options));
        let app = ApplicationIn { uid: Some("rust".to_owned()), ..ApplicationIn::new("Rust".to_owned()) };
        let made = svix.application().create(app.clone(), None).await.unwrap();
        let again = svix.application().get_or_create(app, None).await.unwrap();
        assert_eq!((made.uid.as_deref(), &made.id), (Some("rust"), &again.id));
        let schemas = json!({ "1": { "type": "object", "examples": [{ "n": 2 }] } });
        let event_type = EventTypeIn {
            schemas: Some(schemas),
            ..EventTypeIn::new(EVENT.to_owned(), "An invoice was paid.".to_owned())
        };
        svix.event_type().create(event_type, None).await.unwrap();
        Self { receiver: Receiver::start().await, svix, app: made.id }
    }

    async fn endpoint(&self, path: &str) -> String {
        let endpoint = EndpointIn::new(self.receiver.url(path));
        self.svix.endpoint().create(self.app.clone(), endpoint, None).await.unwrap().id
    }

    async fn publish(&self, payload: serde_json::Value) -> String {
        let options = MessageCreateOptions { with_content: Some(true), ..MessageCreateOptions::default() };
        let message = MessageIn::new(EVENT.to_owned(), payload.clone());
        let made = self.svix.message().create(self.app.clone(), message, Some(options)).await.unwrap();
        assert_eq!(made.payload, payload);
        made.id
    }
}

fn verify(secret: &str, request: &Request) {
    Webhook::new(secret).unwrap().verify(&request.body, &request.headers).unwrap();
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client::new().await;
    messages_arrive_and_the_sdk_verifies_them(&client).await;
    endpoints_are_changed_and_recovered(&client).await;
    sources_are_made_read_and_listed(&client).await;
    client.svix.application().delete(client.app.clone()).await.unwrap();
    println!("round trip complete");
}

async fn messages_arrive_and_the_sdk_verifies_them(client: &Client) {
    let app = client.app.clone();
    let endpoint = client.endpoint("/rust").await;
    let message = client.publish(json!({ "n": 1 })).await;

    let secret = client.svix.endpoint().get_secret(app.clone(), endpoint.clone()).await.unwrap().key;
    let request = client.receiver.wait("/rust", 1).await.swap_remove(0);
    verify(&secret, &request);

    let attempts = client.svix.message_attempt();
    let list = loop {
        let list = attempts.list_by_msg(app.clone(), message.clone(), None).await.unwrap();
        // An outcome may be committed some milliseconds after the answer.
        if !list.data.is_empty() {
            break list;
        }
    };
    assert!(list.done);
    assert_eq!((list.data.len(), list.data[0].status), (1, MessageStatus::Success));
    let one = attempts.get(app.clone(), message.clone(), list.data[0].id.clone(), None).await.unwrap();
    assert_eq!(one.response_status_code, 200);
    let by_endpoint = attempts.list_by_endpoint(app.clone(), endpoint.clone(), None).await.unwrap();
    assert_eq!(by_endpoint.data.len(), 1);
    let messages = attempts.list_attempted_messages(app.clone(), endpoint.clone(), None).await.unwrap();
    assert_eq!(messages.data[0].id, message);
    let destinations =
        attempts.list_attempted_destinations(app.clone(), message.clone(), None).await.unwrap();
    assert_eq!(destinations.data[0].id, endpoint);
    let stats = client.svix.endpoint().get_stats(app.clone(), endpoint.clone(), None).await.unwrap();
    assert_eq!(stats.success, 1);

    attempts.resend(app.clone(), message.clone(), endpoint.clone(), None).await.unwrap();
    client.receiver.wait("/rust", 2).await;
    let example = EventExampleIn::new(EVENT.to_owned());
    client.svix.endpoint().send_example(app, endpoint, example, None).await.unwrap();
    client.receiver.wait("/rust", 3).await;
}

async fn endpoints_are_changed_and_recovered(client: &Client) {
    let app = client.app.clone();
    let endpoint = client.endpoint("/down").await;
    client.receiver.fail("/down", 2);
    client.publish(json!({ "n": 1 })).await;
    client.receiver.wait("/down", 2).await;

    let api = client.svix.endpoint();
    let headers = EndpointHeadersIn::new([("x-team".to_owned(), "blue".to_owned())].into());
    api.set_headers(app.clone(), endpoint.clone(), headers).await.unwrap();
    let shown = api.get_headers(app.clone(), endpoint.clone()).await.unwrap();
    assert_eq!(shown.headers["x-team"], "blue");
    let old = api.get_secret(app.clone(), endpoint.clone()).await.unwrap().key;
    api.rotate_secret(app.clone(), endpoint.clone(), EndpointSecretRotateIn::new(), None).await.unwrap();
    let new = api.get_secret(app.clone(), endpoint.clone()).await.unwrap().key;
    assert_ne!(old, new);
    let change = EndpointPatch { description: Some("changed".to_owned()), ..EndpointPatch::default() };
    let changed = api.patch(app.clone(), endpoint.clone(), change).await.unwrap();
    assert_eq!(changed.description, "changed");
    let code = "function handler(webhook) { webhook.headers = { 'x-script': 'ran' }; return webhook; }";
    let script = EndpointTransformationPatch {
        code: JsOption::Some(code.to_owned()),
        enabled: Some(true),
        ..EndpointTransformationPatch::default()
    };
    api.transformation().patch(app.clone(), endpoint.clone(), script).await.unwrap();

    let since = client.svix.application().get(app.clone()).await.unwrap().created_at;
    let recovery = RecoverIn::new(since);
    api.recover(app.clone(), endpoint.clone(), recovery, None).await.unwrap();
    let request = client.receiver.wait("/down", 3).await.swap_remove(2);
    verify(&old, &request);
    verify(&new, &request);
    assert_eq!(
        (&request.headers["x-team"], &request.headers["x-script"]),
        (&"blue".parse().unwrap(), &"ran".parse().unwrap())
    );

    let authentication = client.svix.authentication();
    let access = authentication.app_portal_access(app.clone(), AppPortalAccessIn::new(), None);
    assert!(!access.await.unwrap().token.is_empty());
    api.delete(app.clone(), endpoint.clone()).await.unwrap();
    assert!(api.get(app, endpoint).await.is_err());
}

async fn sources_are_made_read_and_listed(client: &Client) {
    let sources = client.svix.ingest();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
    let cron = CronConfig { content_type: None, payload: "{}".to_owned(), schedule: "0 0 1 1 *".to_owned() };
    let configurations = [
        ("plain", IngestSourceInConfig::GenericWebhook),
        ("github", IngestSourceInConfig::Github(GithubConfig { secret: Some("a-long-secret".to_owned()) })),
        ("stripe", IngestSourceInConfig::Stripe(StripeConfig::new(secret.clone()))),
        ("clerk", IngestSourceInConfig::Clerk(SvixConfig::new(secret))),
        ("cron", IngestSourceInConfig::Cron(cron)),
    ];
    for (uid, config) in configurations {
        let source =
            IngestSourceIn { name: uid.to_owned(), uid: Some(uid.to_owned()), metadata: None, config };
        let made = sources.source().create(source, None).await.unwrap();
        assert_eq!(made.ingest_url.is_none(), uid == "cron");
        assert_eq!(sources.source().get(uid.to_owned()).await.unwrap().id, made.id);
        let endpoint = IngestEndpointIn::new(client.receiver.url("/in"));
        let endpoint = sources.endpoint().create(made.id.clone(), endpoint, None).await.unwrap();
        let key = sources.endpoint().get_secret(made.id.clone(), endpoint.id.clone()).await.unwrap().key;
        assert!(key.starts_with("whsec_"));
        sources.endpoint().get_headers(made.id.clone(), endpoint.id).await.unwrap();
    }
    let plain = sources.source().get("plain".to_owned()).await.unwrap();
    assert!(matches!(plain.config, IngestSourceOutConfig::GenericWebhook));
    assert_eq!(sources.source().list(None).await.unwrap().data.len(), 5);
    sources.source().delete("plain".to_owned()).await.unwrap();
    assert_eq!(sources.source().list(None).await.unwrap().data.len(), 4);
}
