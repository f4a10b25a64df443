//! The schedule: when a failed delivery is tried again, and when it is not.

use std::time::Duration;

use hooktide_testkit::{Behaviour, Received, ServerSetup};
use serde_json::json;

use crate::world::World;

/// What a busy machine may add to a due time.
const LATE: Duration = Duration::from_millis(1500);

/// Times from each request to the next.
fn gaps(requests: &[Received]) -> Vec<Duration> {
    requests.windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}

#[tokio::test]
async fn failed_delivery_is_retried_by_the_schedule_with_its_jitter() {
    let world = World::with(ServerSetup::new().retries("200ms,400ms,800ms")).await;
    world.receiver.script("/r", [500, 404, 302, 200].map(Behaviour::status));
    let endpoint = world.endpoint("/r").await;
    let message = world.publish().await;

    let requests = world.received("/r", &message, 4).await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;

    for (gap, delay_ms) in gaps(&requests).into_iter().zip([200_u64, 400, 800]) {
        let (low, high) =
            (Duration::from_millis(delay_ms * 8 / 10), Duration::from_millis(delay_ms * 12 / 10));
        assert!(gap >= low && gap <= high + LATE, "{gap:?} is not {delay_ms} ms ± 20 %");
    }
    let attempts = world.api.wait_for_attempts(&world.app, &message, 4).await;
    let codes: Vec<_> = attempts.iter().rev().map(|it| it["responseStatusCode"].as_u64().unwrap()).collect();
    assert_eq!(codes, [500, 404, 302, 200]);
    let secret = world.api.secret(&world.app, &endpoint).await;
    for request in &requests {
        assert_eq!(request.body, requests[0].body);
        hooktide_testkit::verdict(request, "webhook", &secret).unwrap();
    }
}

#[tokio::test]
async fn jitter_spreads_what_failed_together() {
    let world = World::with(ServerSetup::new().retries("1s")).await;
    world.receiver.script("/j", [Behaviour::status(500)]);
    world.endpoint("/j").await;
    let mut messages = Vec::new();
    for _ in 0..40 {
        messages.push(world.publish().await);
    }
    let requests = world.receiver.wait_on("/j", 80).await;
    let mut delays = Vec::new();
    for message in &messages {
        let own: Vec<_> = requests.iter().filter(|it| it.message_id() == message).cloned().collect();
        assert_eq!(own.len(), 2);
        delays.push(own[1].at - own[0].at);
    }
    delays.sort();
    assert!(delays[0] >= Duration::from_millis(800), "none early: {:?}", delays[0]);
    let spread = delays[39] - delays[0];
    assert!(spread >= Duration::from_millis(150), "40 delays within {spread:?} are not spread");
}

#[tokio::test]
async fn exhausted_delivery_stays_visible_as_failed() {
    let world = World::with(ServerSetup::new().retries("20ms,20ms")).await;
    world.receiver.script("/x", [Behaviour::status(500)]);
    let endpoint = world.endpoint("/x").await;
    let message = world.publish().await;

    let fate = world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;

    assert!(fate["nextAttempt"].is_null());
    assert_eq!(world.api.wait_for_attempts(&world.app, &message, 3).await.len(), 3);
    let list = world.api.get(&world.path(&format!("/endpoint/{endpoint}/msg?status=2"))).await.json();
    assert_eq!(list["data"][0]["id"], message.as_str());
}

#[tokio::test]
async fn waiting_delivery_tells_when_it_is_due() {
    let world = World::with(ServerSetup::new().retries("1h")).await;
    world.receiver.script("/w", [Behaviour::status(500)]);
    let endpoint = world.endpoint("/w").await;
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 1).await;

    let fate = hooktide_testkit::wait_until("a due time", async || {
        world
            .api
            .destination(&world.app, &message, &endpoint)
            .await
            .filter(|it| it["nextAttempt"].is_string())
    })
    .await;

    assert!(fate["status"] == json!(1) || fate["status"] == json!(3), "{fate}");
    let due_in = crate::world::time(&fate["nextAttempt"]).as_second() - hooktide_testkit::unix_seconds();
    assert!((2800..=4400).contains(&due_in), "due in {due_in} s");
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let world = World::with(ServerSetup::new().retries("50ms")).await;
    let wish = Behaviour::status(503).header("Retry-After", "2");
    world.receiver.script("/ra", [wish, Behaviour::ok()]);
    world.endpoint("/ra").await;
    let message = world.publish().await;
    let requests = world.received("/ra", &message, 2).await;
    let gap = gaps(&requests)[0];
    assert!(gap >= Duration::from_millis(1900) && gap <= Duration::from_secs(3) + LATE, "{gap:?}");
}

#[tokio::test]
async fn senseless_retry_after_falls_back_to_the_schedule() {
    let world = World::with(ServerSetup::new().retries("50ms")).await;
    let wishes = ["0", "-1", "NaN", "inf", "1e400", "Wed, 31 Feb 2026 00:00:00 GMT", "", "soon", "0.5.5"];
    for (n, wish) in wishes.iter().enumerate() {
        let path = format!("/ra{n}");
        world.receiver.script(&path, [Behaviour::status(429).header("Retry-After", wish), Behaviour::ok()]);
        world.endpoint(&path).await;
    }
    let message = world.publish().await;
    for n in 0..wishes.len() {
        world.received(&format!("/ra{n}"), &message, 2).await;
    }
}

#[tokio::test]
async fn huge_retry_after_is_bounded() {
    let world = World::with(ServerSetup::new().retries("50ms")).await;
    let wish = Behaviour::status(503).header("Retry-After", "9223372036854775808");
    world.receiver.script("/huge", [wish]);
    let endpoint = world.endpoint("/huge").await;
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 1).await;
    let fate = hooktide_testkit::wait_until("a due time or another try", async || {
        let fate = world.api.destination(&world.app, &message, &endpoint).await?;
        (fate["nextAttempt"].is_string() || fate["status"] == json!(2)).then_some(fate)
    })
    .await;
    if fate["nextAttempt"].is_string() {
        let due_in = crate::world::time(&fate["nextAttempt"]).as_second() - hooktide_testkit::unix_seconds();
        assert!(due_in <= 86_400 * 12 / 10, "due in {due_in} s");
    }
}

#[tokio::test]
async fn connection_that_closes_without_an_answer_is_a_failure_and_is_retried() {
    let world = World::with(ServerSetup::new().retries("20ms")).await;
    world.receiver.script("/c", [Behaviour::Close, Behaviour::ok()]);
    let endpoint = world.endpoint("/c").await;
    let message = world.publish().await;

    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;

    let attempts = world.api.wait_for_attempts(&world.app, &message, 2).await;
    assert_eq!(attempts[1]["responseStatusCode"], 0);
    assert_ne!(attempts[1]["response"], "", "the attempt says what went wrong");
    assert_eq!(world.receiver.count(|it| it.message_id() == message), 2, "an attempt is one request");
}

#[tokio::test]
async fn kept_connection_that_closes_without_an_answer_costs_one_repeat_at_most() {
    // The receiver may have closed an idle connection at the very moment it was used again; nobody can tell. So the
    // request may be made once more on a fresh connection within the same attempt, under the same id.
    let world = World::with(ServerSetup::new().retries("")).await;
    world.receiver.script("/idle", [Behaviour::ok(), Behaviour::Close]);
    let endpoint = world.endpoint("/idle").await;
    let first = world.publish().await;
    world.api.wait_for_status(&world.app, &first, &endpoint, 0).await;
    let second = world.publish().await;
    world.api.wait_for_status(&world.app, &second, &endpoint, 2).await;
    world.api.wait_for_attempts(&world.app, &second, 1).await;
    assert!(world.receiver.count(|it| it.message_id() == second) <= 2);
}

#[tokio::test]
async fn refused_connection_is_a_failure_and_is_retried() {
    let world = World::with(ServerSetup::new().retries("20ms,20ms")).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let endpoint = world.api.create_endpoint(&world.app, &url).await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    for attempt in world.api.wait_for_attempts(&world.app, &message, 3).await {
        assert_eq!(attempt["responseStatusCode"], 0);
    }
}

#[tokio::test]
async fn waiting_retry_survives_a_crash() {
    let mut world = World::with(ServerSetup::new().retries("2s")).await;
    world.receiver.script("/k", [Behaviour::status(500), Behaviour::ok()]);
    let endpoint = world.endpoint("/k").await;
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 1).await;

    world.server.kill9();
    world.server.restart().await;

    let api = world.server.api();
    let requests = world.received("/k", &message, 2).await;
    assert!(gaps(&requests)[0] >= Duration::from_millis(1600), "not before it was due");
    api.wait_for_status(&world.app, &message, &endpoint, 0).await;
}

#[tokio::test]
async fn retry_of_a_disabled_or_deleted_endpoint_is_not_sent() {
    let world = World::with(ServerSetup::new().retries("500ms")).await;
    world.receiver.script("/off", [Behaviour::status(500)]);
    world.receiver.script("/gone", [Behaviour::status(500)]);
    let off = world.endpoint("/off").await;
    let gone = world.endpoint("/gone").await;
    let witness = world.endpoint("/witness").await;
    world.receiver.script("/witness", [Behaviour::status(500), Behaviour::ok()]);
    let message = world.publish().await;
    world.received("/off", &message, 1).await;
    world.received("/gone", &message, 1).await;

    let disable = json!({ "disabled": true });
    let _ = world.api.patch(&world.path(&format!("/endpoint/{off}")), disable).await.expect(200);
    let _ = world.api.delete(&world.path(&format!("/endpoint/{gone}"))).await.expect(204);

    // A second message whose retry is due later than the first one's shows that the time has passed.
    world.receiver.script("/witness", [Behaviour::status(500), Behaviour::ok()]);
    let later = world.publish().await;
    world.received("/witness", &later, 2).await;
    world.api.wait_for_status(&world.app, &later, &witness, 0).await;
    for path in ["/off", "/gone"] {
        assert_eq!(world.receiver.count(|it| it.path() == path), 1, "{path}");
    }
}
