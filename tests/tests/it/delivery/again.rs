//! Sending again by hand: resend, recover, and the example that shows an endpoint works.

use hooktide_testkit::{Behaviour, Method, ServerSetup};
use serde_json::{Value, json};

use crate::world::{World, now_plus};

async fn resend(world: &World, message: &str, endpoint: &str) -> hooktide_testkit::Reply {
    world.api.post(&world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend")), json!({})).await
}

#[tokio::test]
async fn resend_sends_the_same_message_once_more() {
    let world = World::new().await;
    let endpoint = world.endpoint("/again").await;
    let message = world.publish().await;
    world.received("/again", &message, 1).await;

    assert!(resend(&world, &message, &endpoint).await.expect(202).json().is_object());

    let requests = world.received("/again", &message, 2).await;
    assert_eq!(requests[0].body, requests[1].body);
    let attempts = world.api.wait_for_attempts(&world.app, &message, 2).await;
    assert_eq!((&attempts[0]["triggerType"], &attempts[1]["triggerType"]), (&json!(1), &json!(0)));
    let secret = world.api.secret(&world.app, &endpoint).await;
    hooktide_testkit::verdict(&requests[1], "webhook", &secret).unwrap();
}

#[tokio::test]
async fn resend_with_a_key_is_sent_once_however_often_it_is_asked_for() {
    let mut world = World::new().await;
    let endpoint = world.endpoint("/once").await;
    let message = world.publish().await;
    world.received("/once", &message, 1).await;
    let other = world.publish().await;
    let path = |message: &str| world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
    let (path, other_path) = (path(&message), path(&other));

    for restart_first in [false, false, true] {
        if restart_first {
            world.api.wait_for_attempts(&world.app, &message, 2).await;
            world.server.kill9();
            world.server.restart().await;
            world.api = world.server.api();
        }
        let call = world.api.request(Method::POST, &path).header("idempotency-key", "again-1");
        let _ = call.json(&json!({})).send().await.expect(202);
    }
    // A key belongs to its delivery: with another message it is another call.
    let call = world.api.request(Method::POST, &other_path).header("idempotency-key", "again-1");
    let _ = call.json(&json!({})).send().await.expect(202);
    world.received("/once", &other, 2).await;

    world.api.wait_for_attempts(&world.app, &message, 2).await;
    assert_eq!(world.receiver.count(|it| it.message_id() == message), 2, "sent and resent once");
}

#[tokio::test]
async fn recover_with_a_key_is_one_task() {
    let world = World::with(ServerSetup::new().retries("")).await;
    world.receiver.script("/task", [500, 200].map(Behaviour::status));
    let endpoint = world.endpoint("/task").await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    let path = world.path(&format!("/endpoint/{endpoint}/recover"));
    let recover = async |since: &str, status: u16| {
        let call = world.api.request(Method::POST, &path).header("idempotency-key", "recover-1");
        call.json(&json!({ "since": since })).send().await.expect(status).json()
    };

    let since = now_plus(-60);
    let (first, second) = (recover(&since, 202).await, recover(&since, 202).await);

    assert_eq!(first["id"], second["id"], "the same task");
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    world.api.wait_for_attempts(&world.app, &message, 2).await;
}

#[tokio::test]
async fn resend_is_one_try_and_repairs_a_failed_delivery() {
    let world = World::with(ServerSetup::new().retries("")).await;
    let script = [500, 500, 200].map(Behaviour::status);
    world.receiver.script("/fix", script);
    let endpoint = world.endpoint("/fix").await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;

    let _ = resend(&world, &message, &endpoint).await.expect(202);
    world.api.wait_for_attempts(&world.app, &message, 2).await;
    assert_eq!(world.api.destination(&world.app, &message, &endpoint).await.unwrap()["status"], 2);

    let _ = resend(&world, &message, &endpoint).await.expect(202);
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    world.api.wait_for_attempts(&world.app, &message, 3).await;
}

#[tokio::test]
async fn resend_of_the_unknown_is_not_found() {
    let world = World::new().await;
    let endpoint = world.endpoint("/").await;
    let message = world.publish().await;
    assert_eq!(resend(&world, "nothing", &endpoint).await.error(404), "not_found");
    assert_eq!(resend(&world, &message, "nothing").await.error(404), "not_found");
}

#[tokio::test]
async fn recover_sends_what_failed_and_nothing_else() {
    let world = World::with(ServerSetup::new().retries("")).await;
    let gate = now_plus(-60);
    world.receiver.script("/rec", [500, 200, 500, 500, 200].map(Behaviour::status));
    let endpoint = world.endpoint("/rec").await;
    let mut messages = Vec::new();
    for expected in [2, 0, 2, 2] {
        let message = world.publish().await;
        world.api.wait_for_status(&world.app, &message, &endpoint, expected).await;
        messages.push(message);
    }

    let path = world.path(&format!("/endpoint/{endpoint}/recover"));
    let task = world.api.post(&path, json!({ "since": gate })).await.expect(202).json();

    assert!(task["id"].as_str().unwrap().starts_with("qtask_"), "{task}");
    assert_eq!(task["task"], "endpoint.recover");
    assert!(["running", "finished"].contains(&task["status"].as_str().unwrap()));
    crate::world::time(&task["updatedAt"]);
    for message in &messages {
        world.api.wait_for_status(&world.app, message, &endpoint, 0).await;
    }
    let sent: Vec<_> = messages.iter().map(|id| world.receiver.count(|it| it.message_id() == id)).collect();
    assert_eq!(sent, [2, 1, 2, 2]);
}

#[tokio::test]
async fn recover_keeps_to_its_window() {
    let world = World::with(ServerSetup::new().retries("")).await;
    world.receiver.script("/rec", [Behaviour::status(500), Behaviour::ok()]);
    let endpoint = world.endpoint("/rec").await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    let path = world.path(&format!("/endpoint/{endpoint}/recover"));

    let past = json!({ "since": now_plus(-7200), "until": now_plus(-3600) });
    let _ = world.api.post(&path, past).await.expect(202);
    let too_wide = json!({ "since": now_plus(-30 * 86_400), "until": now_plus(0) });
    let refused = world.api.post(&path, too_wide).await;
    assert!(matches!(refused.status, 400 | 422), "{refused}");
    let backwards = json!({ "since": now_plus(0), "until": now_plus(-60) });
    let refused = world.api.post(&path, backwards).await;
    assert!(matches!(refused.status, 400 | 422), "{refused}");
    world.api.post(&path, json!({})).await.invalid("body", "");
    world.api.post(&path, json!({ "since": "yesterday" })).await.invalid("body", "");

    let _ = world.api.post(&path, json!({ "since": now_plus(-60) })).await.expect(202);
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    assert_eq!(world.receiver.all().len(), 2, "the window in the past sent nothing");
}

async fn send_example(world: &World, endpoint: &str, event_type: &str) -> hooktide_testkit::Reply {
    let path = world.path(&format!("/endpoint/{endpoint}/send-example"));
    world.api.post(&path, json!({ "eventType": event_type })).await
}

#[tokio::test]
async fn example_of_the_catalogue_is_sent_to_one_endpoint() {
    let world = World::new().await;
    let schema: Value = json!({ "1": { "type": "object", "examples": [{ "id": 41 }, { "id": 42 }] } });
    let body = json!({ "name": "user.created", "description": "", "schemas": schema });
    let _ = world.api.post("/event-type", body).await.expect(201);
    let endpoint = world.endpoint("/one").await;
    world.endpoint("/other").await;

    let sent = send_example(&world, &endpoint, "user.created").await.ok().json();

    let request = world.received("/one", sent["id"].as_str().unwrap(), 1).await.swap_remove(0);
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), json!({ "id": 41 }));
    let ordinary = world.publish().await;
    world.received("/other", &ordinary, 1).await;
    assert_eq!(world.receiver.count(|it| it.path() == "/other"), 1);
}

#[tokio::test]
async fn built_in_example_needs_no_catalogue() {
    let world = World::new().await;
    let endpoint = world.endpoint("/ping").await;
    let sent = send_example(&world, &endpoint, "svix.ping").await.ok().json();
    let request = world.received("/ping", sent["id"].as_str().unwrap(), 1).await.swap_remove(0);
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), json!({ "success": true }));
}

#[tokio::test]
async fn example_that_does_not_exist_is_refused() {
    let world = World::new().await;
    world.api.ensure_event_type("bare").await;
    let endpoint = world.endpoint("/").await;
    assert_eq!(send_example(&world, &endpoint, "bare").await.error(400), "invalid_scheme");
    let _ = send_example(&world, &endpoint, "unknown").await.error(404);
    assert_eq!(world.receiver.all().len(), 0);
}
