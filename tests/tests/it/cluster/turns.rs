//! Order by key over several nodes: as the messages were accepted, whoever accepted them.

use hooktide_testkit::Received;
use serde_json::{Value, json};

use super::world::World;

const NODES: usize = 3;
const MESSAGES: usize = 150;

fn numbers(requests: &[Received]) -> Vec<u64> {
    let payloads = requests.iter().map(|it| serde_json::from_slice::<Value>(&it.body).expect("JSON"));
    payloads.filter_map(|it| it["number"].as_u64()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_one_key_arrive_in_the_order_of_acceptance_whoever_accepted_them() {
    let world = World::new(NODES).await;
    world.endpoint_with("/o", json!({ "orderingKey": "/customer" })).await;
    for number in 0..MESSAGES {
        world.publish(number % NODES, number).await;
    }
    let came = numbers(&world.receiver.wait_on("/o", MESSAGES).await);
    assert_eq!(came, (0..150).collect::<Vec<u64>>());
}
