//! Operations (groups 25, 29 and 30): secrets that change under traffic, a stop under traffic, where endpoints may
//! point, and what must be written nowhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hooktide_testkit::{Api, DEADLINE, Method, ServerSetup, wait_until};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::provider::{Door, Inbox, SECRET, call, sign_as, sign_to};

/// Senders at the same time.
const SENDERS: usize = 4;
const OLD: &str = "the-older-secret-0123";
const NEW: &str = "the-newer-secret-4567";

/// What senders do until they are told to stop.
struct Traffic {
    /// Whether the provider signs with the new secret by now.
    is_new: AtomicBool,
    stop: AtomicBool,
    sent: AtomicUsize,
}

impl Traffic {
    fn start(inbox: &Inbox) -> (Arc<Self>, JoinSet<Vec<(usize, u16)>>) {
        let traffic = Arc::new(Self {
            is_new: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            sent: AtomicUsize::new(0),
        });
        let mut senders = JoinSet::new();
        for _ in 0..SENDERS {
            senders.spawn(send(Arc::clone(&traffic), inbox.api.clone(), inbox.door.clone()));
        }
        (traffic, senders)
    }

    /// Waits until so many more have been answered.
    async fn flow(&self, more: usize) {
        let wanted = self.sent.load(Ordering::Relaxed) + more;
        wait_until("traffic", async || (self.sent.load(Ordering::Relaxed) >= wanted).then_some(())).await;
    }
}

/// The number and status of each; 0 for no answer, which ends the sender.
async fn send(traffic: Arc<Traffic>, api: Api, door: Door) -> Vec<(usize, u16)> {
    let mut answers = Vec::new();
    while !traffic.stop.load(Ordering::Relaxed) {
        let number = traffic.sent.fetch_add(1, Ordering::Relaxed);
        let secret = if traffic.is_new.load(Ordering::Relaxed) { NEW } else { OLD };
        let delivery = format!("d-{number}");
        let headers = [("x-github-event", "push"), ("x-github-delivery", delivery.as_str())];
        let signed = sign_as("github", secret, &headers, &format!("{{\"n\":{number}}}"));
        let status = call(&api, &door.path, &signed).try_send().await.map_or(0, |reply| reply.status);
        answers.push((number, status));
        if status == 0 {
            break;
        }
    }
    answers
}

fn github(secrets: &[&str]) -> Value {
    let all: Vec<Value> = secrets.iter().map(|it| json!({ "id": it[4..9], "secret": it })).collect();
    json!({ "name": "Source", "type": "github", "config": { "secrets": all } })
}

/// Group 29: the new secret is added, the provider changes over, the old one goes; nothing that is right is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_under_traffic_refuses_nothing() {
    let inbox = Inbox::with(ServerSetup::new(), github(&[OLD])).await;
    let (traffic, senders) = Traffic::start(&inbox);
    traffic.flow(40).await;
    let _ = inbox.api.put(&inbox.door.api(""), github(&[OLD, NEW])).await.expect(200);
    traffic.flow(40).await;
    traffic.is_new.store(true, Ordering::Relaxed);
    // Whoever had already read the old one has sent it by then.
    traffic.flow(40).await;
    let _ = inbox.api.put(&inbox.door.api(""), github(&[NEW])).await.expect(200);
    traffic.flow(40).await;
    traffic.stop.store(true, Ordering::Relaxed);
    let answers: Vec<(usize, u16)> = senders.join_all().await.into_iter().flatten().collect();
    let refused: Vec<_> = answers.iter().filter(|(_, status)| *status != 200).collect();
    assert!(refused.is_empty(), "{refused:?} of {}", answers.len());
    assert_eq!(inbox.receipts("accepted").await.len(), answers.len());
    let old = sign_as("github", OLD, &[("x-github-delivery", "too-late")], "{}");
    assert_eq!(inbox.send(&old).await.error(401), "no_signature_matched");
}

/// Group 29: a stop in good order answers what has come in, and keeps what it answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_under_traffic_keeps_what_was_answered() {
    let mut inbox = Inbox::with(ServerSetup::new(), github(&[OLD])).await;
    inbox.endpoint("/kept").await;
    let (traffic, senders) = Traffic::start(&inbox);
    traffic.flow(60).await;
    let ended = inbox.server.sigterm(DEADLINE).await;
    assert!(ended.success(), "{ended:?}");
    let answers: Vec<(usize, u16)> = senders.join_all().await.into_iter().flatten().collect();
    assert!(answers.iter().all(|(_, status)| matches!(status, 200 | 503 | 0)), "{answers:?}");
    inbox.server.restart().await;
    inbox.api = inbox.server.api();
    for (number, _) in answers.iter().filter(|(_, status)| *status == 200) {
        let body = format!("{{\"n\":{number}}}");
        inbox.receiver.wait_for(1, |it| it.body == body.as_bytes()).await;
    }
    let unanswered = answers.iter().filter(|(_, status)| *status == 0).count();
    let kept = inbox.receipts("accepted").await.len();
    let promised = answers.iter().filter(|(_, status)| *status == 200).count();
    assert!((promised..=promised + unanswered).contains(&kept), "{kept} kept, {promised} promised");
}

/// Group 25: where a source's events go is vetted like any other endpoint.
#[tokio::test]
async fn events_go_to_no_address_inside() {
    let setup = ServerSetup::new().without("HOOKTIDE_DELIVERY_ALLOW_SUBNETS").retries("");
    let inbox = Inbox::with(setup, json!({ "type": "none" })).await;
    let port = inbox.receiver.url("").rsplit(':').next().unwrap().to_owned();
    let mut made = 0;
    for host in
        ["127.0.0.1", "[::1]", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "169.254.169.254"]
    {
        let endpoint = json!({ "url": format!("http://{host}:{port}/inside") });
        let answer = inbox.api.post(&inbox.door.api("/endpoint"), endpoint).await;
        assert!(matches!(answer.status, 201 | 400 | 422), "{host}: {answer}");
        made += usize::from(answer.status == 201);
    }
    // A name of nobody's goes through the same guard when it is dialled.
    let name = json!({ "url": "http://hooktide.invalid/" });
    let _ = inbox.api.post(&inbox.door.api("/endpoint"), name).await.expect(201);
    made += 1;
    let _ = inbox.send(&inbox.door.sign(&[], "{}")).await.expect(202);
    wait_until("an attempt for each", async || {
        let failed = "hooktide_delivery_attempts_total{result=\"fail\"} ";
        let count =
            metrics(&inbox).await.lines().find_map(|line| line.strip_prefix(failed)?.parse::<usize>().ok());
        (count == Some(made)).then_some(())
    })
    .await;
    assert_eq!(inbox.receiver.connections(), 0, "nobody inside was called");
}

async fn metrics(inbox: &Inbox) -> String {
    let answer = inbox.api.anonymous().request(Method::GET, "=/metrics").send().await;
    answer.expect(200).text()
}

/// Group 30: what proves a request stands in no log, no number and no answer of the API.
#[tokio::test]
async fn proofs_and_secrets_are_written_nowhere() {
    let setup = ServerSetup::new().env("HOOKTIDE_LOG_LEVEL", "trace").env("HOOKTIDE_METRICS_ENABLED", "true");
    let inbox = Inbox::new_with(setup, "figma").await;
    let mut canaries = vec![SECRET.to_owned(), "canary-passcode-0123456789".to_owned()];
    let figma = |code: &str| {
        format!(
            "{{\"event_type\":\"PING\",\"passcode\":\"{code}\",\"timestamp\":\"t\",\"webhook_id\":\"1\"}}"
        )
    };
    let _ = inbox.send(&sign_as("none", "", &[], &figma(SECRET))).await.expect(200);
    inbox.send(&sign_as("none", "", &[], &figma("canary-passcode-0123456789"))).await.error(401);
    canaries.push(inbox.door.path.trim_start_matches("/in/").to_owned());

    for (kind, headers) in [
        ("github", &["x-hub-signature-256"][..]),
        ("stripe", &["stripe-signature"]),
        ("gitlab", &["x-gitlab-token"]),
    ] {
        let door = Door::create(&inbox.api, json!({ "type": kind, "config": { "secret": SECRET } })).await;
        let good = door.sign(
            &[("cookie", "canary-cookie"), ("authorization", "Bearer canary-bearer")],
            "{\"id\":\"1\"}",
        );
        let _ = door.send(&inbox.api, &good).await.expect(200);
        let wrong = sign_as(kind, "canary-wrong-secret-0123", &[], "{\"id\":\"2\"}");
        door.send(&inbox.api, &wrong).await.error(401);
        canaries.extend(headers.iter().map(|name| good.header(name)));
        canaries.push(door.path.trim_start_matches("/in/").to_owned());
    }
    canaries.extend(["canary-cookie", "canary-bearer", "canary-wrong-secret-0123"].map(str::to_owned));
    let grid = Door::create(
        &inbox.api,
        json!({ "type": "azure-event-grid", "config": { "secret": "canary-in-the-query-0123" } }),
    )
    .await;
    let event = sign_to("none", "http://unsigned.example/", &[], "[{\"id\":\"1\",\"eventType\":\"a\"}]");
    for (secret, status) in [("canary-in-the-query-0123", 200), ("canary-wrong-in-the-query", 401)] {
        let answer = grid.request(&inbox.api, &format!("{}?secret={secret}", grid.path), &event).await;
        assert_eq!(answer.status, status, "{answer}");
        canaries.push(secret.to_owned());
    }

    let metrics = metrics(&inbox).await;
    assert!(metrics.contains("hooktide_"), "{metrics}");
    let log = inbox.server.log();
    let mut shown = String::new();
    for source in inbox.api.all("/ingest/api/v1/source").await {
        let id = source["id"].as_str().unwrap();
        for receipt in inbox.api.all(&format!("/ingest/api/v1/source/{id}/receipt")).await {
            let one = format!("/ingest/api/v1/source/{id}/receipt/{}", receipt["id"].as_str().unwrap());
            shown.push_str(&inbox.api.get(&one).await.expect(200).text());
        }
    }
    for canary in &canaries {
        for (place, text) in [("log", &log), ("metrics", &metrics), ("receipts", &shown)] {
            assert!(!text.contains(canary.as_str()), "{canary} stands in the {place}");
        }
    }
}

/// What became of a source's event is in the API: its attempts by endpoint and by receipt, and the wire API's log.
#[tokio::test]
async fn attempts_of_a_source_and_its_log_are_listed() {
    let inbox = Inbox::with(
        ServerSetup::new().retries("20ms"),
        json!({ "type": "github", "config": { "secret": SECRET } }),
    )
    .await;
    let endpoint = inbox.endpoint("/a").await;
    inbox.receiver.script("/a", [500, 200].map(hooktide_testkit::Behaviour::status));
    let answer = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d-1")], "{}")).await.expect(200);
    let receipt = answer.header("hooktide-receipt");
    for path in [format!("/endpoint/{endpoint}/attempt"), format!("/receipt/{receipt}/attempt")] {
        let attempts = wait_until("both attempts", async || {
            let attempts = inbox.api.all(&inbox.door.api(&path)).await;
            (attempts.len() == 2).then_some(attempts)
        })
        .await;
        let codes: Vec<_> = attempts.iter().map(|it| it["responseStatusCode"].as_u64()).collect();
        assert_eq!(codes, [Some(200), Some(500)], "{path}");
    }
    inbox.send(&sign_as("github", "another", &[("x-github-delivery", "d-2")], "forged")).await.error(401);
    let log = inbox.api.all(&inbox.door.api("/log")).await;
    assert_eq!((log.len(), &log[0]["status_code"], &log[0]["payload"]), (1, &json!(401), &json!("forged")));
    assert_eq!(log[0]["headers"]["x-hub-signature-256"], "[redacted]");
    let refused = log[0]["id"].as_str().expect("an id");
    let _ = inbox.api.get(&inbox.door.api(&format!("/receipt/{refused}/attempt"))).await.expect(404);
}

/// Notion hands its token over and wants it typed in at its side: it can be read, and a second one is not taken.
#[tokio::test]
async fn secret_that_a_provider_hands_over_can_be_read_once_it_is_there() {
    let inbox = Inbox::with(ServerSetup::new(), json!({ "type": "notion" })).await;
    let path = inbox.door.api("/learnt-secret");
    assert_eq!(inbox.api.get(&path).await.expect(200).json(), json!({ "secret": null }));
    let hand_over = |token: &str| sign_as("none", "", &[], &format!(r#"{{"verification_token":"{token}"}}"#));
    let _ = inbox.send(&hand_over("secret_first")).await.expect(200);
    let _ = inbox.send(&hand_over("secret_second")).await;
    assert_eq!(inbox.api.get(&path).await.expect(200).json(), json!({ "secret": "secret_first" }));
}

/// Forgeries use up nothing of the rate that the provider has.
#[tokio::test]
async fn forged_requests_do_not_use_up_the_rate() {
    let source = json!({ "type": "github", "config": { "secret": SECRET }, "throttleRate": 1 });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    for number in 0..5 {
        let id = format!("f-{number}");
        inbox.send(&sign_as("github", "another", &[("x-github-delivery", &id)], "{}")).await.error(401);
    }
    let _ = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d-1")], "{}")).await.expect(200);
    let limited = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d-2")], "{}")).await;
    assert_eq!(
        (limited.error(429).as_str(), limited.header("retry-after").is_empty()),
        ("rate_limited", false)
    );
}
