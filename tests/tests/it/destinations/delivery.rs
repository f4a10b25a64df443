//! What arrives, what is recorded, and what is tried again.

use hooktide_testkit::{Api, ServerSetup};
use serde_json::{Value, json};

use super::servers::{Proxy, address, postgres, redis_get, unique};
use crate::world::World;

fn row_config(url: &str, table: &str) -> Value {
    json!({
        "kind": "sql",
        "config": {
            "url": url,
            "table": table,
            "key": ["id"],
            "columns": {
                "id": { "path": "$.id", "type": "text" },
                "note": { "path": "$.note" },
                "event": { "template": "{{ event_type }}" },
            },
        },
    })
}

async fn endpoint(world: &World, destination: Value) -> String {
    world.api.create_endpoint_with(&world.app, json!({ "destination": destination })).await
}

async fn publish(world: &World, note: &str) -> String {
    world.api.publish(&world.app, "user.created", json!({ "id": "u1", "note": note })).await
}

async fn only_attempt(api: &Api, app: &str, message: &str) -> Value {
    api.wait_for_attempts(app, message, 1).await.swap_remove(0)
}

#[tokio::test]
async fn row_is_upserted_in_a_sqlite_file_below_the_files_root() {
    let root = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(root.path().join("shop.db")).unwrap();
    file.execute_batch("CREATE TABLE users (id TEXT PRIMARY KEY, note TEXT, event TEXT)").unwrap();
    let setup = ServerSetup::new().env("HOOKTIDE_DESTINATIONS_FILES_ROOT", root.path().to_str().unwrap());
    let world = World::with(setup).await;
    let endpoint = endpoint(&world, row_config("sqlite:shop.db", "users")).await;

    for note in ["first", "second"] {
        let message = publish(&world, note).await;
        world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
        let attempt = only_attempt(&world.api, &world.app, &message).await;
        assert_eq!((&attempt["status"], &attempt["url"]), (&json!(0), &json!("sqlite:shop.db")), "{attempt}");
    }

    let row = file.query_row("SELECT note, event, count(*) OVER () FROM users", [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
    });
    assert_eq!(row.unwrap(), ("second".to_owned(), "user.created".to_owned(), 1));
}

#[tokio::test]
async fn row_is_upserted_in_postgresql_and_a_lasting_refusal_ends_the_delivery() {
    let table = unique("hooktide_users");
    let client = postgres().await;
    client
        .batch_execute(&format!("CREATE TABLE {table} (id text PRIMARY KEY, note text, event text)"))
        .await
        .unwrap();
    let world = World::with(ServerSetup::new().retries("50ms,50ms")).await;
    let url = format!("postgres://postgres@{}/test?sslmode=disable", address("postgres", "127.0.0.1:5432"));
    let endpoint = endpoint(&world, row_config(&url, &format!("public.{table}"))).await;

    let message = publish(&world, "hello").await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    let row = client.query_one(&format!("SELECT note FROM {table} WHERE id = 'u1'"), &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "hello");

    client.batch_execute(&format!("DROP TABLE {table}")).await.unwrap();
    let message = publish(&world, "too late").await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    let attempt = only_attempt(&world.api, &world.app, &message).await;
    assert!(attempt["response"].as_str().unwrap().contains(&table), "{attempt}");
}

#[tokio::test]
async fn server_that_was_down_gets_the_message_when_it_is_back() {
    let proxy = Proxy::down(address("redis", "127.0.0.1:6379")).await;
    let world = World::with(ServerSetup::new().retries(&["100ms"; 60].join(","))).await;
    let key = unique("hooktide");
    let config = json!({
        "url": format!("redis://{}/0", proxy.address), "command": "set", "key": key,
        "value": "{{ payload.note }}", "ttl_s": 60,
    });
    let endpoint = endpoint(&world, json!({ "kind": "redis", "config": config })).await;

    let message = publish(&world, "kept").await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 3).await;
    assert!(redis_get(&key).await.starts_with("$-1"), "nothing has arrived");
    proxy.bring_up();
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;

    assert!(redis_get(&key).await.contains("kept"));
    let attempts = world.api.attempts(&world.app, &message).await;
    assert!(attempts.len() >= 2, "{attempts:?}");
    assert_eq!(attempts[0]["status"], 0);
    assert!(attempts[1..].iter().all(|attempt| attempt["status"] == 2), "{attempts:?}");
}

#[tokio::test]
async fn changed_destination_is_used_by_the_next_delivery_and_a_resend() {
    let world = World::new().await;
    let (first, second) = (unique("hooktide"), unique("hooktide"));
    let url = format!("redis://{}/0", address("redis", "127.0.0.1:6379"));
    let to = |key: &str| {
        json!({
            "kind": "redis",
            "config": { "url": url, "command": "set", "key": key, "value": "{{ payload.note }}", "ttl_s": 60 },
        })
    };
    let endpoint = endpoint(&world, to(&first)).await;
    let message = publish(&world, "one").await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    assert!(redis_get(&first).await.contains("one"));

    let path = world.path(&format!("/endpoint/{endpoint}"));
    let _ = world.api.patch(&path, json!({ "destination": to(&second) })).await.expect(200);
    let resend = world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
    let _ = world.api.post(&resend, json!({})).await.expect(202);
    world.api.wait_for_attempts(&world.app, &message, 2).await;
    assert!(redis_get(&second).await.contains("one"));

    let _ = world.api.patch(&path, json!({ "url": world.receiver.url("/http") })).await.expect(200);
    let message = publish(&world, "over http").await;
    world.received("/http", &message, 1).await;
}
