//! The load balancer as the compose file configures it, in front of two servers: what callers see when nodes go.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use hooktide_testkit::{Api, Program, Receiver, ServerSetup, wait_until};
use serde_json::json;

use super::tools::{file, run, text};

/// Requests of each kind; enough to reach every node many times.
const ROUNDS: usize = 40;

/// The Caddyfile with other addresses, and Caddy with it.
fn start(folder: &Path, at: SocketAddr, nodes: [SocketAddr; 2]) -> Program {
    let [first, second] = nodes;
    let moved = text("Caddyfile")
        .replace(":8080 {", &format!(":{} {{\n\tbind {}", at.port(), at.ip()))
        .replace("node-a:8071 node-b:8071", &format!("{first} {second}"));
    assert!(moved.contains(&first.to_string()) && moved.contains(&at.port().to_string()), "{moved}");
    let path = folder.join("Caddyfile");
    std::fs::write(&path, moved).unwrap();
    let mut caddy = Command::new("caddy");
    caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(path);
    // What it keeps goes where the test's own things are.
    Program::start(caddy.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder))
}

#[test]
fn caddyfile_is_valid_and_formatted() {
    let path = file("Caddyfile");
    let _ = run(Command::new("caddy").args(["validate", "--adapter", "caddyfile", "--config"]).arg(&path));
    assert_eq!(run(Command::new("caddy").arg("fmt").arg(&path)), text("Caddyfile"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_do_not_notice_that_a_node_is_gone_and_are_told_when_all_are() {
    let node = || ServerSetup::new().env("HOOKTIDE_JWT_SECRET", "the same for both nodes, so tokens are too");
    let (mut first, mut second) = (node().start().await, node().start().await);
    let folder = tempfile::tempdir().unwrap();
    let at = Receiver::address_of_nobody();
    let balancer = start(folder.path(), at, [first.addr(), second.addr()]);
    let api = Api::new(at, Some(first.api().token().to_owned()));
    let is_well = async || api.request(hooktide_testkit::Method::GET, "/health").try_send().await;
    wait_until("an answer through the balancer", async || {
        is_well().await.ok().filter(|reply| reply.status == 200)
    })
    .await;
    assert_eq!(api.get("=/metrics").await.status, 404, "numbers of one node or another mean nothing");
    for round in 0..ROUNDS {
        let _ = api.post("/app", json!({ "name": format!("{round}") })).await.expect(201);
    }
    let sizes = [first.api().all("/app").await.len(), second.api().all("/app").await.len()];
    assert_eq!(sizes.iter().sum::<usize>(), ROUNDS);
    assert!(sizes.iter().all(|size| *size > 0), "one node gets everything: {sizes:?}");

    second.kill9();
    for _ in 0..ROUNDS {
        let _ = api.get("/health").await.expect(200);
    }
    for round in 0..ROUNDS {
        let _ = api.post("/app", json!({ "name": format!("again {round}") })).await.expect(201);
    }

    first.kill9();
    let refused = api.post("/app", json!({ "name": "nobody there" })).await;
    assert!(matches!(refused.status, 502 | 503), "{refused}\n{}", balancer.talk());
    assert_eq!(refused.json()["code"], json!("no_node"), "{refused}");
    assert_eq!(refused.header("retry-after"), "1");
}
