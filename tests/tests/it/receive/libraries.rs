//! Requests signed by the libraries that providers publish, through the door: believed as they are, refused when a byte
//! of them is another. The scripts in `tests/sdk` only call the libraries; everything else happens here.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use hooktide_testkit::{ServerSetup, output_within, workspace_root};
use hooktide_verify::provider;
use serde_json::{Value, json};

use super::library_cases::{Case, JAVASCRIPT, PYTHON, WRONG_KEYS};
use super::provider::{Door, Inbox, Signed};
use crate::sdk::sdk_dir;

/// Longest that a script may take on a busy machine.
const SCRIPT_LIMIT: Duration = Duration::from_secs(120);

/// A case with its door and what the library made of it.
struct Signing {
    case: &'static Case,
    door: Door,
    /// Path and query.
    target: String,
    good: Signed,
    /// The same by a key that the source does not have.
    foreign: Signed,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_signed_by_python_libraries_are_believed_and_altered_ones_refused() {
    let mut script = Command::new(sdk_dir().join("python/bin/python"));
    script.arg(workspace_root().join("tests/sdk/python/sign.py"));
    judge(PYTHON, script).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_signed_by_javascript_libraries_are_believed_and_altered_ones_refused() {
    let dir = sdk_dir().join("signers-js");
    let mut script = Command::new("node");
    script.arg(dir.join("sign.mjs")).current_dir(dir);
    judge(JAVASCRIPT, script).await;
}

/// Group 21: both pings of Discord, which signs with a key that only its libraries' users have here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pings_of_discord_are_answered_if_they_are_signed() {
    let case = PYTHON.iter().find(|case| case.signer == "discord").expect("there is a case for it");
    let inbox = Inbox::with(ServerSetup::new(), case.source()).await;
    let bodies = ["{\"version\":1,\"type\":0}", "{\"id\":\"1\",\"type\":1}"];
    let order = |body: &&str| json!({ "signer": "discord", "key": case.key(), "body": body });
    let orders: Vec<Value> = bodies.iter().map(order).collect();
    let mut script = Command::new(sdk_dir().join("python/bin/python"));
    script.arg(workspace_root().join("tests/sdk/python/sign.py"));
    let results = run(script, &orders).await;
    let pings: Vec<Signed> =
        bodies.iter().zip(&results).map(|(body, result)| signed_by(case, result).with_body(*body)).collect();
    let event = inbox.send(&pings[0]).await.expect(204);
    assert_eq!((event.text().as_str(), event.header("content-type").as_str()), ("", "application/json"));
    let interaction = inbox.send(&pings[1]).await.expect(200).json();
    assert_eq!(interaction, json!({ "type": 1 }));
    // Discord itself sends pings with wrong signatures, and wants them refused.
    for ping in pings {
        let wrong = ping.with("x-signature-timestamp", "1790000000");
        let answer = inbox.send(&wrong).await;
        assert_eq!((answer.status, answer.text().as_str()), (401, ""), "{answer}");
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 0, "a ping is no event");
}

async fn judge(cases: &'static [Case], script: Command) {
    let inbox = Inbox::with(ServerSetup::new(), json!({ "type": "none" })).await;
    let mut doors = Vec::new();
    for case in cases {
        let door = Door::create(&inbox.api, case.source()).await;
        let path = format!("/{}", case.signer);
        let only = json!({ "url": inbox.receiver.url(&path), "eventTypes": [case.event_type] });
        let _ = inbox.api.post(&door.api("/endpoint"), only).await.expect(201);
        doors.push(door);
    }
    for signing in sign(cases, doors, script).await {
        believed(&inbox, &signing).await;
        for (what, altered) in alterations(&signing) {
            refused(&inbox, &signing, what, &altered).await;
        }
        // What was refused left nothing behind: the same request is still the one event.
        let api = inbox.api.all(&signing.door.api("/receipt?outcome=accepted")).await;
        assert_eq!(api.len(), 1, "{}: {api:?}", signing.case.signer);
        let path = format!("/{}", signing.case.signer);
        assert_eq!(inbox.delivered(&path, 1).await.len(), 1, "{path}");
    }
}

async fn believed(inbox: &Inbox, signing: &Signing) {
    let (name, kind) = (signing.case.signer, signing.case.kind);
    let success = provider(kind).expect("a known provider").success_status;
    let answer = signing.door.request(&inbox.api, &signing.target, &signing.good).await;
    let refusals = inbox.api.all(&signing.door.api("/receipt?outcome=refused")).await;
    assert_eq!(answer.status, success, "{name}: {answer} {refusals:?}");
    let delivered = inbox.delivered(&format!("/{name}"), 1).await.remove(0);
    assert_eq!(delivered.body, signing.good.body, "{name}");
    let receipt = inbox.api.all(&signing.door.api("/receipt")).await.remove(0);
    assert_eq!(receipt["outcome"], "accepted", "{name}: {receipt}");
    assert_eq!(receipt["messageId"], delivered.message_id(), "{name}: {receipt}");
}

async fn refused(inbox: &Inbox, signing: &Signing, what: &str, altered: &Signed) {
    let name = signing.case.signer;
    let refusal = provider(signing.case.kind).expect("a known provider").refusal_status;
    let answer = signing.door.request(&inbox.api, &signing.target, altered).await;
    assert_eq!(answer.status, refusal, "{name}, {what}: {answer}");
    let kept = inbox.api.all(&signing.door.api("/receipt?outcome=refused")).await;
    assert_eq!(kept[0]["id"], answer.header("hooktide-receipt"), "{name}, {what}: {kept:?}");
}

/// The request with one thing wrong.
fn alterations(signing: &Signing) -> Vec<(&'static str, Signed)> {
    let good = &signing.good;
    let mut altered = vec![("signed with another key", signing.foreign.clone())];
    let (from, to) = signing.case.flip;
    let body = String::from_utf8(good.body.clone()).expect("text");
    assert!(from.is_empty() || body.contains(from), "{}: {body} has {from}", signing.case.signer);
    if !from.is_empty() {
        altered
            .push(("a byte of the body", Signed { body: body.replacen(from, to, 1).into(), ..good.clone() }));
    }
    if let Some(header) = signing.case.proof {
        let mut flipped = good.clone();
        let line = flipped.headers.iter_mut().find(|(name, _)| name == header).expect("it has its proof");
        // In the middle of the signature, where every letter carries bits of it.
        let at = line.1.len() - 12;
        let other = if line.1.as_bytes()[at] == b'0' { "1" } else { "0" };
        line.1.replace_range(at..=at, other);
        altered.push(("a byte of the signature", flipped));
        let mut missing = good.clone();
        missing.headers.retain(|(name, _)| name != header);
        altered.push(("no signature", missing));
    }
    altered
}

/// Has every case signed with its key and with another one.
async fn sign(cases: &'static [Case], doors: Vec<Door>, script: Command) -> Vec<Signing> {
    let order = |case: &Case, door: &Door, key: &str| {
        let headers = case.headers();
        json!({ "signer": case.signer, "key": key, "body": case.body, "headers": headers, "url": case.url, "path": door.path })
    };
    let pairs = || cases.iter().zip(&doors);
    let mut orders: Vec<Value> = pairs().map(|(case, door)| order(case, door, case.key())).collect();
    orders.extend(pairs().map(|(case, door)| order(case, door, wrong_key(case))));
    let mut results = run(script, &orders).await;
    let foreign = results.split_off(cases.len());
    let signed = results.iter().zip(&foreign);
    let all = cases.iter().zip(doors).zip(signed);
    let all = all.map(|((case, door), (good, foreign))| {
        let query = good["query"].as_str().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", door.path);
        Signing { case, door, target, good: signed_by(case, good), foreign: signed_by(case, foreign) }
    });
    all.collect()
}

fn signed_by(case: &Case, result: &Value) -> Signed {
    let mut headers = case.headers();
    for (name, value) in result["headers"].as_object().into_iter().flatten() {
        headers.insert(name.clone(), value.clone());
    }
    let text = |(name, value): (&String, &Value)| (name.clone(), value.as_str().expect("text").to_owned());
    Signed {
        headers: headers.iter().map(text).collect(),
        body: result["body"].as_str().unwrap_or(case.body).as_bytes().to_vec(),
    }
}

fn wrong_key(case: &Case) -> &'static str {
    let known = WRONG_KEYS.iter().find(|(kind, _)| *kind == case.kind);
    known.map_or("another-secret-entirely-0123456789", |(_, key)| key)
}

async fn run(mut script: Command, orders: &[Value]) -> Vec<Value> {
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("cases.json");
    std::fs::write(&file, json!(orders).to_string()).unwrap();
    let output = tokio::task::spawn_blocking(move || {
        let output = output_within(script.arg(&file as &Path), SCRIPT_LIMIT);
        drop(dir);
        output
    });
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the script failed:\n{said}");
    let results: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results.len(), orders.len(), "one result for each case");
    results
}
