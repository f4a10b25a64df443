//! Whatever way an address is written, a server that was not told to allow it never connects.
//!
//! The receiver is the canary: a single accepted connection fails the test.

use std::time::Duration;

use hooktide_testkit::{ServerSetup, wait_until};
use serde_json::json;
use tokio::time::Instant;

use crate::world::World;

/// Every way to say 127.0.0.1 (or a neighbour that reaches this machine), with `{port}` for the canary's port.
const CORPUS: &[&str] = &[
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.1:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.8.9.10:{port}/",
    "http://127.255.255.254:{port}/",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http:\\\\127.0.0.1:{port}\\",
    "http://%31%32%37.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://１２７.０.０.１:{port}/",
    "http://127。0。0。1:{port}/",
    "http://\t127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1\n:{port}/",
    "http://user@127.0.0.1:{port}/",
    "http://user:pass@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://1.1.1.1 &@127.0.0.1:{port}#@3.3.3.3/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://[::]:{port}/",
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::a9fe:a9fe]:{port}/",
    "http://[2002:7f00:1::1]:{port}/",
    "http://[2001::1]:{port}/",
    "http://[fe80::1%25eth0]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://localhost:{port}/",
    "http://localhost.:{port}/",
    "http://LOCALHOST:{port}/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/",
    "http://x.localhost:{port}/",
    "http://localhost.localdomain:{port}/",
    "http://ip6-localhost:{port}/",
];

/// Private and special addresses that no canary answers for: the attempt must end at once and say why.
const SPECIAL: &[&str] = &[
    "http://10.0.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xA9FEA9FE/",
    "http://169.254.170.2/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://172.16.0.1/",
    "http://192.0.0.192/",
    "http://192.168.1.1/",
    "http://0300.0250.1.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://metadata.google.internal/",
    "http://kubernetes.default.svc/",
];

async fn guarded() -> World {
    let setup = ServerSetup::new()
        .without("HOOKTIDE_DELIVERY_ALLOW_SUBNETS")
        .env("HOOKTIDE_DELIVERY_TIMEOUT", "5s")
        .retries("");
    World::with(setup).await
}

/// Waits until every accepted endpoint has its failed attempt for a message.
async fn all_failed(world: &World, accepted: &[String]) {
    let message = world.publish().await;
    let attempts = wait_until("an attempt per endpoint", async || {
        let attempts = world.api.attempts(&world.app, &message).await;
        (attempts.len() == accepted.len()).then_some(attempts)
    })
    .await;
    for attempt in attempts {
        assert_eq!(attempt["responseStatusCode"], 0, "{attempt}");
        assert_eq!(attempt["status"], 2, "{attempt}");
        assert_ne!(attempt["response"], "", "a refusal says why");
    }
}

#[tokio::test]
async fn no_spelling_of_loopback_is_dialled_from_a_new_endpoint() {
    let world = guarded().await;
    let port = world.receiver.addr().port().to_string();
    let mut accepted = Vec::new();
    for url in CORPUS {
        let url = url.replace("{port}", &port);
        let answer = world.api.post(&world.path("/endpoint"), json!({ "url": url })).await;
        println!("{url:?}: {}", answer.status);
        match answer.status {
            201 => accepted.push(answer.id()),
            _ => answer.invalid("body", "url"),
        }
    }
    all_failed(&world, &accepted).await;
    assert_eq!(world.receiver.connections(), 0);
}

#[tokio::test]
async fn no_spelling_of_loopback_is_dialled_from_a_changed_endpoint() {
    let world = guarded().await;
    let port = world.receiver.addr().port().to_string();
    let mut accepted = Vec::new();
    for (n, url) in CORPUS.iter().enumerate() {
        let url = url.replace("{port}", &port);
        let id = world.api.create_endpoint(&world.app, "https://hooktide.invalid/").await;
        let path = world.path(&format!("/endpoint/{id}"));
        let answer = match n % 2 {
            0 => world.api.patch(&path, json!({ "url": url })).await,
            _ => world.api.put(&path, json!({ "url": url })).await,
        };
        println!("{url:?}: {}", answer.status);
        if answer.status == 200 {
            accepted.push(id);
        } else {
            answer.invalid("body", "url");
            let _ = world.api.delete(&path).await.expect(204);
        }
    }
    all_failed(&world, &accepted).await;
    for endpoint in &accepted {
        let path = world.path(&format!("/endpoint/{endpoint}/send-example"));
        let _ = world.api.post(&path, json!({ "eventType": "svix.ping" })).await.ok();
    }
    all_failed(&world, &accepted).await;
    assert_eq!(world.receiver.connections(), 0);
}

#[tokio::test]
async fn special_addresses_are_refused_at_once_not_timed_out() {
    let world = guarded().await;
    let mut accepted = Vec::new();
    for url in SPECIAL {
        let answer = world.api.post(&world.path("/endpoint"), json!({ "url": url })).await;
        match answer.status {
            201 => accepted.push(answer.id()),
            _ => answer.invalid("body", "url"),
        }
    }
    let started = Instant::now();
    all_failed(&world, &accepted).await;
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

#[tokio::test]
async fn allow_list_opens_what_it_names_and_nothing_else() {
    let setup = ServerSetup::new().env("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "127.0.0.1/32").retries("");
    let world = World::with(setup).await;
    let port = world.receiver.addr().port();
    world.endpoint("/open").await;
    let message = world.publish().await;
    world.received("/open", &message, 1).await;

    let connections = world.receiver.connections();
    let other = world.path("/endpoint");
    let answer = world.api.post(&other, json!({ "url": format!("http://127.0.0.2:{port}/closed") })).await;
    if answer.status == 201 {
        let closed = answer.id();
        let message = world.publish().await;
        world.api.wait_for_status(&world.app, &message, &closed, 2).await;
    }
    assert_eq!(world.receiver.count(|it| it.path() == "/closed"), 0);
    assert!(world.receiver.connections() <= connections + 1);
}

#[tokio::test]
async fn names_that_resolve_to_an_allowed_address_work() {
    let world = World::new().await;
    let port = world.receiver.addr().port();
    let url = format!("http://localhost:{port}/by-name");
    let endpoint = world.api.create_endpoint(&world.app, &url).await;
    let message = world.publish().await;
    let request = world.received("/by-name", &message, 1).await.swap_remove(0);
    assert_eq!(request.header("host"), format!("localhost:{port}"));
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
}
