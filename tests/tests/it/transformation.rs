//! Scripts on endpoints: what they change, what they cannot, and that an error of one loses nothing.

use hooktide_testkit::{Received, ServerSetup, verdict, wait_until};
use serde_json::{Value, json};

use crate::world::{World, time};

/// A script whose handler has these statements.
fn handler(statements: &str) -> String {
    format!("function handler(webhook) {{\n{statements}\nreturn webhook;\n}}")
}

impl World {
    fn transformation(&self, endpoint: &str) -> String {
        self.path(&format!("/endpoint/{endpoint}/transformation"))
    }

    /// An endpoint at a path of the receiver with a script that runs.
    async fn scripted(&self, path: &str, statements: &str) -> String {
        let endpoint = self.endpoint(path).await;
        let body = json!({ "code": handler(statements), "enabled": true });
        let _ = self.api.patch(&self.transformation(&endpoint), body).await.expect(204);
        endpoint
    }

    async fn tried(&self, endpoint: &str, body: Value) -> Value {
        self.api.post(&format!("{}/simulate", self.transformation(endpoint)), body).await.expect(200).json()
    }
}

#[tokio::test]
async fn transformation_goes_through_its_life() {
    let world = World::new().await;
    let endpoint = world.endpoint("/life").await;
    let path = world.transformation(&endpoint);
    let nothing = world.api.get(&path).await.expect(200).json();
    assert_eq!(nothing, json!({ "code": null, "enabled": false, "variables": null, "updatedAt": null }));

    let code = handler("webhook.payload = { n: webhook.payload.n, by: webhook.variables.KEY };");
    let _ =
        world.api.patch(&path, json!({ "code": code, "variables": { "KEY": "a-secret" } })).await.expect(204);
    let saved = world.api.get(&path).await.expect(200).json();
    assert_eq!((&saved["code"], &saved["enabled"]), (&json!(code), &json!(false)), "{saved}");
    assert_eq!(saved["variables"], json!({ "KEY": "[redacted]" }));
    time(&saved["updatedAt"]);

    let publish = |n: i64| world.api.publish(&world.app, "user.created", json!({ "n": n }));
    let message = publish(1).await;
    assert_eq!(world.received("/life", &message, 1).await[0].body, br#"{"n":1}"#[..], "not enabled");

    // What is shown of the variables may be sent back.
    let _ =
        world.api.patch(&path, json!({ "enabled": true, "variables": saved["variables"] })).await.expect(204);
    let message = publish(2).await;
    assert_eq!(world.received("/life", &message, 1).await[0].body, br#"{"n":2,"by":"a-secret"}"#[..]);

    let _ = world.api.patch(&path, json!({ "code": null })).await.expect(204);
    let message = publish(3).await;
    assert_eq!(world.received("/life", &message, 1).await[0].body, br#"{"n":3}"#[..], "there is no code");
    world.api.patch(&path, json!({ "enabled": true })).await.invalid("body", "enabled");
    assert!(!world.api.get(&world.path(&format!("/endpoint/{endpoint}"))).await.text().contains("a-secret"));
}

#[tokio::test]
async fn what_is_sent_is_what_the_script_made_and_is_signed_over_it() {
    let world = World::new().await;
    let elsewhere = world.receiver.url("/elsewhere?q=1");
    let statements = format!(
        "webhook.method = 'PUT'; webhook.url = '{elsewhere}'; webhook.headers['x-own'] = 'script';
         webhook.headers['content-type'] = 'text/plain'; webhook.payload = `${{webhook.eventType}} ü`;"
    );
    let endpoint = world.scripted("/configured", &statements).await;
    let headers = json!({ "headers": { "x-own": "endpoint", "x-kept": "endpoint" } });
    let _ = world.api.put(&world.path(&format!("/endpoint/{endpoint}/headers")), headers).await.expect(204);

    let message = world.publish().await;
    let request = world.received("/elsewhere", &message, 1).await.swap_remove(0);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("PUT", "/elsewhere?q=1"));
    assert_eq!(request.body, "user.created ü".as_bytes());
    assert_eq!((request.header("x-own"), request.header("x-kept")), ("script", "endpoint"));
    assert_eq!(request.header("content-type"), "text/plain");
    let secret = world.api.secret(&world.app, &endpoint).await;
    for family in ["webhook", "svix"] {
        verdict(&request, family, &secret).unwrap_or_else(|error| panic!("{family}: {error}"));
    }
    assert_eq!(world.receiver.count(|it| it.path() == "/configured"), 0);

    // The message itself is as it was published; the attempt names where it went, without the query.
    let stored = world.api.get(&world.path(&format!("/msg/{message}"))).await.expect(200).json();
    assert_eq!(stored["payload"], json!({ "hello": "world" }));
    let attempt = world.api.wait_for_attempts(&world.app, &message, 1).await.swap_remove(0);
    assert_eq!(attempt["url"], world.receiver.url("/elsewhere"), "{attempt}");
}

#[tokio::test]
async fn untouched_payload_keeps_its_bytes() {
    let world = World::new().await;
    world.scripted("/same", "webhook.headers['x-n'] = webhook.payload.n;").await;
    let raw =
        r#"{"eventType":"user.created","payload":{ "n" : 1.0, "big": 123456789012345678901234567890 }}"#;
    let path = world.path("/msg");
    let message = world.api.request(hooktide_testkit::Method::POST, &path).raw_json(raw).send().await;
    let message = message.expect(202).id();
    let request = world.received("/same", &message, 1).await.swap_remove(0);
    assert_eq!(request.body, br#"{ "n" : 1.0, "big": 123456789012345678901234567890 }"#[..]);
    assert_eq!(request.header("x-n"), "1");
}

#[tokio::test]
async fn cancelled_delivery_is_recorded_and_not_sent() {
    let world = World::new().await;
    let endpoint = world.scripted("/c", "webhook.cancel = webhook.payload.n === 1;").await;
    let cancelled = world.api.publish(&world.app, "user.created", json!({ "n": 1 })).await;
    let sent = world.api.publish(&world.app, "user.created", json!({ "n": 2 })).await;
    world.received("/c", &sent, 1).await;
    let attempts = world.api.wait_for_attempts(&world.app, &cancelled, 1).await;
    assert!(attempts[0]["response"].as_str().unwrap().contains("transformation cancelled"), "{attempts:?}");
    let path = world.path(&format!("/attempt/msg/{cancelled}?expanded_statuses=true"));
    let attempts = world.api.get(&path).await.expect(200).json();
    assert_eq!(attempts["data"][0]["status"], 4, "{attempts}");
    assert_eq!(world.receiver.count(|it| it.message_id() == cancelled), 0);
    let path = world.path(&format!("/endpoint/{endpoint}/stats"));
    wait_until("both outcomes counted", async || {
        let stats = world.api.get(&path).await.expect(200).json();
        (stats["canceled"] == 1 && stats["success"] == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn error_fails_the_attempt_with_message_and_line_and_the_mended_script_delivers() {
    let world = World::with(ServerSetup::new().retries(&["200ms"; 100].join(","))).await;
    let endpoint = world.scripted("/e", "webhook.payload.n.toFixed();").await;
    let message = world.publish().await;

    let attempts = world.api.wait_for_attempts(&world.app, &message, 1).await;
    let told = attempts.last().unwrap();
    assert_eq!((&told["status"], &told["responseStatusCode"]), (&json!(2), &json!(0)), "{told}");
    let response = told["response"].as_str().unwrap();
    assert!(
        response.starts_with("the transformation failed: TypeError") && response.contains("line 2"),
        "{response}"
    );
    assert_eq!(world.receiver.all().len(), 0);

    let mended = json!({ "code": handler("webhook.payload.mended = true;") });
    let _ = world.api.patch(&world.transformation(&endpoint), mended).await.expect(204);
    let request = world.received("/e", &message, 1).await.swap_remove(0);
    assert_eq!(request.body, br#"{"hello":"world","mended":true}"#[..]);
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
}

#[tokio::test]
async fn given_up_delivery_keeps_the_original_and_can_be_resent() {
    let world = World::with(ServerSetup::new().retries("20ms")).await;
    let endpoint = world.scripted("/d", "throw new Error('not today');").await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    assert_eq!(world.api.wait_for_attempts(&world.app, &message, 2).await.len(), 2);

    let _ = world.api.patch(&world.transformation(&endpoint), json!({ "enabled": false })).await.expect(204);
    let resend = world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
    let _ = world.api.post(&resend, json!({})).await.expect(202);
    assert_eq!(world.received("/d", &message, 1).await[0].body, br#"{"hello":"world"}"#[..]);
}

#[tokio::test]
async fn loops_and_memory_bombs_are_cut_while_others_are_delivered_to() {
    let world = World::with(ServerSetup::new().retries("50ms")).await;
    let bombs = [
        ("/loop", "for (;;) {}", "longer than it may"),
        ("/memory", "const all = []; for (;;) all.push('x'.repeat(100000) + all.length);", "memory"),
        ("/stack", "const deep = () => [deep()]; deep();", "stack"),
    ];
    let mut endpoints = Vec::new();
    for (path, statements, _) in bombs {
        endpoints.push(world.scripted(path, statements).await);
    }
    world.scripted("/fine", "webhook.payload.fine = true;").await;
    world.endpoint("/plain").await;
    // Another customer's scripts have turns of their own.
    let other = world.api.create_app("Other").await;
    let theirs = world.api.create_endpoint(&other, &world.receiver.url("/theirs")).await;
    let path = format!("/app/{other}/endpoint/{theirs}/transformation");
    let body = json!({ "code": handler("webhook.payload.theirs = true;"), "enabled": true });
    let _ = world.api.patch(&path, body).await.expect(204);

    let mut messages = Vec::new();
    for _ in 0..5 {
        messages.push(world.publish().await);
    }
    let for_them = world.api.publish(&other, "user.created", json!({})).await;
    world.received("/theirs", &for_them, 1).await;
    let ended = |it: &Received| it.path() == "/plain";
    world.receiver.wait_for(messages.len(), ended).await;
    for (endpoint, (path, _, told)) in endpoints.iter().zip(bombs) {
        world.api.wait_for_status(&world.app, &messages[0], endpoint, 2).await;
        let list = world.path(&format!("/attempt/endpoint/{endpoint}"));
        let attempts = world.api.all(&list).await;
        assert!(attempts[0]["response"].as_str().unwrap().contains(told), "{path}: {attempts:?}");
    }
    assert_eq!(world.receiver.wait_on("/fine", messages.len()).await.len(), messages.len());
    let nothing = |it: &Received| bombs.iter().any(|(path, ..)| it.path() == *path);
    assert_eq!(world.receiver.count(nothing), 0);
}

#[tokio::test]
async fn script_cannot_send_where_the_guard_forbids_or_set_what_the_sender_sets() {
    let world = World::with(ServerSetup::new().retries("20ms")).await;
    let refusals = [
        ("/meta", "webhook.url = 'http://169.254.169.254/latest';", "`url` is refused"),
        ("/file", "webhook.url = 'file:///etc/passwd';", "no URL of http"),
        ("/sign", "webhook.headers['webhook-signature'] = 'v1,x';", "set by the sender"),
        ("/line", "webhook.headers['x-a'] = 'a\\r\\nb: c';", "line break"),
        ("/verb", "webhook.method = 'DELETE';", "`method`"),
        ("/none", "return 1;", "must return the webhook"),
    ];
    for (path, statements, told) in refusals {
        let endpoint = world.scripted(path, statements).await;
        let message = world.publish().await;
        world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
        let attempts = world.api.all(&world.path(&format!("/attempt/endpoint/{endpoint}"))).await;
        assert!(attempts[0]["response"].as_str().unwrap().contains(told), "{path}: {attempts:?}");
    }
    assert_eq!(world.receiver.all().len(), 0);
}

#[tokio::test]
async fn script_sees_no_secret_of_the_endpoint_and_its_own_are_not_told() {
    let world = World::with(ServerSetup::new().retries("20ms")).await;
    let endpoint = world.scripted("/see", "webhook.payload = { seen: JSON.stringify(webhook) };").await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let headers = json!({ "headers": { "authorization": "Bearer planted-header" } });
    let _ = world.api.put(&format!("{path}/headers"), headers).await.expect(204);
    let secret = world.api.secret(&world.app, &endpoint).await;
    let message = world.publish().await;
    let request = world.received("/see", &message, 1).await.swap_remove(0);
    let seen = String::from_utf8(request.body.to_vec()).unwrap();
    assert!(seen.contains("user.created"), "{seen}");
    for hidden in [secret.trim_start_matches("whsec_"), "planted-header", "signature"] {
        assert!(!seen.contains(hidden), "{hidden} in {seen}");
    }
    assert_eq!(request.header("authorization"), "Bearer planted-header", "it is sent all the same");

    let body = json!({
        "code": handler("throw new Error('with ' + webhook.variables.KEY);"),
        "variables": { "KEY": "planted-variable" },
    });
    let _ = world.api.patch(&world.transformation(&endpoint), body).await.expect(204);
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    let attempts = world.api.all(&world.path(&format!("/attempt/endpoint/{endpoint}"))).await;
    assert!(attempts[0]["response"].as_str().unwrap().contains("with [redacted]"), "{attempts:?}");
    let everything =
        world.api.get(&path).await.text() + &world.api.get(&world.transformation(&endpoint)).await.text();
    assert!(!everything.contains("planted-variable"), "{everything}");
    assert!(!world.server.log().contains("planted-"), "the log is silent too");
}

#[tokio::test]
async fn mistakes_in_code_are_refused_with_their_line() {
    let world = World::new().await;
    let endpoint = world.endpoint("/m").await;
    let path = world.transformation(&endpoint);
    for (code, told) in [
        ("function handler(webhook) {\n  return webhook\n", "line 3"),
        ("const nothing = 'to run';", "declares no function `handler`"),
        ("for (;;) {} function handler(w) { return w; }", "longer than it may"),
        ("short", "10 to 51200 bytes"),
    ] {
        let answer = world.api.patch(&path, json!({ "code": code })).await.expect(422).json();
        assert_eq!(answer["detail"][0]["loc"], json!(["body", "code"]), "{answer}");
        assert!(answer["detail"][0]["msg"].as_str().unwrap().contains(told), "{answer}");
    }
    let long = format!("{}{}", handler(""), " ".repeat(51_200));
    world.api.patch(&path, json!({ "code": long })).await.invalid("body", "code");
    assert_eq!(world.api.get(&path).await.expect(200).json()["code"], Value::Null, "nothing was saved");
}

#[tokio::test]
async fn script_is_tried_on_a_payload_and_on_a_stored_message() {
    let world = World::new().await;
    let endpoint = world.endpoint("/t").await;
    let code = handler(
        "webhook.payload.by = webhook.variables.KEY + webhook.channels; webhook.headers['X-N'] = ['a', 'b'];
         webhook.payload.at = Date.now(); webhook.cancel = webhook.payload.n > 1;",
    );
    let given = json!({
        "code": code, "eventType": "user.created", "payload": { "n": 1 }, "channels": ["c1"],
        "variables": { "KEY": "k" },
    });
    let tried = world.tried(&endpoint, given).await;
    assert_eq!(
        (&tried["url"], &tried["method"], &tried["cancel"]),
        (&json!(world.receiver.url("/t")), &json!("POST"), &json!(false)),
        "{tried}"
    );
    assert_eq!(tried["headers"], json!({ "x-n": "a, b" }));
    assert!(tried["payload"].as_str().unwrap().starts_with(r#"{"n":1,"by":"kc1","at":"#), "{tried}");

    // The endpoint's own script on a stored message: what would be sent, but for the values of variables.
    let own = json!({ "code": code, "enabled": true, "variables": { "KEY": "a-secret" } });
    let _ = world.api.patch(&world.transformation(&endpoint), own).await.expect(204);
    let message = world.api.publish(&world.app, "user.created", json!({ "n": 1 })).await;
    let sent = world.received("/t", &message, 1).await.swap_remove(0);
    let tried = world.tried(&endpoint, json!({ "messageId": message })).await;
    let sent = String::from_utf8(sent.body.to_vec()).unwrap();
    assert_eq!(tried["payload"], sent.replace("a-secret", "[redacted]"), "{tried}");
    let message = world.api.publish(&world.app, "user.created", json!({ "n": 2 })).await;
    assert_eq!(world.tried(&endpoint, json!({ "messageId": message })).await["cancel"], true);

    let path = format!("{}/simulate", world.transformation(&endpoint));
    let broken = json!({ "code": handler("\nnothing();"), "eventType": "a", "payload": {} });
    let answer = world.api.post(&path, broken).await.expect(422).json();
    let msg = answer["detail"][0]["msg"].as_str().unwrap();
    assert!(msg.contains("ReferenceError") && msg.contains("line 3"), "{answer}");
    let elsewhere =
        json!({ "code": handler("webhook.url = 'http://10.0.0.1/';"), "eventType": "a", "payload": {} });
    world.api.post(&path, elsewhere).await.invalid("body", "code");
    world.api.post(&path, json!({ "code": code })).await.invalid("body", "payload");
    assert_eq!(world.api.post(&path, json!({ "messageId": "msg_nobodys" })).await.error(404), "not_found");
    assert_eq!(world.receiver.all().len(), 1, "a trial sends nothing");
}

#[tokio::test]
async fn portal_token_needs_the_capability_to_change_or_try() {
    let world = World::new().await;
    let endpoint = world.scripted("/p", "").await;
    let path = world.transformation(&endpoint);
    let access = format!("/auth/app-portal-access/{}", world.app);
    let token = async |capabilities: Value| {
        let made = world.api.post(&access, json!({ "capabilities": capabilities })).await.expect(200).json();
        world.api.with_token(made["token"].as_str().unwrap())
    };
    let viewer = token(json!(["ViewBase", "ManageEndpoint"])).await;
    let author = token(json!(["ViewBase", "ManageTransformations"])).await;
    let _ = viewer.get(&path).await.expect(200);
    let _ = viewer.patch(&path, json!({ "enabled": false })).await.expect(403);
    let body = json!({ "eventType": "a", "payload": {} });
    let _ = viewer.post(&format!("{path}/simulate"), body.clone()).await.expect(403);
    let _ = author.patch(&path, json!({ "enabled": false })).await.expect(204);
    let _ = author.post(&format!("{path}/simulate"), body).await.expect(200);
}

#[tokio::test]
async fn other_kinds_of_destination_get_what_the_script_made() {
    let root = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(root.path().join("shop.db")).unwrap();
    file.execute_batch("CREATE TABLE users (id TEXT PRIMARY KEY, note TEXT)").unwrap();
    let setup = ServerSetup::new().env("HOOKTIDE_DESTINATIONS_FILES_ROOT", root.path().to_str().unwrap());
    let world = World::with(setup).await;
    let columns = json!({ "id": { "path": "$.id", "type": "text" }, "note": { "path": "$.note" } });
    let config = json!({ "url": "sqlite:shop.db", "table": "users", "key": ["id"], "columns": columns });
    let destination = json!({ "destination": { "kind": "sql", "config": config } });
    let endpoint = world.api.create_endpoint_with(&world.app, destination).await;
    let statements = "webhook.payload = { id: webhook.payload.hello, note: 'scripted' };";
    let body = json!({ "code": handler(statements), "enabled": true });
    let _ = world.api.patch(&world.transformation(&endpoint), body).await.expect(204);
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    let row = file.query_row("SELECT id, note FROM users", [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    });
    assert_eq!(row.unwrap(), ("world".to_owned(), "scripted".to_owned()));
}

/// What a publisher says to scripts is stored with the message: each attempt has it, also after a restart and by hand.
#[tokio::test]
async fn script_finds_what_the_publisher_said_to_it() {
    let mut world = World::with(ServerSetup::new().retries("")).await;
    let statements = "webhook.payload = { told: webhook.transformationsParams };";
    let endpoint = world.scripted("/told", statements).await;
    let params = json!({ "plan": "gold", "nested": { "n": [1, 2.5, null] }, "rawPayload": "{\"raw\":1}" });
    let body = json!({ "eventType": "user.created", "payload": {}, "transformationsParams": params });
    let message = world.api.publish_with(&world.app, body).await;
    let told = json!({ "told": { "plan": "gold", "nested": { "n": [1, 2.5, null] } } });
    let read = |request: &Received| serde_json::from_slice::<Value>(&request.body).unwrap();
    assert_eq!(read(&world.received("/told", &message, 1).await[0]), told);

    world.server.kill9();
    world.server.restart().await;
    world.api = world.server.api();
    let resend = world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
    let _ = world.api.post(&resend, json!({})).await.expect(202);
    assert_eq!(read(&world.received("/told", &message, 2).await[1]), told);
    let tried = world.tried(&endpoint, json!({ "code": handler(statements), "messageId": message })).await;
    assert_eq!(serde_json::from_str::<Value>(tried["payload"].as_str().unwrap()).unwrap(), told);

    let silent = world.publish().await;
    assert_eq!(read(&world.received("/told", &silent, 1).await[0]), json!({ "told": null }));
}
