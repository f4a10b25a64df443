//! One publisher: picks a node, and asks another with the same key when it hears nothing good.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hooktide_testkit::{Answer, Api, CallError, Dice, Method};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::doors::Doors;

/// Between two messages of one publisher.
const PACE: Duration = Duration::from_millis(30);
/// How long it waits before it asks another node as well. The first call goes on.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Before it asks again after a refusal.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);
/// Every call ends with a clear answer within this, whatever happens to the servers.
pub(super) const CALL_MAX: Duration = Duration::from_secs(15);
/// Some node takes a message within this.
const ACCEPTED_WITHIN_MAX: Duration = Duration::from_secs(60);

/// What publishers of one load share.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) doors: Doors,
    pub(super) app: String,
    pub(super) name: String,
    pub(super) next: Arc<AtomicUsize>,
    pub(super) stop: Arc<AtomicBool>,
    /// Longest that a server is stopped, on top of which it must answer.
    pub(super) stopped_max: Duration,
}

/// One call and what came of it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) key: String,
    pub(super) payload: String,
    pub(super) answer: Answer,
    pub(super) took: Duration,
}

/// Distinct per key and the same at every repetition; lengths vary.
fn payload(key: &str, customer: usize, number: usize) -> String {
    let pad = "x".repeat(number * 37 % 900);
    json!({ "key": key, "customer": customer, "number": number, "pad": pad }).to_string()
}

/// Publishes until told to stop; each message is taken before the next one is made, so its customer's are in order.
pub(super) async fn publish(task: Task, customer: usize, mut dice: Dice) -> Vec<Call> {
    let mut done = Vec::new();
    let mut open = JoinSet::new();
    while !task.stop.load(Ordering::Relaxed) {
        let number = task.next.fetch_add(1, Ordering::Relaxed);
        let key = format!("{}-{number}", task.name);
        let payload = payload(&key, customer, number);
        publish_one(&task, &mut dice, (&key, &payload), &mut open, &mut done).await;
        tokio::time::sleep(PACE).await;
    }
    done.extend(open.join_all().await);
    done
}

async fn publish_one(
    task: &Task,
    dice: &mut Dice,
    (key, payload): (&str, &str),
    open: &mut JoinSet<Call>,
    done: &mut Vec<Call>,
) {
    let begun = Instant::now();
    let mut last = None;
    loop {
        let (number, api) = task.doors.any(dice, last);
        last = Some(number);
        open.spawn(call(api, task.clone(), key.to_owned(), payload.to_owned()));
        let until = Instant::now() + PATIENCE;
        while let Ok(Some(ended)) = tokio::time::timeout_at(until, open.join_next()).await {
            let ended = ended.expect("a call does not panic");
            let (is_this, is_taken) = (ended.key == key, matches!(ended.answer, Answer::Accepted(_)));
            done.push(ended);
            if is_this && is_taken {
                return;
            }
            if is_this {
                tokio::time::sleep(REFUSED_PAUSE).await;
                break;
            }
        }
        assert!(begun.elapsed() < ACCEPTED_WITHIN_MAX, "no node took {key}");
    }
}

/// One call. It ends in time, with the message's id, or with a 503 that says so, or its connection ends with its server.
async fn call(api: Api, task: Task, key: String, payload: String) -> Call {
    let body = format!(r#"{{"eventType":"load","payload":{payload}}}"#);
    let request = api.request(Method::POST, &format!("/app/{}/msg?with_content=false", task.app));
    let begun = Instant::now();
    let reply =
        request.idempotency_key(&key).raw_json(body).try_send_within(CALL_MAX + task.stopped_max).await;
    let answer = match reply {
        Ok(reply) if reply.status == 202 => Answer::Accepted(reply.id()),
        Ok(reply) => {
            let _ = reply.error(503);
            Answer::Unanswered
        }
        Err(CallError::Connection(_)) => Answer::Unanswered,
        Err(error @ CallError::Timeout(_)) => panic!("{key} at {}: {error}", api.addr()),
    };
    Call { key, payload, answer, took: begun.elapsed() }
}
