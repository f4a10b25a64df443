//! Receivers that stall, flood, lie and mislead. Each row has a healthy neighbour that must not notice.

use std::time::Duration;

use hooktide_testkit::{Behaviour, ServerSetup};

use crate::world::World;

/// What a busy machine may add.
const LATE: Duration = Duration::from_millis(1500);

async fn impatient() -> World {
    World::with(ServerSetup::new().retries("").env("HOOKTIDE_DELIVERY_TIMEOUT", "700ms")).await
}

#[tokio::test]
async fn one_deadline_covers_the_whole_exchange() {
    let world = impatient().await;
    let head: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
    let rows = [
        ("/silent", Behaviour::hang()),
        ("/half-head", Behaviour::Stall(b"HTTP/1.1 200 OK\r\ncontent-".as_slice().into())),
        ("/drip-head", Behaviour::Drip(b"HTTP/1.1 200 OK\r\nx-slow: ".as_slice().into())),
        ("/stalled-body", Behaviour::Stall(head.into())),
        ("/drip-body", Behaviour::Drip(head.into())),
        (
            "/drip-chunked",
            Behaviour::Drip(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffff\r\n".as_slice().into(),
            ),
        ),
    ];
    let mut endpoints = Vec::new();
    for (path, behaviour) in rows {
        world.receiver.script(path, [behaviour]);
        endpoints.push((path, world.endpoint(path).await));
    }
    let healthy = world.endpoint("/healthy").await;
    let message = world.publish().await;

    world.api.wait_for_status(&world.app, &message, &healthy, 0).await;
    for (path, endpoint) in endpoints {
        world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
        let list = world.api.get(&world.path(&format!("/attempt/endpoint/{endpoint}"))).await.json();
        let took = list["data"][0]["responseDurationMs"].as_u64().unwrap();
        assert!((600..=700 + 1500).contains(&took), "{path} took {took} ms");
        let given_up = world.receiver.wait_for(1, |it| it.path() == path && it.abandoned_at.is_some()).await;
        let held = given_up[0].abandoned_at.unwrap() - given_up[0].at;
        assert!(held <= Duration::from_millis(1200) + LATE, "{path} was held for {held:?}");
    }
}

#[tokio::test]
async fn endless_answer_is_read_to_a_cap() {
    let world = impatient().await;
    let rows: [(&str, &[u8]); 2] = [
        ("/lengthless", b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"),
        ("/terabyte", b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n"),
    ];
    for (path, head) in rows {
        world.receiver.script(path, [Behaviour::Endless(head.into())]);
        world.endpoint(path).await;
    }
    let message = world.publish().await;
    for attempt in world.api.wait_for_attempts(&world.app, &message, 2).await {
        assert!(attempt["response"].as_str().unwrap().len() <= 90_000, "a bounded part is kept");
    }
    for (path, _) in rows {
        let request = world.receiver.wait_for(1, |it| it.path() == path && it.abandoned_at.is_some()).await;
        // What the kernels on both sides buffer counts as taken.
        assert!(request[0].taken_bytes < 16 << 20, "{path}: {} bytes were taken", request[0].taken_bytes);
    }
}

#[tokio::test]
async fn large_answer_is_a_success_of_which_a_part_is_kept() {
    let world = impatient().await;
    world.receiver.script("/large", [Behaviour::ok().body("x".repeat(1 << 20))]);
    let endpoint = world.endpoint("/large").await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    let attempts = world.api.wait_for_attempts(&world.app, &message, 1).await;
    let kept = attempts[0]["response"].as_str().unwrap();
    assert!(!kept.is_empty() && kept.len() <= 64 << 10, "{} bytes are kept", kept.len());
    assert!(kept.chars().all(|it| it == 'x'));
}

#[tokio::test]
async fn answer_that_is_not_text_is_kept_readable() {
    let world = impatient().await;
    world.receiver.script("/bytes", [Behaviour::ok().body(vec![0_u8, 0xFF, 0xFE, 0x80])]);
    world.endpoint("/bytes").await;
    let message = world.publish().await;
    let attempts = world.api.wait_for_attempts(&world.app, &message, 1).await;
    assert_eq!(attempts[0]["response"], "AP/+gA==", "base64, as the wire API has it");
}

#[tokio::test]
async fn redirects_are_failures_and_never_followed() {
    let world = impatient().await;
    let mut endpoints = Vec::new();
    for status in [300, 301, 302, 303, 307, 308] {
        let path = format!("/r{status}");
        let to = world.receiver.url("/target");
        world.receiver.script(&path, [Behaviour::status(status).header("Location", &to)]);
        endpoints.push((status, world.endpoint(&path).await));
    }
    for (name, value) in
        [("Location", "//127.0.0.1/"), ("Location", "/target"), ("Refresh", "0; url=/target")]
    {
        let path = format!("/odd{}", endpoints.len());
        world.receiver.script(&path, [Behaviour::status(302).header(name, value)]);
        endpoints.push((302, world.endpoint(&path).await));
    }
    world.receiver.script("/long", [Behaviour::status(302).header("Location", &"/target".repeat(2000))]);
    endpoints.push((302, world.endpoint("/long").await));
    let message = world.publish().await;
    for (status, endpoint) in &endpoints {
        world.api.wait_for_status(&world.app, &message, endpoint, 2).await;
        let list = world.api.get(&world.path(&format!("/attempt/endpoint/{endpoint}"))).await.json();
        assert_eq!(list["data"][0]["responseStatusCode"], *status);
    }
    assert_eq!(world.receiver.count(|it| it.path() == "/target"), 0);
    assert_eq!(world.receiver.all().len(), endpoints.len());
}

#[tokio::test]
async fn malformed_answers_are_clean_failures() {
    let world = impatient().await;
    let many: String = (0..500).map(|n| format!("x-{n}: {n}\r\n")).collect();
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("nonsense", b"nonsense".to_vec()),
        ("no-answer", Vec::new()),
        ("http09", b"hello".to_vec()),
        ("bad-status", b"HTTP/1.1 abc OK\r\n\r\n".to_vec()),
        ("nul", b"HTTP/1.1 200 OK\r\nx: \0\r\n\r\n".to_vec()),
        ("two-lengths", b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec()),
        ("many-headers", format!("HTTP/1.1 200 OK\r\n{many}content-length: 0\r\n\r\n").into_bytes()),
        ("long-header", format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)).into_bytes()),
        ("early-end", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec()),
        ("switching", b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n".to_vec()),
        ("endless-continue", b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20_000)),
    ];
    let mut endpoints = Vec::new();
    for (name, bytes) in rows {
        let path = format!("/{name}");
        world.receiver.script(&path, [Behaviour::Raw(bytes.into())]);
        endpoints.push((name, world.endpoint(&path).await));
    }
    let healthy = world.endpoint("/healthy").await;
    for _ in 0..3 {
        let message = world.publish().await;
        world.api.wait_for_status(&world.app, &message, &healthy, 0).await;
        for (name, endpoint) in &endpoints {
            println!("{name}");
            world.api.wait_for_status(&world.app, &message, endpoint, 2).await;
        }
    }
}

#[tokio::test]
async fn compressed_answer_is_not_unpacked() {
    let world = impatient().await;
    world
        .receiver
        .script("/gzip", [Behaviour::ok().header("Content-Encoding", "gzip").body(vec![0x1f, 0x8b, 8, 0])]);
    let endpoint = world.endpoint("/gzip").await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    assert_eq!(world.receiver.all()[0].header("accept-encoding"), "", "compression is not asked for");
}

#[tokio::test]
async fn proxy_variables_are_ignored() {
    let proxy = hooktide_testkit::Receiver::start().await;
    let url = proxy.url("");
    let setup = ServerSetup::new()
        .env("HTTP_PROXY", &url)
        .env("http_proxy", &url)
        .env("ALL_PROXY", &url)
        .env("all_proxy", &url);
    let world = World::with(setup).await;
    world.endpoint("/direct").await;
    let message = world.publish().await;
    world.received("/direct", &message, 1).await;
    assert_eq!(proxy.connections(), 0);
}
