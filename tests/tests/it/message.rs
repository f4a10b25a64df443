//! Messages: publishing, reading back, filters, expiry.

use serde_json::{Value, json};

use crate::world::{World, ids, now_plus, time};

#[tokio::test]
async fn published_message_is_echoed_and_can_be_read_by_both_names() {
    let world = World::new().await;
    let body = json!({
        "eventType": "user.created", "eventId": "evt-1", "channels": ["c1"], "payload": { "a": [1, { "b": null }] },
    });

    let made = world.api.post(&world.path("/msg"), body.clone()).await.expect(202).json();

    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("msg_") && id.len() == 31, "{id}");
    for field in ["eventType", "eventId", "channels", "payload"] {
        assert_eq!(made[field], body[field], "{field}");
    }
    time(&made["timestamp"]);
    for name in [id, "evt-1"] {
        let read = world.api.get(&world.path(&format!("/msg/{name}"))).await.expect(200).json();
        assert_eq!((&read["id"], &read["payload"]), (&made["id"], &made["payload"]));
    }
}

#[tokio::test]
async fn content_is_left_out_on_request() {
    let world = World::new().await;
    let body = json!({ "eventType": "a", "payload": { "secret": 1 } });

    let made = world.api.post(&world.path("/msg?with_content=false"), body).await.expect(202).json();
    let id = made["id"].as_str().unwrap();

    assert_eq!(made["payload"], json!({}));
    let one = world.api.get(&world.path(&format!("/msg/{id}?with_content=false"))).await.json();
    assert_eq!(one["payload"], json!({}));
    let list = world.api.get(&world.path("/msg?with_content=false")).await.json();
    assert_eq!(list["data"][0]["payload"], json!({}));
    let full = world.api.get(&world.path("/msg")).await.json();
    assert_eq!(full["data"][0]["payload"], json!({ "secret": 1 }), "content is the default");
}

#[tokio::test]
async fn event_id_is_taken_once_per_application() {
    let world = World::new().await;
    let body = json!({ "eventType": "a", "eventId": "e1", "payload": {} });
    let _ = world.api.post(&world.path("/msg"), body.clone()).await.expect(202);
    assert_eq!(world.api.post(&world.path("/msg"), body.clone()).await.error(409), "conflict");
    let other = world.api.create_app("Other").await;
    let _ = world.api.post(&format!("/app/{other}/msg"), body).await.expect(202);
    assert_eq!(world.api.all(&world.path("/msg")).await.len(), 1);
}

#[tokio::test]
async fn list_is_newest_first_and_filters() {
    let world = World::new().await;
    let mut made = Vec::new();
    for (event, channel) in [("a", "c1"), ("b", "c2"), ("a", "c2"), ("c", "c1")] {
        let body = json!({ "eventType": event, "channels": [channel], "payload": {} });
        made.push(world.api.publish_with(&world.app, body).await);
    }
    let pick = |wanted: &[usize]| -> Vec<String> { wanted.iter().map(|&at| made[at].clone()).collect() };
    let table = [
        ("", pick(&[3, 2, 1, 0])),
        ("?event_types=a", pick(&[2, 0])),
        ("?event_types=a,b", pick(&[2, 1, 0])),
        ("?event_types=a&event_types=b", pick(&[2, 1, 0])),
        ("?event_types[]=c", pick(&[3])),
        ("?channel=c2", pick(&[2, 1])),
        ("?channel=c2&event_types=a", pick(&[2])),
        ("?channel=none", pick(&[])),
        ("?limit=2", pick(&[3, 2])),
    ];
    for (query, expected) in table {
        let list = world.api.get(&world.path(&format!("/msg{query}"))).await.expect(200).json();
        assert_eq!(ids(&list), expected, "{query}");
    }
}

#[tokio::test]
async fn time_window_is_kept_in_the_stated_order() {
    let world = World::new().await;
    let mut made: Vec<Value> = Vec::new();
    for n in 0..5 {
        let body = json!({ "eventType": "a", "payload": { "n": n } });
        let mut message = world.api.post(&world.path("/msg"), body.clone()).await.expect(202).json();
        // Times are told in steps of some milliseconds; neighbours must differ for a cut between them.
        while made.last().is_some_and(|last| time(&last["timestamp"]) == time(&message["timestamp"])) {
            message = world.api.post(&world.path("/msg"), body.clone()).await.expect(202).json();
        }
        made.push(message);
    }
    let listed = world.api.get(&world.path("/msg")).await.json();
    let all = ids(&listed);
    let cut = made[2]["timestamp"].as_str().unwrap();
    // Several messages can share the cut's own step: they belong to neither side.
    let rows = listed["data"].as_array().unwrap();
    let newer = rows.iter().filter(|row| time(&row["timestamp"]) > time(&made[2]["timestamp"])).count();
    let older = rows.iter().filter(|row| time(&row["timestamp"]) < time(&made[2]["timestamp"])).count();

    let after = ids(&json!({ "data": world.api.all(&world.path(&format!("/msg?after={cut}"))).await }));
    let before = ids(&json!({ "data": world.api.all(&world.path(&format!("/msg?before={cut}"))).await }));

    assert_eq!(after, all[..newer]);
    assert_eq!(before, all[all.len() - older..]);
    let first = world.api.get(&world.path(&format!("/msg?limit=1&after={cut}"))).await.json();
    assert_eq!(ids(&first), [all[0].clone()], "newest first also within a window");
    assert_eq!(first["done"], false);
    let old = now_plus(-200 * 86_400);
    assert_eq!(ids(&world.api.get(&world.path(&format!("/msg?after={old}"))).await.json()), all);
}

#[tokio::test]
async fn expunged_payload_reads_as_expired_and_cannot_be_resent() {
    let world = World::new().await;
    let endpoint = world.endpoint("/e").await;
    let message = world.publish().await;
    world.received("/e", &message, 1).await;

    let _ = world.api.delete(&world.path(&format!("/msg/{message}/content"))).await.expect(204);

    let read = world.api.get(&world.path(&format!("/msg/{message}"))).await.expect(200).json();
    assert_eq!(read["payload"], json!({ "expired": true }));
    let resend = world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
    assert_eq!(world.api.post(&resend, json!({})).await.error(400), "missing_payload");
}

#[tokio::test]
async fn message_can_bring_its_application_along() {
    let world = World::new().await;
    let body = json!({
        "eventType": "a", "payload": {}, "application": { "name": "Late", "uid": "late" },
    });
    let _ = world.api.post("/app/late/msg", body.clone()).await.expect(202);
    assert_eq!(world.api.get("/app/late").await.expect(200).json()["name"], "Late");
    let _ = world.api.post("/app/late/msg", body).await.expect(202);
    let plain = json!({ "eventType": "a", "payload": {} });
    assert_eq!(world.api.post("/app/nobody/msg", plain).await.error(404), "not_found");
}

#[tokio::test]
async fn invalid_fields_are_named() {
    let world = World::new().await;
    let six: Vec<String> = (0..11).map(|n| format!("c{n}")).collect();
    let table: [(Value, &str); 11] = [
        (json!({}), ""),
        (json!({ "payload": {} }), ""),
        (json!({ "eventType": "a" }), ""),
        (json!({ "eventType": "", "payload": {} }), "eventType"),
        (json!({ "eventType": "with space", "payload": {} }), "eventType"),
        (json!({ "eventType": "a", "payload": [1] }), "payload"),
        (json!({ "eventType": "a", "payload": "text" }), "payload"),
        (json!({ "eventType": "a", "payload": {}, "eventId": "no spaces please" }), "eventId"),
        (json!({ "eventType": "a", "payload": {}, "channels": six }), "channels"),
        (json!({ "eventType": "a", "payload": {}, "payloadRetentionPeriod": 91 }), "payloadRetentionPeriod"),
        (json!({ "eventType": "a", "payload": {}, "payloadRetentionPeriod": 0 }), "payloadRetentionPeriod"),
    ];
    for (body, field) in table {
        println!("{body}");
        world.api.post(&world.path("/msg"), body).await.invalid("body", field);
    }
    assert_eq!(world.api.all(&world.path("/msg")).await.len(), 0, "nothing was stored");
}

#[tokio::test]
async fn a_message_waits_for_its_time() {
    let world = World::new().await;
    let endpoint = world.endpoint("/later").await;
    let before = hooktide_testkit::unix_seconds();
    let due = before + 2;
    let body = json!({ "eventType": "a", "payload": {}, "deliverAt": now_plus(2) });
    let message = world.api.publish_with(&world.app, body).await;
    let waiting = world.api.destination(&world.app, &message, &endpoint).await.expect("it is listed");
    assert_eq!(waiting["statusText"], "pending");
    assert!((time(&waiting["nextAttempt"]).as_second() - due).abs() <= 1, "{waiting}");

    let request = world.received("/later", &message, 1).await.swap_remove(0);

    assert!(request.unix_s >= due - 1, "sent at {}, due at {due}", request.unix_s);
}

#[tokio::test]
async fn tags_select_messages_and_their_attempts() {
    let world = World::new().await;
    world.endpoint("/tagged").await;
    let tagged = json!({ "eventType": "a", "payload": {}, "tags": ["blue", "round"] });
    let tagged = world.api.publish_with(&world.app, tagged).await;
    let plain = world.publish().await;
    for message in [&tagged, &plain] {
        world.api.wait_for_attempts(&world.app, message, 1).await;
    }
    for (tag, expected) in
        [("blue", vec![tagged.clone()]), ("round", vec![tagged.clone()]), ("green", vec![])]
    {
        let list = world.api.get(&world.path(&format!("/msg?tag={tag}"))).await.expect(200).json();
        assert_eq!(ids(&list), expected, "{tag}");
    }
    let shown = world.api.get(&world.path(&format!("/msg/{tagged}"))).await.expect(200).json();
    assert_eq!(shown["tags"], json!(["blue", "round"]));
}
