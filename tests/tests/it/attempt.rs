//! Attempts: what happened to a message, from every side it can be asked.

use hooktide_testkit::{Behaviour, ServerSetup};
use serde_json::json;

use crate::world::{World, ids, time};

/// A failed delivery to `/bad` (500, one try) and a successful one to `/good`.
async fn one_good_one_bad() -> (World, String, String, String) {
    let world = World::with(ServerSetup::new().retries("")).await;
    world.receiver.script("/bad", [Behaviour::status(500).body("went wrong")]);
    world.receiver.script("/good", [Behaviour::status(201).body("thank you")]);
    let good = world.endpoint("/good").await;
    let bad = world.endpoint("/bad").await;
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 2).await;
    (world, good, bad, message)
}

#[tokio::test]
async fn attempt_tells_what_was_sent_and_answered() {
    let (world, good, _, message) = one_good_one_bad().await;

    let list = world.api.get(&world.path(&format!("/attempt/endpoint/{good}"))).await.expect(200).json();
    let attempt = &list["data"][0];

    assert!(attempt["id"].as_str().unwrap().starts_with("atmpt_"));
    assert_eq!(attempt["msgId"], message.as_str());
    assert_eq!(attempt["endpointId"], good.as_str());
    assert_eq!(attempt["url"], world.receiver.url("/good"));
    assert_eq!(attempt["response"], "thank you");
    assert_eq!(attempt["responseStatusCode"], 201);
    assert!(attempt["responseDurationMs"].is_u64());
    assert_eq!((&attempt["status"], &attempt["statusText"]), (&json!(0), &json!("success")));
    assert_eq!(attempt["triggerType"], 0);
    time(&attempt["timestamp"]);
    let id = attempt["id"].as_str().unwrap();
    let one = world.api.get(&world.path(&format!("/msg/{message}/attempt/{id}"))).await.expect(200).json();
    assert_eq!(one["id"], attempt["id"]);
    assert_eq!(one["response"], "thank you");
}

#[tokio::test]
async fn lists_agree_and_filter() {
    let (world, good, bad, message) = one_good_one_bad().await;
    let table = [
        (format!("/attempt/msg/{message}"), 2),
        (format!("/attempt/msg/{message}?endpoint_id={bad}"), 1),
        (format!("/attempt/msg/{message}?status=0"), 1),
        (format!("/attempt/msg/{message}?status=2"), 1),
        (format!("/attempt/msg/{message}?status_code_class=500"), 1),
        (format!("/attempt/msg/{message}?status_code_class=200"), 1),
        (format!("/attempt/msg/{message}?status_code_class=400"), 0),
        (format!("/attempt/msg/{message}?event_types=user.created,x"), 2),
        (format!("/attempt/msg/{message}?event_types=x"), 0),
        (format!("/attempt/endpoint/{bad}?status=2"), 1),
        (format!("/attempt/endpoint/{bad}?status=0"), 0),
        (format!("/endpoint/{good}/msg"), 1),
        (format!("/endpoint/{good}/msg?status=0"), 1),
        (format!("/endpoint/{good}/msg?status=2"), 0),
        (format!("/msg/{message}/attempt"), 2),
        (format!("/msg/{message}/endpoint/{bad}/attempt"), 1),
    ];
    for (path, expected) in table {
        let list = world.api.get(&world.path(&path)).await.expect(200).json();
        assert_eq!(ids(&list).len(), expected, "{path}: {list}");
    }
}

#[tokio::test]
async fn attempted_messages_and_destinations_tell_the_fate() {
    let (world, good, bad, message) = one_good_one_bad().await;

    let list = world.api.get(&world.path(&format!("/endpoint/{bad}/msg"))).await.expect(200).json();
    let seen = &list["data"][0];
    assert_eq!(seen["id"], message.as_str());
    assert_eq!((&seen["status"], &seen["statusText"]), (&json!(2), &json!("fail")));
    assert_eq!(seen["payload"], json!({ "hello": "world" }));
    assert!(seen["nextAttempt"].is_null());

    let list = world.api.get(&world.path(&format!("/msg/{message}/endpoint"))).await.expect(200).json();
    let mut expected = [good.clone(), bad.clone()];
    expected.sort();
    assert_eq!(ids(&list), expected, "ascending by id");
    let to_good = world.api.destination(&world.app, &message, &good).await.unwrap();
    assert_eq!((&to_good["status"], &to_good["statusText"]), (&json!(0), &json!("success")));
    assert_eq!(to_good["url"], world.receiver.url("/good"));
}

#[tokio::test]
async fn content_and_message_are_included_on_request() {
    let (world, good, _, message) = one_good_one_bad().await;
    let bare =
        world.api.get(&world.path(&format!("/attempt/endpoint/{good}?with_content=false"))).await.json();
    assert_eq!(bare["data"][0]["response"], "{}");
    let full = world.api.get(&world.path(&format!("/attempt/endpoint/{good}?with_msg=true"))).await.json();
    assert_eq!(full["data"][0]["msg"]["id"], message.as_str());
}

#[tokio::test]
async fn expunged_response_says_so_and_leaves_the_attempt() {
    let (world, good, _, message) = one_good_one_bad().await;
    let list = world.api.get(&world.path(&format!("/attempt/endpoint/{good}"))).await.json();
    let id = list["data"][0]["id"].as_str().unwrap();
    let path = world.path(&format!("/msg/{message}/attempt/{id}"));

    let _ = world.api.delete(&format!("{path}/content")).await.expect(204);

    let read = world.api.get(&path).await.expect(200).json();
    assert_eq!(read["response"], "EXPUNGED");
    assert_eq!(read["responseStatusCode"], 201);
}

#[tokio::test]
async fn attempts_of_other_messages_and_unknown_ids_are_not_found() {
    let (world, good, _, _) = one_good_one_bad().await;
    let list = world.api.get(&world.path(&format!("/attempt/endpoint/{good}"))).await.json();
    let id = list["data"][0]["id"].as_str().unwrap();
    let other = world.publish().await;
    let table = [
        format!("/msg/{other}/attempt/{id}"),
        format!("/msg/nothing/attempt/{id}"),
        "/attempt/msg/nothing".to_owned(),
        "/attempt/endpoint/nothing".to_owned(),
        "/endpoint/nothing/msg".to_owned(),
        "/msg/nothing/endpoint".to_owned(),
        "/msg/nothing".to_owned(),
    ];
    for path in table {
        assert_eq!(world.api.get(&world.path(&path)).await.error(404), "not_found", "{path}");
    }
}

#[tokio::test]
async fn stats_count_attempts_by_outcome() {
    let (world, good, bad, _) = one_good_one_bad().await;
    let good = world.api.get(&world.path(&format!("/endpoint/{good}/stats"))).await.expect(200).json();
    let bad = world.api.get(&world.path(&format!("/endpoint/{bad}/stats"))).await.expect(200).json();
    assert_eq!(good, json!({ "success": 1, "fail": 0, "pending": 0, "sending": 0, "canceled": 0 }));
    assert_eq!(bad, json!({ "success": 0, "fail": 1, "pending": 0, "sending": 0, "canceled": 0 }));
}

#[tokio::test]
async fn stats_refuse_a_window_of_more_than_four_weeks() {
    let world = World::new().await;
    let endpoint = world.endpoint("/").await;
    let path = world.path(&format!("/endpoint/{endpoint}/stats"));
    let since = crate::world::now_plus(-40 * 86_400);
    let until = crate::world::now_plus(0);
    let refused = world.api.get(&format!("{path}?since={since}&until={until}")).await;
    assert_eq!(refused.error(400), "invalid_range");
}
