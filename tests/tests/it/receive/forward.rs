//! What a provider signed, sent on: its headers byte for byte, so that the receiver can verify the provider itself.

use hooktide_testkit::{Received, ServerSetup, verdict};
use hooktide_verify::{NoKnownKeys, Now, Request, Secret, Verdict, provider, verify};
use serde_json::{Value, json};

use super::provider::{Inbox, secret_of};

const EVENT: &[(&str, &str)] =
    &[("x-github-event", "push"), ("x-github-delivery", "d-1"), ("user-agent", "GitHub-Hookshot/044aadd")];

async fn endpoint(inbox: &Inbox, path: &str, config: Value) -> String {
    let destination = json!({ "kind": "http", "config": config });
    let body = json!({ "url": inbox.receiver.url(path), "destination": destination });
    inbox.api.post(&inbox.door.api("/endpoint"), body).await.expect(201).id()
}

/// The receiver's own judgement, with the provider's scheme and secret.
fn is_of_provider(request: &Received, kind: &str) -> bool {
    let headers: Vec<(&str, &[u8])> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let url = format!("http://receiver.example{}", request.target);
    let parts = Request {
        method: &request.method,
        url: Some(&url),
        target: &request.target,
        headers: &headers,
        body: &request.body,
    };
    let scheme = &provider(kind).unwrap().scheme;
    let secrets = [Secret::new("test", secret_of(kind))];
    matches!(
        verify(scheme, &secrets, &parts, Now::from_unix_s(request.unix_s), &NoKnownKeys),
        Verdict::Accepted(_)
    )
}

#[tokio::test]
async fn forwarded_request_is_the_provider_s_own() {
    let inbox = Inbox::new("github").await;
    let _ = endpoint(&inbox, "/forward", json!({ "signature": "forward" })).await;
    let both = endpoint(&inbox, "/both", json!({ "signature": "both", "cloudevents": "binary" })).await;
    let _ = inbox.endpoint("/ours").await;
    let mut signed = inbox.door.sign(EVENT, "{ \"zen\" : \"Keep it\\u00e9\" }");
    signed.headers.push(("x-forwarded-for".to_owned(), "203.0.113.9".to_owned()));
    let _ = inbox.send(&signed).await.expect(200);

    let forwarded = inbox.delivered("/forward", 1).await.swap_remove(0);
    assert!(is_of_provider(&forwarded, "github"));
    assert_eq!(forwarded.body, signed.body);
    for (name, value) in EVENT {
        assert_eq!(forwarded.header(name), *value);
    }
    assert_eq!((forwarded.header("webhook-signature"), forwarded.header("x-forwarded-for")), ("", ""));
    assert_eq!(forwarded.header("host"), inbox.receiver.addr().to_string());

    let doubly = inbox.delivered("/both", 1).await.swap_remove(0);
    let secret = inbox.api.get(&inbox.door.api(&format!("/endpoint/{both}/secret"))).await.expect(200).json();
    assert!(is_of_provider(&doubly, "github"));
    assert!(verdict(&doubly, "webhook", secret["key"].as_str().unwrap()).is_ok());
    assert_eq!(doubly.header("ce-type"), "push");

    let ours = inbox.delivered("/ours", 1).await.swap_remove(0);
    assert_eq!((ours.header("x-github-event"), is_of_provider(&ours, "github")), ("", false));
}

/// RFC 9110 section 7.6.1: what belongs to the provider's connection, also what its `connection` header names, and what
/// proxies tell of the way.
#[tokio::test]
async fn headers_of_the_provider_s_connection_are_not_sent_on() {
    let inbox = Inbox::new("github").await;
    let _ = endpoint(&inbox, "/forward", json!({ "signature": "forward" })).await;
    let hops = [
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("trailer", "x-checksum"),
        ("upgrade", "h2c"),
        ("proxy-connection", "keep-alive"),
        ("proxy-authorization", "Basic cHJveHk6aHVudGVyMg=="),
        ("proxy-authenticate", "Basic"),
        ("forwarded", "for=203.0.113.9"),
        ("via", "1.1 edge"),
        ("x-real-ip", "203.0.113.9"),
        ("x-forwarded-host", "edge.example.com"),
        ("x-named-by-connection", "1"),
        ("x-named-too", "1"),
        ("hooktide-hops", "3"),
    ];
    let mut signed = inbox.door.sign(EVENT, "{}").and("connection", "close, X-Named-By-Connection");
    signed = signed.and("connection", "x-named-too").and("x-end-to-end", "1").and("accept-language", "de");
    for (name, value) in hops {
        signed = signed.and(name, value);
    }
    let _ = inbox.send(&signed).await.expect(200);
    let forwarded = inbox.delivered("/forward", 1).await.swap_remove(0);
    assert!(is_of_provider(&forwarded, "github"));
    assert_eq!((forwarded.header("x-end-to-end"), forwarded.header("accept-language")), ("1", "de"));
    assert_eq!(forwarded.header("hooktide-hops"), "4", "ours, one further");
    assert_eq!(forwarded.header("connection"), "");
    for (name, _) in hops.into_iter().filter(|(name, _)| *name != "hooktide-hops") {
        assert_eq!(forwarded.header(name), "", "{name}");
    }
}

#[tokio::test]
async fn headers_of_a_provider_that_signs_as_we_do_are_not_overwritten() {
    let inbox = Inbox::new("standard-webhooks").await;
    let both = endpoint(&inbox, "/both", json!({ "signature": "both" })).await;
    let signed = inbox.door.sign(&[("webhook-id", "msg_of_the_provider")], "{}");
    let _ = inbox.send(&signed).await.expect(202);
    let request = inbox.delivered("/both", 1).await.swap_remove(0);
    assert_eq!(request.header("webhook-id"), "msg_of_the_provider");
    assert!(is_of_provider(&request, "standard-webhooks"));
    let secret = inbox.api.get(&inbox.door.api(&format!("/endpoint/{both}/secret"))).await.expect(200).json();
    assert!(
        verdict(&request, "svix", secret["key"].as_str().unwrap()).is_ok(),
        "ours is in the other family"
    );
}

#[tokio::test]
async fn headers_of_the_request_are_there_for_a_row() {
    let root = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(root.path().join("events.db")).unwrap();
    file.execute_batch("CREATE TABLE events (id TEXT PRIMARY KEY, kind TEXT)").unwrap();
    let setup = ServerSetup::new().env("HOOKTIDE_DESTINATIONS_FILES_ROOT", root.path().to_str().unwrap());
    let source = json!({ "type": "github", "config": { "secret": secret_of("github") } });
    let inbox = Inbox::with(setup, source).await;
    let config = json!({
        "url": "sqlite:events.db", "table": "events", "key": ["id"],
        "columns": {
            "id": { "template": "{{ headers['x-github-delivery'] }}" },
            "kind": { "template": "{{ headers['x-github-event'] }}" },
        },
    });
    let body = json!({ "destination": { "kind": "sql", "config": config } });
    let _ = inbox.api.post(&inbox.door.api("/endpoint"), body).await.expect(201);
    let _ = inbox.send(&inbox.door.sign(EVENT, "{}")).await.expect(200);
    let row = hooktide_testkit::wait_until("a row", async || {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        file.query_row("SELECT id, kind FROM events", [], read).ok()
    })
    .await;
    assert_eq!(row, ("d-1".to_owned(), "push".to_owned()));
}

#[tokio::test]
async fn event_that_goes_round_through_the_door_is_refused_and_kept() {
    let inbox = Inbox::new("github").await;
    for (delivery, hops, status) in [("d-1", "7", 200), ("d-2", "8", 508), ("d-3", "255", 508)] {
        let signed = inbox.door.sign(&[("x-github-delivery", delivery), ("hooktide-hops", hops)], "{}");
        let answer = inbox.send(&signed).await.expect(status);
        if status == 508 {
            assert_eq!(answer.json()["code"], "loop_detected");
        }
    }
    let refused = inbox.receipts("refused").await;
    assert_eq!(refused.len(), 2, "{refused:?}");
    let unsigned = super::provider::Signed {
        headers: vec![("hooktide-hops".to_owned(), "200".to_owned())],
        body: b"{}".to_vec(),
    };
    let _ = inbox.send(&unsigned).await.expect(401);
}

#[tokio::test]
async fn received_event_is_published_into_an_application_of_the_same_organisation() {
    let inbox = Inbox::new("github").await;
    let into =
        |named: &str| json!({ "destination": { "kind": "message", "config": { "application": named } } });
    let path = inbox.door.api("/endpoint");
    let refused = inbox.api.post(&path, into("shop")).await.expect(422).json();
    let place = json!(["body", "destination", "config", "application"]);
    assert_eq!(refused["detail"][0]["loc"], place, "{refused}");

    let shop = inbox.api.post("/app", json!({ "name": "Shop", "uid": "shop" })).await.expect(201).id();
    let customer = inbox.api.create_endpoint(&shop, &inbox.receiver.url("/customer")).await;
    let _ = inbox.api.post(&path, into("shop")).await.expect(201);
    let _ = inbox.send(&inbox.door.sign(EVENT, "{ \"zen\" :1}")).await.expect(200);
    let request = inbox.delivered("/customer", 1).await.swap_remove(0);
    assert_eq!(&request.body[..], b"{ \"zen\" :1}");
    assert_eq!((request.header("x-github-event"), request.header("hooktide-hops")), ("", "1"));
    let secret = inbox.api.secret(&shop, &customer).await;
    assert!(verdict(&request, "webhook", &secret).is_ok(), "the customer verifies us, not the provider");
    let messages = inbox.api.all(&format!("/app/{shop}/msg")).await;
    assert_eq!((messages.len(), &messages[0]["eventType"]), (1, &json!("push")));
}
