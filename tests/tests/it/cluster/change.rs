//! Messages that are published at one node while configuration is changed at another.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::world::World;

/// A change applies on all nodes within this.
pub(super) const APPLIES_WITHIN: Duration = Duration::from_secs(1);
/// Between two messages.
const PACE: Duration = Duration::from_millis(40);
/// Messages before the change, so that the node has what was configured in memory.
const BEFORE: usize = 5;
/// How long messages are published after it.
const AFTER: Duration = Duration::from_millis(1600);

/// Publishes at the second node while `change` is made at the first, and answers the ids of those messages that were
/// published when it had to apply. Each has arrived at `/witness`.
pub(super) async fn published_after(world: &World, change: impl AsyncFnOnce()) -> Vec<String> {
    world.endpoint("/witness").await;
    let api = world.api(1);
    for number in 0..BEFORE {
        api.publish(&world.app, "a", json!({ "number": number })).await;
    }
    world.receiver.wait_on("/witness", BEFORE).await;
    change().await;
    let changed = Instant::now();
    let (mut count, mut late) = (BEFORE, Vec::new());
    while changed.elapsed() < AFTER {
        let asked = changed.elapsed();
        let message = api.publish(&world.app, "a", json!({ "number": count })).await;
        count += 1;
        if asked >= APPLIES_WITHIN {
            late.push(message);
        }
        tokio::time::sleep(PACE).await;
    }
    world.receiver.wait_on("/witness", count).await;
    assert!(late.len() >= 5, "{} messages are too few to judge", late.len());
    late
}

/// Which of those messages have arrived at a path, so far.
pub(super) fn arrived(world: &World, path: &str, messages: &[String]) -> usize {
    let is_one = |id: &str| messages.iter().any(|message| message == id);
    let requests = world.receiver.matching(|it| it.path() == path && is_one(it.message_id()));
    let ids: std::collections::BTreeSet<&str> = requests.iter().map(|it| it.message_id()).collect();
    ids.len()
}
