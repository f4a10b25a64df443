//! Chained events: a message published into another application, and loops that end.

use hooktide_testkit::{Api, ServerSetup, wait_until};
use serde_json::{Value, json};

use crate::world::World;

/// Hops that a message may have.
const HOPS_MAX: usize = 8;
const OTHER_ORG: &str = "org_2222222222222222222222222cc";

fn into(application: &str) -> Value {
    json!({ "kind": "message", "config": { "application": application } })
}

async fn application(api: &Api, uid: &str) -> String {
    api.post("/app", json!({ "name": uid, "uid": uid })).await.expect(201).id()
}

async fn attempt(world: &World, app: &str, message: &str) -> Value {
    world.api.wait_for_attempts(app, message, 1).await.swap_remove(0)
}

#[tokio::test]
async fn message_is_published_into_the_other_application_once() {
    let world = World::new().await;
    let billing = application(&world.api, "billing").await;
    let url = world.receiver.url("/billing");
    let receiver = world
        .api
        .create_endpoint_with(&billing, json!({ "url": url, "headers": { "hooktide-hops": "0" } }))
        .await;
    let config =
        json!({ "application": "billing", "event_type": "billing.{{ event_type }}", "channels": ["eu"] });
    let body = json!({ "destination": { "kind": "message", "config": config } });
    let endpoint = world.api.create_endpoint_with(&world.app, body).await;

    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    let request = world.receiver.first_on("/billing").await;
    assert_eq!(&request.body[..], br#"{"hello":"world"}"#);
    assert_eq!(request.header("hooktide-hops"), "1");
    let attempt = attempt(&world, &world.app, &message).await;
    assert_eq!(attempt["url"], "message:billing");
    assert!(attempt["response"].as_str().unwrap().contains(request.message_id()), "{attempt}");
    let published = world.api.all(&format!("/app/{billing}/msg")).await;
    assert_eq!(published.len(), 1);
    assert_eq!(
        (&published[0]["eventType"], &published[0]["channels"]),
        (&json!("billing.user.created"), &json!(["eu"]))
    );

    let again = format!("/app/{billing}/msg/{}/endpoint/{receiver}/resend", request.message_id());
    let _ = world.api.post(&again, json!({})).await.expect(202);
    let requests = world.receiver.wait_on("/billing", 2).await;
    assert_eq!(requests[1].header("hooktide-hops"), "1", "hops are stored with the message");

    let resend = world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
    let _ = world.api.post(&resend, json!({})).await.expect(202);
    let attempts = world.api.wait_for_attempts(&world.app, &message, 2).await;
    assert!(attempts[0]["response"].as_str().unwrap().starts_with("had been published"), "{attempts:?}");
    assert_eq!(world.api.all(&format!("/app/{billing}/msg")).await.len(), 1, "one delivery, one message");
}

#[tokio::test]
async fn loop_between_two_applications_ends() {
    let world = World::new().await;
    let (one, two) = (application(&world.api, "one").await, application(&world.api, "two").await);
    let _ = world.api.create_endpoint_with(&one, json!({ "destination": into("two") })).await;
    let back = world.api.create_endpoint_with(&two, json!({ "destination": into(&one) })).await;
    let _ = world.api.publish(&one, "user.created", json!({})).await;

    // Nine messages: the first and one for each hop. The last is an application's own, `one`'s, and goes no further.
    let failed = wait_until("an attempt that ends the loop", async || {
        let mut failed = world
            .api
            .all(&format!("/app/{one}/attempt/endpoint/{}", only_endpoint(&world, &one).await))
            .await;
        failed.extend(world.api.all(&format!("/app/{two}/attempt/endpoint/{back}")).await);
        failed.into_iter().find(|attempt| attempt["status"] == 2)
    })
    .await;
    assert!(failed["response"].as_str().unwrap().starts_with("loop:"), "{failed}");
    let mut messages = world.api.all(&format!("/app/{one}/msg")).await;
    messages.extend(world.api.all(&format!("/app/{two}/msg")).await);
    assert_eq!(messages.len(), 1 + HOPS_MAX);
}

async fn only_endpoint(world: &World, app: &str) -> String {
    let endpoints = world.api.all(&format!("/app/{app}/endpoint")).await;
    endpoints[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn deleted_application_ends_the_delivery_and_says_so() {
    let world = World::with(ServerSetup::new().retries("50ms,50ms")).await;
    let billing = application(&world.api, "billing").await;
    let endpoint =
        world.api.create_endpoint_with(&world.app, json!({ "destination": into("billing") })).await;
    let _ = world.api.delete(&format!("/app/{billing}")).await.expect(204);
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    let attempt = attempt(&world, &world.app, &message).await;
    assert!(attempt["response"].as_str().unwrap().contains("no application `billing`"), "{attempt}");
}

#[tokio::test]
async fn nobody_publishes_into_another_organisation_or_past_his_token() {
    let world = World::new().await;
    let billing = application(&world.api, "billing").await;
    let other = world.server.api_of(OTHER_ORG);
    let theirs = application(&other, "theirs").await;
    for named in [billing.as_str(), "billing", "app_1srOrx2ZWZBpBUvZwXKQmoEYga2", "no such"] {
        let answer =
            other.post(&format!("/app/{theirs}/endpoint"), json!({ "destination": into(named) })).await;
        let answer = answer.expect(422).json();
        let place = json!(["body", "destination", "config", "application"]);
        assert_eq!(answer["detail"][0]["loc"], place, "{named}: {answer}");
    }
    // The same name in each organisation is each organisation's own application.
    let namesake = application(&other, "billing").await;
    let body = json!({ "destination": into("billing") });
    let _ = other.create_endpoint_with(&theirs, body.clone()).await;
    let message = other.publish(&theirs, "user.created", json!({})).await;
    let _ = other.wait_for_attempts(&theirs, &message, 1).await;
    assert_eq!(other.all(&format!("/app/{namesake}/msg")).await.len(), 1);
    assert_eq!(world.api.all(&format!("/app/{billing}/msg")).await.len(), 0);

    let access =
        world.api.post(&format!("/auth/app-portal-access/{}", world.app), json!({})).await.expect(200).json();
    let portal = world.api.with_token(access["token"].as_str().unwrap());
    let _ = portal.post(&world.path("/endpoint"), body.clone()).await.expect(403);
    let own = portal
        .post(&world.path("/endpoint"), json!({ "url": world.receiver.url("/a") }))
        .await
        .expect(201)
        .id();
    let _ = portal.patch(&world.path(&format!("/endpoint/{own}")), body).await.expect(403);
}

#[tokio::test]
async fn publish_that_has_come_too_far_is_refused() {
    let world = World::new().await;
    let publish = |hops: &'static str| {
        let request = world.api.request(hooktide_testkit::Method::POST, &world.path("/msg"));
        let request = request.header("hooktide-hops", hops);
        request.json(&json!({ "eventType": "user.created", "payload": {} })).send()
    };
    let _ = publish("7").await.expect(202);
    for hops in ["8", "255", "99999999999"] {
        let refused = publish(hops).await.expect(508).json();
        assert_eq!(refused["code"], "loop_detected");
    }
    assert_eq!(world.api.all(&world.path("/msg")).await.len(), 1);
}
