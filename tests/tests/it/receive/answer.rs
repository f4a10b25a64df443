//! The answer (groups 11, 13 and 15): it follows the commit and waits for nothing else; what cannot be committed is
//! never said to be.

use hooktide_testkit::{Behaviour, Reply, ServerSetup, wait_until};
use serde_json::json;
use tokio::task::JoinSet;

use super::provider::{Door, Inbox, SECRET, Signed, sign_as};

/// Requests of a burst, sent at once.
const BURST: usize = 150;

fn event(number: usize) -> Signed {
    let delivery = format!("d-{number}");
    let headers = [("x-github-event", "push"), ("x-github-delivery", delivery.as_str())];
    sign_as("github", SECRET, &headers, &format!("{{\"n\":{number}}}"))
}

/// Sends so many events through a door at the same time.
async fn burst(inbox: &Inbox, door: &Door, count: usize) -> Vec<Reply> {
    let mut calls = JoinSet::new();
    for number in 0..count {
        let (api, door) = (inbox.api.clone(), door.clone());
        calls.spawn(async move { door.send(&api, &event(number)).await });
    }
    calls.join_all().await
}

fn github() -> serde_json::Value {
    json!({ "type": "github", "config": { "secret": SECRET } })
}

/// Group 11: no action ever answers, every provider is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_come_while_every_action_hangs() {
    let inbox = Inbox::with(ServerSetup::new(), github()).await;
    for path in ["/a", "/b", "/c"] {
        inbox.endpoint(path).await;
        inbox.receiver.script(path, [Behaviour::hang()]);
    }
    // An endpoint at which nobody listens.
    let nobody = json!({ "url": "http://127.0.0.1:9/" });
    let _ = inbox.api.post(&inbox.door.api("/endpoint"), nobody).await.expect(201);
    for answer in burst(&inbox, &inbox.door, BURST).await {
        let _ = answer.expect(200);
    }
    let answered = inbox.receiver.matching(|it| it.answered_at.is_some() || it.abandoned_at.is_some());
    assert_eq!(answered.len(), 0, "every answer came before any action ended");
    assert_eq!(inbox.receipts("accepted").await.len(), BURST);
}

/// Group 13: somebody else holds the database; the provider waits or is told to come again, and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_that_is_held_by_another_loses_nothing() {
    let inbox = Inbox::with(ServerSetup::new().embedded(), github()).await;
    inbox.endpoint("/after").await;
    let _ = inbox.send(&event(0)).await.expect(200);
    let chunk = open_chunk(&inbox.server.dir());
    let other = rusqlite::Connection::open(chunk).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut calls = JoinSet::new();
    for number in 1..9 {
        let (api, door) = (inbox.api.clone(), inbox.door.clone());
        calls.spawn(async move { (number, door.send(&api, &event(number)).await.status) });
    }
    // While it is held the door still judges; only promises have to wait.
    let forged = sign_as("github", "another-secret-entirely", &[], "{}");
    assert_eq!(inbox.send(&forged).await.error(401), "no_signature_matched");
    other.execute_batch("COMMIT").unwrap();
    for (number, status) in calls.join_all().await {
        assert!(matches!(status, 200 | 503), "{number}: {status}");
        wait_until("it is taken", async || (inbox.send(&event(number)).await.status == 200).then_some(()))
            .await;
    }
    inbox.delivered("/after", 9).await;
    assert_eq!(inbox.receipts("accepted").await.len(), 9, "each event once");
}

fn open_chunk(dir: &std::path::Path) -> std::path::PathBuf {
    let folder = std::fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    let history = folder.into_iter().find(|it| it.is_dir()).expect("the history has its folder");
    let chunks = walk(&history).into_iter().filter(|it| it.extension().is_some_and(|it| it == "db"));
    chunks.max().expect("there is an open chunk")
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// Group 15: more than a source takes is put off, not lost; its neighbour notices nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn burst_over_the_rate_is_put_off_and_its_neighbour_is_not() {
    let mut noisy = github();
    noisy["throttleRate"] = 20.into();
    let inbox = Inbox::with(ServerSetup::new(), noisy).await;
    let calm = Door::create(&inbox.api, github()).await;
    inbox.endpoint("/noisy").await;
    inbox.endpoint_of(&calm, "/calm").await;
    let (loud, quiet) = tokio::join!(burst(&inbox, &inbox.door, BURST), burst(&inbox, &calm, BURST / 5));
    for answer in quiet {
        let _ = answer.expect(200);
    }
    let (taken, put_off): (Vec<_>, Vec<_>) = loud.into_iter().partition(|it| it.status == 200);
    assert!(!put_off.is_empty(), "{BURST} at once are over the rate");
    for answer in &put_off {
        assert_eq!(answer.error(429), "rate_limited");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(
        inbox.receipts("accepted").await.len(),
        taken.len(),
        "what was taken is there, and nothing else"
    );
    inbox.delivered("/noisy", taken.len()).await;
    inbox.delivered("/calm", BURST / 5).await;
    // Sent again as the answer says, all of it is taken in the end.
    for number in 0..BURST / 5 {
        wait_until("its turn", async || (inbox.send(&event(number)).await.status == 200).then_some(())).await;
    }
    assert!(inbox.receipts("accepted").await.len() <= BURST);
}
