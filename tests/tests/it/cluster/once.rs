//! The same call at several nodes at the same instant: one of them acts, all of them answer alike.

use std::sync::Arc;

use hooktide_testkit::{Api, Method, Reply};
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::world::World;

const ROUNDS: usize = 200;
/// Connections in a round, in turn.
const CALLERS: [usize; 2] = [2, 10];
const SOURCES: &str = "/ingest/api/v1/source";

/// Makes the same call `count` times at once, at each node in turn; `make` says what the nth sends.
async fn at_once(
    apis: &[Api],
    count: usize,
    make: impl Fn(usize, &Api) -> hooktide_testkit::Request,
) -> Vec<Reply> {
    let start = Arc::new(Barrier::new(count));
    let mut calls = JoinSet::new();
    for nth in 0..count {
        let (request, start) = (make(nth, &apis[nth % apis.len()]), Arc::clone(&start));
        calls.spawn(async move {
            start.wait().await;
            request.send().await
        });
    }
    calls.join_all().await
}

fn body(number: usize) -> serde_json::Value {
    json!({ "eventType": "a", "payload": { "number": number } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_at_many_nodes_is_one_message() {
    let world = World::new(3).await;
    let (apis, path) = (world.cluster.apis(), world.path("/msg"));
    for round in 0..ROUNDS {
        let replies = at_once(&apis, CALLERS[round % 2], |_, api| {
            api.request(Method::POST, &path).idempotency_key(&format!("key-{round}")).json(&body(round))
        })
        .await;
        let mut ids: Vec<String> = replies.into_iter().map(|reply| reply.expect(202).id()).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1, "round {round}: {ids:?}");
    }
    assert_eq!(world.api(1).all(&path).await.len(), ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_with_several_bodies_is_the_first_ones() {
    let world = World::new(3).await;
    let (apis, path) = (world.cluster.apis(), world.path("/msg"));
    for round in 0..ROUNDS {
        let count = CALLERS[round % 2];
        let replies = at_once(&apis, count, |nth, api| {
            api.request(Method::POST, &path).idempotency_key(&format!("key-{round}")).json(&body(nth))
        })
        .await;
        let taken = replies.iter().filter(|reply| reply.status == 202).count();
        assert_eq!(taken, 1, "round {round}: {:?}", replies.iter().map(|it| it.status).collect::<Vec<_>>());
        replies.iter().filter(|reply| reply.status != 202).for_each(|reply| {
            reply.error(409);
        });
    }
    assert_eq!(world.api(1).all(&path).await.len(), ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_event_at_many_doors_is_one_event() {
    let world = World::new(3).await;
    let rule = json!({ "header": "x-event" });
    let source = json!({ "name": "Shop", "type": "none", "dedupe": rule });
    let made = world.api(0).post(SOURCES, source).await.expect(201).json();
    let source = format!("{SOURCES}/{}", made["id"].as_str().unwrap());
    let endpoint = json!({ "url": world.receiver.url("/in") });
    let _ = world.api(0).post(&format!("{source}/endpoint"), endpoint).await.expect(201);
    let url = made["ingestUrl"].as_str().unwrap();
    let door = format!("={}", &url[url.find("/in/").unwrap()..]);
    let apis: Vec<Api> = world.cluster.apis().iter().map(Api::anonymous).collect();
    for round in 0..ROUNDS {
        let replies = at_once(&apis, CALLERS[round % 2], |_, api| {
            api.request(Method::POST, &door)
                .header("x-event", &format!("e-{round}"))
                .bytes(format!("{round}"))
        })
        .await;
        let mut receipts: Vec<String> =
            replies.into_iter().map(|reply| reply.ok().header("hooktide-receipt")).collect();
        receipts.dedup();
        assert_eq!(receipts.len(), 1, "round {round}: {receipts:?}");
    }
    world.receiver.wait_on("/in", ROUNDS).await;
    assert_eq!(world.api(1).all(&format!("{source}/receipt?outcome=accepted")).await.len(), ROUNDS);
    assert_eq!(world.receiver.count(|it| it.path() == "/in"), ROUNDS);
}
