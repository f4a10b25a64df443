//! A flush that fails: what it has written is not known, so nothing more is acknowledged, the server says so and ends,
//! and the next start has everything that was acknowledged before.

use std::time::Duration;

use hooktide_testkit::{Method, Receiver, ServerSetup};
use serde_json::json;
use tempfile::TempDir;

use crate::preload::library;

/// The server must have ended by then.
const END_LIMIT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn failed_flush_ends_all_promises_and_loses_none() {
    let tools = TempDir::with_prefix("hooktide-flush-").unwrap();
    let trigger = tools.path().join("fail-now");
    let library = library("failing_flush", tools.path());
    let setup = ServerSetup::new()
        .embedded()
        .env("LD_PRELOAD", &library.display().to_string())
        .env("FAILING_FLUSH_TRIGGER", &trigger.display().to_string());
    let mut server = setup.start().await;
    let (api, receiver) = (server.api(), Receiver::start().await);
    let app = api.create_app("Flush").await;
    api.create_endpoint(&app, &receiver.url("/hook")).await;
    let mut acknowledged = Vec::new();
    for n in 0..20 {
        acknowledged.push(api.publish(&app, "a", json!({ "n": n })).await);
    }

    std::fs::write(&trigger, "").unwrap();
    let body = json!({ "eventType": "a", "payload": {} });
    let refused = api.request(Method::POST, &format!("/app/{app}/msg")).json(&body).try_send().await;
    if let Ok(reply) = refused {
        assert_eq!(reply.status, 503, "nothing is acknowledged on top of a failed flush");
    }
    let status = server.wait_for_exit(END_LIMIT).await;
    assert!(!status.success(), "the server ends with a failure: {status}");
    assert!(server.log().contains("nothing that was acknowledged is lost"), "it says what to do");

    std::fs::remove_file(&trigger).unwrap();
    server.restart().await;
    let api = server.api();
    for message in &acknowledged {
        receiver.wait_for(1, |it| it.message_id() == message).await;
        let _ = api.get(&format!("/app/{app}/msg/{message}")).await.expect(200);
    }
}
