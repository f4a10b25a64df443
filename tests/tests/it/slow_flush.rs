//! A disk that takes its time: answers come late but right, nothing is acknowledged before it is flushed, what needs no
//! commit is not held up, and who waits too long is told to come again.

use std::path::PathBuf;
use std::time::Duration;

use hooktide_testkit::{Api, Method, Receiver, Reply, ServerSetup, ServerUnderTest};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::Instant;

use crate::preload::library;

/// A flush that is slow, and short enough for every caller.
const SLOW_MS: u64 = 1_500;
/// A flush that takes longer than anybody waits.
const STUCK_MS: u64 = 120_000;
/// How long a caller waits for the commit at most.
const COMMIT_WAIT_MAX: Duration = Duration::from_secs(10);
/// What the answer itself may take on a busy machine.
const SLACK: Duration = Duration::from_secs(5);

/// A server whose disk can be slowed, with an application and a source that deliver to a receiver.
struct Slowed {
    _server: ServerUnderTest,
    _tools: TempDir,
    trigger: PathBuf,
    api: Api,
    receiver: Receiver,
    app: String,
    door: String,
    source: String,
}

impl Slowed {
    async fn new() -> Self {
        let tools = TempDir::with_prefix("hooktide-slow-").unwrap();
        let trigger = tools.path().join("milliseconds");
        let setup = ServerSetup::new()
            .embedded()
            .env("LD_PRELOAD", &library("slow_flush", tools.path()).display().to_string())
            .env("SLOW_FLUSH_TRIGGER", &trigger.display().to_string());
        let server = setup.start().await;
        let (api, receiver) = (server.api(), Receiver::start().await);
        let app = api.create_app("Slow").await;
        api.create_endpoint(&app, &receiver.url("/app")).await;
        let body = json!({ "name": "Slow", "type": "none" });
        let made = api.post("/ingest/api/v1/source", body).await.expect(201).json();
        let source = format!("/ingest/api/v1/source/{}", made["id"].as_str().unwrap());
        let endpoint = json!({ "url": receiver.url("/source") });
        let _ = api.post(&format!("{source}/endpoint"), endpoint).await.expect(201);
        let url = made["ingestUrl"].as_str().unwrap();
        let door = format!("={}", &url[url.find("/in/").unwrap()..]);
        Self { _server: server, _tools: tools, trigger, api, receiver, app, door, source }
    }

    fn slow(&self, ms: u64) {
        std::fs::write(&self.trigger, ms.to_string()).unwrap();
    }

    fn quick(&self) {
        std::fs::remove_file(&self.trigger).unwrap();
    }

    async fn receive(&self, number: usize) -> Reply {
        self.api.anonymous().post(&self.door, json!({ "number": number })).await
    }

    async fn publish(&self, key: &str) -> Reply {
        let body = json!({ "eventType": "a", "payload": {} });
        let path = format!("/app/{}/msg", self.app);
        self.api.request(Method::POST, &path).header("idempotency-key", key).json(&body).send().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_flush_delays_answers_and_holds_up_nobody_else() {
    let slowed = Slowed::new().await;
    slowed.slow(SLOW_MS);
    let started = Instant::now();
    let waiting = async {
        let (received, published) = tokio::join!(slowed.receive(1), slowed.publish("one"));
        (received, published, started.elapsed())
    };
    let others = async {
        for path in ["=/livez", "=/readyz", &format!("/app/{}", slowed.app), &slowed.source] {
            let _ = slowed.api.get(path).await.expect(200);
        }
        let wrong = slowed.api.anonymous().post("=/in/no-such-door", json!({})).await;
        assert_eq!(wrong.status, 404, "{wrong}");
        started.elapsed()
    };
    let ((received, published, answered), read) = tokio::join!(waiting, others);
    let _ = (received.expect(202), published.expect(202));
    // Whoever is answered has waited for a whole flush that began after the request came.
    assert!(answered >= Duration::from_millis(SLOW_MS), "acknowledged after {answered:?}, before a flush");
    assert!(read < answered, "reads took {read:?} while a commit took {answered:?}");
    for path in ["/app", "/source"] {
        slowed.receiver.wait_on(path, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_too_long_is_told_to_come_again_and_is_then_taken_once() {
    let slowed = Slowed::new().await;
    slowed.slow(STUCK_MS);
    let started = Instant::now();
    let (received, published) = tokio::join!(slowed.receive(1), slowed.publish("one"));
    let waited = started.elapsed();
    for late in [&received, &published] {
        assert_eq!(late.status, 503, "{late}");
        assert_eq!(late.json()["code"], "store_slow", "{late}");
        assert_ne!(late.header("retry-after"), "", "{late}");
    }
    assert!(waited >= COMMIT_WAIT_MAX && waited < COMMIT_WAIT_MAX + SLACK, "{waited:?}");

    slowed.quick();
    // The first ones were on their way to the disk: what is sent again is the same.
    let _ = slowed.receive(1).await.expect(202);
    let _ = slowed.publish("one").await.expect(202);
    let _ = slowed.receive(2).await.expect(202);
    for (path, count) in [("/source", 2), ("/app", 1)] {
        slowed.receiver.wait_on(path, count).await;
    }
    let accepted = slowed.api.all(&format!("{}/receipt?outcome=accepted", slowed.source)).await;
    assert_eq!(accepted.len(), 2, "{accepted:?}");
    assert_eq!(slowed.api.all(&format!("/app/{}/msg", slowed.app)).await.len(), 1);
    assert_eq!(slowed.receiver.all().len(), 3);
}
