//! Order by key: one after the other within a key, retries and crashes included; keys side by side.

use std::time::Duration;

use hooktide_testkit::{Behaviour, Gate, Received, ServerSetup, wait_until};
use serde_json::{Value, json};

use crate::world::World;

async fn ordered(world: &World, path: &str) -> String {
    let endpoint = json!({ "url": world.receiver.url(path), "orderingKey": "/customer" });
    world.api.create_endpoint_with(&world.app, endpoint).await
}

async fn publish(world: &World, customer: &str, number: usize) {
    let payload = json!({ "customer": customer, "number": number });
    let _ = world.api.publish(&world.app, "order.changed", payload).await;
}

/// The numbers of a customer's requests in the order in which they came.
fn numbers(requests: &[Received], customer: &str) -> Vec<u64> {
    let payloads = requests.iter().map(|it| serde_json::from_slice::<Value>(&it.body).expect("JSON"));
    payloads.filter(|it| it["customer"] == customer).filter_map(|it| it["number"].as_u64()).collect()
}

#[tokio::test]
async fn one_key_that_waits_holds_up_no_other() {
    let world = World::new().await;
    let gate = Gate::closed();
    world.receiver.script("/o", [Behaviour::ok().held_by(&gate), Behaviour::ok()]);
    ordered(&world, "/o").await;
    for (number, customer) in ["a", "b", "a", "b", "a", "b"].into_iter().enumerate() {
        publish(&world, customer, number).await;
    }
    let first = world.receiver.wait_on("/o", 4).await;
    let (held, free) = if numbers(&first, "a").len() == 1 { ("a", "b") } else { ("b", "a") };
    assert_eq!((numbers(&first, held).len(), numbers(&first, free).len()), (1, 3));
    gate.open();
    let all = world.receiver.wait_on("/o", 6).await;
    assert_eq!((numbers(&all, "a"), numbers(&all, "b")), (vec![0, 2, 4], vec![1, 3, 5]));
}

#[tokio::test]
async fn nothing_overtakes_a_delivery_that_is_tried_again() {
    let setup = ServerSetup::new().retries("30ms,30ms,30ms,30ms,30ms,30ms");
    let mut world = World::with(setup).await;
    let answers = [200, 500, 200, 500, 500, 200, 503, 200, 200, 500];
    world.receiver.script("/o", answers.into_iter().cycle().take(90).chain([200]).map(Behaviour::status));
    ordered(&world, "/o").await;
    let customers = ["a", "b", "c"];
    for number in 0..60 {
        publish(&world, customers[number % 3], number).await;
        if number == 40 {
            world.server.kill9();
            world.server.restart().await;
            world.api = world.server.api();
        }
    }
    for customer in customers {
        world
            .receiver
            .wait_for(1, |it| numbers(std::slice::from_ref(it), customer).first() >= Some(&57))
            .await;
        let came = numbers(&world.receiver.all(), customer);
        assert!(came.is_sorted(), "{customer}: {came:?}");
        let mut once = came.clone();
        once.dedup();
        assert_eq!(once.len(), 20, "{customer}: {came:?}");
    }
}

#[tokio::test]
async fn a_delivery_that_fails_for_good_lets_the_next_one_go() {
    let world = World::with(ServerSetup::new().retries("10ms")).await;
    world.receiver.script("/o", [500, 500, 200].map(Behaviour::status));
    let endpoint = ordered(&world, "/o").await;
    publish(&world, "a", 1).await;
    publish(&world, "a", 2).await;
    let requests = world.receiver.wait_on("/o", 3).await;
    assert_eq!(numbers(&requests, "a"), [1, 1, 2]);

    let path = format!("/app/{}/endpoint/{endpoint}", world.app);
    assert_eq!(world.api.get(&path).await.expect(200).json()["orderingKey"], "/customer");
    let _ = world.api.patch(&path, json!({ "orderingKey": "customer" })).await.expect(422);
    let _ = world.api.patch(&path, json!({ "orderingKey": null })).await.expect(200);
    assert_eq!(world.api.get(&path).await.expect(200).json()["orderingKey"], Value::Null);
}

#[tokio::test]
async fn retry_keeps_its_time_and_its_place_over_a_restart() {
    const DELAY: Duration = Duration::from_secs(3);
    let setup = ServerSetup::new().retries("3s").env("HOOKTIDE_DELIVERY_JITTER", "0");
    let mut world = World::with(setup).await;
    world.receiver.script("/o", [500, 200].map(Behaviour::status));
    let endpoint = ordered(&world, "/o").await;
    publish(&world, "a", 1).await;
    let path = world.path(&format!("/attempt/endpoint/{endpoint}"));
    wait_until("the first attempt", async || (world.api.all(&path).await.len() == 1).then_some(())).await;
    world.server.kill9();
    world.server.restart().await;
    world.api = world.server.api();
    publish(&world, "a", 2).await;
    publish(&world, "b", 3).await;
    let requests = world.receiver.wait_on("/o", 4).await;
    assert_eq!((numbers(&requests, "a"), numbers(&requests, "b")), (vec![1, 1, 2], vec![3]));
    let tries: Vec<&Received> =
        requests.iter().filter(|it| numbers(std::slice::from_ref(it), "a") == [1]).collect();
    // Its time counts from the outcome, which is after the request.
    assert!(tries[1].at - tries[0].at >= DELAY, "{:?}", tries[1].at - tries[0].at);
}
