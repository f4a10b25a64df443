//! Names, as a hostile name server answers for them (`HOOKTIDE_DELIVERY_DNS_SERVERS`): every connection asks once, the
//! whole answer is judged, and what was judged is dialled.
//!
//! Only 127.0.0.1 is allowed. The canary listens at 127.0.0.2, at the receiver's own port: a single connection there
//! fails the test.

use std::sync::atomic::{AtomicUsize, Ordering};

use hooktide_testkit::{Api, Behaviour, Receiver, ServerSetup, ServerUnderTest, StubDns, wait_until};
use serde_json::{Value, json};

/// Answers of which one address is allowed and another is not.
const MIXED: &[(&str, &[&str])] = &[
    ("canary.example.com", &["127.0.0.1 127.0.0.2"]),
    ("private.example.com", &["10.0.0.1 127.0.0.1"]),
    ("metadata.example.com", &["127.0.0.1 169.254.169.254"]),
    ("family.example.com", &["127.0.0.1 ::1"]),
    ("mapped.example.com", &["127.0.0.1 ::ffff:10.0.0.1"]),
];

/// Who owns the endpoints.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Application,
    Source,
}

/// A server that asks the test's name server, and an owner of endpoints.
struct Named {
    _server: ServerUnderTest,
    api: Api,
    dns: StubDns,
    receiver: Receiver,
    canary: Receiver,
    owner: Owner,
    /// The owner's path.
    path: String,
    /// Where its events go in.
    door: String,
    published: AtomicUsize,
}

impl Named {
    async fn new(owner: Owner, names: &[(&str, &[&str])]) -> Self {
        let dns = StubDns::serving(names).await;
        let (receiver, canary) = Receiver::start_pair().await;
        let server = ServerSetup::new()
            .env("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "127.0.0.1/32")
            .env("HOOKTIDE_DELIVERY_DNS_SERVERS", &dns.address().to_string())
            .env("HOOKTIDE_DELIVERY_TIMEOUT", "5s")
            .retries("")
            .start()
            .await;
        let api = server.api();
        let (path, door) = match owner {
            Owner::Application => (format!("/app/{}", api.create_app("Named").await), String::new()),
            Owner::Source => {
                let body = json!({ "name": "Named", "type": "none" });
                let made = api.post("/ingest/api/v1/source", body).await.expect(201).json();
                let url = made["ingestUrl"].as_str().unwrap();
                let id = made["id"].as_str().unwrap();
                (format!("/ingest/api/v1/source/{id}"), format!("={}", &url[url.find("/in/").unwrap()..]))
            }
        };
        Self {
            _server: server,
            api,
            dns,
            receiver,
            canary,
            owner,
            path,
            door,
            published: AtomicUsize::new(0),
        }
    }

    async fn endpoint(&self, name: &str) -> String {
        let url = format!("http://{name}:{}/{name}", self.receiver.addr().port());
        self.endpoint_with(json!({ "url": url })).await
    }

    async fn endpoint_with(&self, body: Value) -> String {
        self.api.post(&format!("{}/endpoint", self.path), body).await.expect(201).id()
    }

    async fn publish(&self) {
        // No two are the same event.
        let payload = json!({ "number": self.published.fetch_add(1, Ordering::Relaxed) });
        match self.owner {
            Owner::Application => {
                let body = json!({ "eventType": "user.created", "payload": payload });
                let _ = self.api.post(&format!("{}/msg", self.path), body).await.expect(202);
            }
            Owner::Source => {
                let _ = self.api.anonymous().post(&self.door, payload).await.expect(202);
            }
        }
    }

    /// The attempts at an endpoint, newest first, once there are as many.
    async fn attempts(&self, endpoint: &str, count: usize) -> Vec<Value> {
        let path = match self.owner {
            Owner::Application => format!("{}/attempt/endpoint/{endpoint}", self.path),
            Owner::Source => format!("{}/endpoint/{endpoint}/attempt", self.path),
        };
        wait_until(&format!("{count} attempts at {endpoint}"), async || {
            let attempts = self.api.all(&path).await;
            (attempts.len() == count).then_some(attempts)
        })
        .await
    }

    async fn refused(&self, endpoint: &str, name: &str) {
        let attempt = self.attempts(endpoint, 1).await.remove(0);
        assert_eq!((&attempt["status"], &attempt["responseStatusCode"]), (&json!(2), &json!(0)), "{attempt}");
        let said = attempt["response"].as_str().unwrap();
        assert!(said.starts_with(&format!("{name} resolves to a refused address: ")), "{said}");
    }
}

async fn name_that_turns_is_not_followed(owner: Owner) {
    let named = Named::new(owner, &[("turning.example.com", &["127.0.0.1", "127.0.0.2"])]).await;
    // The next delivery needs a connection of its own, and so a look-up of its own.
    let path = "/turning.example.com";
    named.receiver.script(path, [Behaviour::ok().header("connection", "close")]);
    let endpoint = named.endpoint("turning.example.com").await;
    assert_eq!(named.dns.lookups("turning.example.com"), 0, "an endpoint is made without asking");

    named.publish().await;
    named.receiver.wait_on(path, 1).await;
    named.attempts(&endpoint, 1).await;
    assert_eq!(
        named.dns.lookups("turning.example.com"),
        1,
        "what was judged is dialled, not asked for again"
    );

    named.publish().await;
    let attempts = named.attempts(&endpoint, 2).await;
    assert_eq!((&attempts[0]["status"], &attempts[1]["status"]), (&json!(2), &json!(0)), "{attempts:?}");
    let said = attempts[0]["response"].as_str().unwrap();
    assert!(said.starts_with("turning.example.com resolves to a refused address: "), "{said}");
    assert_eq!(named.dns.lookups("turning.example.com"), 2);
    assert_eq!((named.receiver.all().len(), named.canary.connections()), (1, 0));
}

#[tokio::test]
async fn name_that_turns_is_not_followed_for_applications() {
    name_that_turns_is_not_followed(Owner::Application).await;
}

#[tokio::test]
async fn name_that_turns_is_not_followed_for_sources() {
    name_that_turns_is_not_followed(Owner::Source).await;
}

async fn answer_with_one_refused_address_is_refused_as_a_whole(owner: Owner) {
    let named = Named::new(owner, MIXED).await;
    let mut endpoints = Vec::new();
    for (name, _) in MIXED {
        endpoints.push((named.endpoint(name).await, *name));
    }
    named.publish().await;
    for (endpoint, name) in &endpoints {
        named.refused(endpoint, name).await;
        assert_eq!(named.dns.lookups(name), 1, "{name}");
    }
    assert_eq!((named.receiver.connections(), named.canary.connections()), (0, 0));
}

#[tokio::test]
async fn answer_with_one_refused_address_is_refused_as_a_whole_for_applications() {
    answer_with_one_refused_address_is_refused_as_a_whole(Owner::Application).await;
}

#[tokio::test]
async fn answer_with_one_refused_address_is_refused_as_a_whole_for_sources() {
    answer_with_one_refused_address_is_refused_as_a_whole(Owner::Source).await;
}

/// The first answer leads to nobody that answers: the next look-up decides, not a memory of the first.
#[tokio::test]
async fn name_that_moves_within_what_is_allowed_is_followed() {
    let named = Named::new(Owner::Application, &[("moving.example.com", &["127.0.0.2", "127.0.0.1"])]).await;
    let endpoint = named.endpoint("moving.example.com").await;
    named.publish().await;
    named.refused(&endpoint, "moving.example.com").await;
    named.publish().await;
    let request = named.receiver.first_on("/moving.example.com").await;
    assert_eq!(request.header("host"), format!("moving.example.com:{}", named.receiver.addr().port()));
    assert_eq!(named.attempts(&endpoint, 2).await[0]["status"], 0);
    assert_eq!(named.canary.connections(), 0);
}

#[tokio::test]
async fn destinations_of_other_kinds_ask_the_same_name_server_and_are_judged_alike() {
    let named = Named::new(Owner::Application, &[("canary.example.com", &["127.0.0.1 127.0.0.2"])]).await;
    let host = format!("canary.example.com:{}", named.receiver.addr().port());
    let destinations = [
        json!({ "kind": "redis", "config": { "url": format!("redis://{host}/0"), "command": "set", "key": "k" } }),
        json!({ "kind": "nats", "config": { "url": format!("nats://{host}"), "subject": "s" } }),
        json!({ "kind": "amqp", "config": { "url": format!("amqp://{host}"), "routing_key": "q" } }),
        json!({ "kind": "mqtt", "config": { "url": format!("mqtt://{host}"), "topic": "t" } }),
        json!({ "kind": "email", "config": { "url": format!("smtp://{host}"), "from": "a@example.com",
            "to": ["b@example.com"], "subject": "s" } }),
        json!({ "kind": "s3", "config": { "url": format!("http://{host}"), "bucket": "b",
            "access_key_id": "a", "secret_access_key": "secret-key" } }),
        json!({ "kind": "sql", "config": { "url": format!("postgres://u@{host}/d"), "table": "t", "key": ["id"],
            "columns": { "id": { "path": "$.number" } } } }),
        json!({ "kind": "sql", "config": { "url": format!("mysql://u@{host}/d"), "table": "t", "key": ["id"],
            "columns": { "id": { "path": "$.number" } } } }),
    ];
    let mut endpoints = Vec::new();
    for destination in destinations {
        endpoints.push(named.endpoint_with(json!({ "destination": destination })).await);
    }
    named.publish().await;
    for endpoint in &endpoints {
        named.refused(endpoint, "canary.example.com").await;
    }
    // Look-ups at the same moment share one question.
    assert!(named.dns.lookups("canary.example.com") >= 1);
    assert_eq!((named.receiver.connections(), named.canary.connections()), (0, 0));
}

#[tokio::test]
async fn name_that_nobody_knows_fails_the_attempt_and_says_so() {
    let named = Named::new(Owner::Application, &[]).await;
    let endpoint = named.endpoint("missing.example.com").await;
    named.publish().await;
    let attempt = named.attempts(&endpoint, 1).await.remove(0);
    assert_eq!(attempt["response"], "failed to resolve missing.example.com: the name does not exist");
}
