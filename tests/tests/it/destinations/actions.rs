//! Files, programs, messages to people, mails and objects: one event each, through the whole server.

use std::fs;

use hooktide_testkit::{Behaviour, ServerSetup};
use serde_json::{Value, json};

use super::servers::{address, maildir, s3, unique};
use crate::world::World;

const CANARY: &str = "canary-hunter2";

/// Creates an endpoint, and claims that what the API shows of it has no secret.
async fn endpoint(world: &World, kind: &str, config: &Value) -> (String, Value) {
    let body = json!({ "destination": { "kind": kind, "config": config } });
    let made = world.api.post(&world.path("/endpoint"), body).await.expect(201);
    assert!(!made.text().contains(CANARY), "{made}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let read = world.api.get(&world.path(&format!("/endpoint/{id}"))).await.expect(200);
    assert!(!read.text().contains(CANARY), "{read}");
    (id, read.json())
}

/// Publishes, waits for the endpoint's verdict, and answers the message's id and its only attempt.
async fn deliver(world: &World, endpoint: &str, status: u64) -> (String, Value) {
    let event = json!({ "id": "u1", "note": "hello" });
    let message = world.api.publish(&world.app, "user.created", event).await;
    world.api.wait_for_status(&world.app, &message, endpoint, status).await;
    let attempt = world.api.wait_for_attempts(&world.app, &message, 1).await.swap_remove(0);
    assert!(!attempt.to_string().contains(CANARY), "{attempt}");
    assert!(!world.server.log().contains(CANARY));
    (message, attempt)
}

#[tokio::test]
async fn event_is_a_line_of_a_file_below_the_files_root() {
    let root = tempfile::tempdir().unwrap();
    let setup = ServerSetup::new().env("HOOKTIDE_DESTINATIONS_FILES_ROOT", root.path().to_str().unwrap());
    let world = World::with(setup).await;
    let config = json!({ "path": "shop/{{ event_type }}.jsonl", "rotate_daily": true, "kept_files": 3 });
    let (endpoint, shown) = endpoint(&world, "file", &config).await;
    assert_eq!(shown["url"], "file:shop/{{ event_type }}.jsonl");

    let (message, attempt) = deliver(&world, &endpoint, 0).await;
    assert_eq!(attempt["response"], "appended to shop/user.created.jsonl", "{attempt}");
    let text = fs::read_to_string(root.path().join("shop/user.created.jsonl")).unwrap();
    let line: Value = serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
    assert_eq!(line["message_id"], message.as_str());
    assert_eq!(line["idempotency_key"], format!("{message}.{endpoint}"));
    assert_eq!(line["payload"], json!({ "id": "u1", "note": "hello" }));
}

#[tokio::test]
async fn listed_program_gets_the_event_and_its_exit_code_ends_or_repeats_the_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.sh");
    fs::write(&script, "cat > \"$1\"; echo \"$SHOP_TOKEN for $HOOKTIDE_EVENT_TYPE\"; exit \"$2\"").unwrap();
    let setup = ServerSetup::new().env("HOOKTIDE_DESTINATIONS_COMMANDS", "/bin/sh").retries("50ms");
    let world = World::with(setup).await;
    let kept = folder.path().join("kept");
    let config = |code: &str| {
        json!({
            "program": "/bin/sh", "args": [script, kept, code], "secret_env": { "SHOP_TOKEN": CANARY },
            "fail_codes": [65],
        })
    };
    let (endpoint, shown) = endpoint(&world, "command", &config("0")).await;
    assert_eq!(shown["url"], "command:/bin/sh");
    assert_eq!(shown["destination"]["config"]["secret_env"], json!({ "SHOP_TOKEN": "[redacted]" }));
    let (_, attempt) = deliver(&world, &endpoint, 0).await;
    assert_eq!(attempt["response"], "exit code 0; stdout: [redacted] for user.created", "{attempt}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "{\"id\":\"u1\",\"note\":\"hello\"}");

    // Whoever changes what runs has to know the secret.
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let mut changed = shown["destination"].clone();
    changed["config"]["args"][2] = json!("65");
    let refused = world.api.patch(&path, json!({ "destination": changed })).await.expect(422).json();
    let loc = json!(["body", "destination", "config", "secret_env", "SHOP_TOKEN"]);
    assert_eq!(refused["detail"][0]["loc"], loc, "{refused}");
    changed["config"] = config("65");
    let _ = world.api.patch(&path, json!({ "destination": changed })).await.expect(200);
    let (_, attempt) = deliver(&world, &endpoint, 2).await;
    assert_eq!(attempt["responseStatusCode"], 65, "{attempt}");

    let other = json!({ "destination": { "kind": "command", "config": { "program": "/bin/cat" } } });
    let refused = world.api.post(&world.path("/endpoint"), other).await.expect(422);
    assert!(refused.text().contains("HOOKTIDE_DESTINATIONS_COMMANDS"), "{refused}");
}

#[tokio::test]
async fn message_is_posted_to_a_chat_whose_url_is_never_shown() {
    let world = World::new().await;
    let path = format!("/services/{CANARY}");
    world.receiver.script(&path, [Behaviour::ok().body("ok"), Behaviour::status(404).body("no_service")]);
    let text = "<!channel> {{ payload.note }}";
    let config = json!({ "service": "slack", "webhook_url": world.receiver.url(&path), "text": text });
    let (endpoint, shown) = endpoint(&world, "notify", &config).await;
    assert_eq!(shown["url"], "notify:slack");
    let (message, attempt) = deliver(&world, &endpoint, 0).await;
    assert_eq!(attempt["response"], "posted to Slack", "{attempt}");
    let request = world.received(&path, &message, 1).await.swap_remove(0);
    assert_eq!(request.header("idempotency-key"), format!("{message}.{endpoint}"));
    assert_eq!(request.body.as_ref(), b"{\"text\":\"&lt;!channel&gt; hello\"}");
    let (_, attempt) = deliver(&world, &endpoint, 2).await;
    assert_eq!(attempt["response"], "Slack answered 404: no_service", "{attempt}");

    // Written back as it was shown, the secret is kept.
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let kept = world.api.put(&path, json!({ "destination": shown["destination"] })).await.expect(200).json();
    assert_eq!(kept["destination"], shown["destination"]);
}

#[tokio::test]
async fn mail_is_taken_by_the_mail_server() {
    let world = World::new().await;
    let server = address("smtp", "127.0.0.1:2525");
    let recipient = format!("{}@example.com", unique("orders"));
    let config = |password: &str| {
        json!({
            "url": format!("smtp://hooktide:{password}@{server}?starttls=disable"), "from": "shop@example.com",
            "to": [recipient], "subject": "{{ event_type }}", "text": "note: {{ payload.note }}\n",
        })
    };
    let (right, shown) = endpoint(&world, "email", &config("open-sesame")).await;
    assert_eq!(shown["url"], format!("smtp://{server}"));
    let (message, attempt) = deliver(&world, &right, 0).await;
    assert!(attempt["response"].as_str().unwrap().starts_with("taken by the mail server"), "{attempt}");
    let mails: Vec<String> = fs::read_dir(maildir().join("new"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .filter(|mail| mail.contains(&recipient))
        .collect();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Subject: user.created") && mails[0].contains("note: hello"), "{}", mails[0]);
    assert!(mails[0].contains(&format!("Message-ID: <{message}.{right}@example.com>")), "{}", mails[0]);
}

#[tokio::test]
async fn wrong_password_of_a_mail_server_is_told_without_it() {
    let world = World::with(ServerSetup::new().retries("1h")).await;
    let server = address("smtp", "127.0.0.1:2525");
    let config = json!({
        "url": format!("smtp://hooktide:{CANARY}@{server}?starttls=disable"), "from": "shop@example.com",
        "to": ["orders@example.com"],
    });
    let (endpoint, _) = endpoint(&world, "email", &config).await;
    let (_, attempt) = deliver(&world, &endpoint, 3).await;
    assert_eq!(attempt["responseStatusCode"], 535, "{attempt}");
}

#[tokio::test]
async fn object_is_stored_under_its_key() {
    let world = World::new().await;
    let (address, bucket) = (address("s3", "127.0.0.1:5555"), unique("hooktide").replace('_', "-"));
    assert_eq!(s3("PUT", &bucket).await.0, 200);
    let config = json!({
        "url": format!("http://{address}"), "bucket": bucket, "access_key_id": "canary", "secret_access_key": CANARY,
        "key": "{{ event_type }}/{{ message_id }}.json",
    });
    let (endpoint, shown) = endpoint(&world, "s3", &config).await;
    assert_eq!(shown["destination"]["config"]["secret_access_key"], "[redacted]");
    let (message, attempt) = deliver(&world, &endpoint, 0).await;
    assert_eq!(attempt["response"], format!("stored as user.created/{message}.json"), "{attempt}");
    let (status, body) = s3("GET", &format!("{bucket}/user.created/{message}.json")).await;
    assert_eq!((status, body.as_str()), (200, "{\"id\":\"u1\",\"note\":\"hello\"}"));
}
