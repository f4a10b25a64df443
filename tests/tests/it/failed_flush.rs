//! A flush that fails: what it has written is not known, so nothing more is acknowledged, the server says so and ends,
//! and the next start has everything that was acknowledged before.
//!
//! The failure is made by a small library loaded into the server, built here with the system's C compiler (which the
//! embedded database needs anyway).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hooktide_testkit::{Method, Receiver, ServerSetup};
use serde_json::json;
use tempfile::TempDir;

/// The server must have ended by then.
const END_LIMIT: Duration = Duration::from_secs(20);

fn failing_flush(dir: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/failing_flush.c");
    let library = dir.join("failing_flush.so");
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output();
    let built = built.expect("a C compiler is installed");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    library
}

#[tokio::test]
async fn failed_flush_ends_all_promises_and_loses_none() {
    let tools = TempDir::with_prefix("hooktide-flush-").unwrap();
    let trigger = tools.path().join("fail-now");
    let library = failing_flush(tools.path());
    let setup = ServerSetup::new()
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
