//! Whatever a caller sends: a 4xx in JSON that names the field, and a server that goes on.

use hooktide_testkit::{Dice, Method, raw_exchange};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn unknown_paths_and_methods_are_answered_in_json() {
    let world = World::new().await;
    for path in
        ["=/nothing", "=/api", "=/api/v1", "/nothing", "=/api/v2/app", "/app/a/b/c/d", "=/api/v1//app"]
    {
        assert_eq!(world.api.get(path).await.error(404), "not_found", "{path}");
    }
    let app = world.path("");
    for (method, path) in [
        (Method::DELETE, "/app"),
        (Method::PATCH, "/app"),
        (Method::POST, app.as_str()),
        (Method::PUT, "/event-type"),
        (Method::TRACE, "/app"),
        (Method::POST, "/health"),
    ] {
        let refused = world.api.request(method.clone(), path).send().await;
        let code = refused.error(405);
        assert!(!code.is_empty(), "{method} {path}");
    }
}

#[tokio::test]
async fn malformed_json_is_unprocessable_and_says_where() {
    let world = World::new().await;
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"name\":{deep}");
    let bodies: [&[u8]; 12] = [
        b"",
        b"{",
        b"{\"name\":}",
        b"{\"name\":\"a\",}",
        b"nonsense",
        b"[]",
        b"null",
        b"\"text\"",
        b"{\"name\":\"\xff\xfe\"}",
        b"{\"name\":\"a\"} trailing",
        b"{\"name\":\"\\ud800\"}",
        nested.as_bytes(),
    ];
    for body in bodies {
        let refused = world.api.request(Method::POST, "/app").raw_json(body.to_vec()).send().await;
        println!("{:?}: {}", String::from_utf8_lossy(&body[..body.len().min(30)]), refused.status);
        refused.invalid("body", "");
    }
    world.api.post("/app", json!({})).await.invalid("body", "name");
    assert_eq!(world.api.all("/app").await.len(), 1, "nothing was stored");
}

#[tokio::test]
async fn duplicate_keys_and_extreme_numbers_do_no_harm() {
    let world = World::new().await;
    let bodies = [
        r#"{"name":"a","name":"b"}"#,
        r#"{"name":"a","throttleRate":1e400}"#,
        r#"{"name":"a","throttleRate":99999999999999999999999}"#,
        r#"{"name":"a","throttleRate":1.5}"#,
        r#"{"name":"a","unknown":{"deeply":["nested"]}}"#,
    ];
    for body in bodies {
        let answer = world.api.request(Method::POST, "/app").raw_json(body).send().await;
        println!("{body}: {}", answer.status);
        assert!(matches!(answer.status, 201 | 422), "{answer}");
        let _ = answer.json();
    }
}

#[tokio::test]
async fn too_large_a_body_is_refused_after_a_bounded_read() {
    let world = World::new().await;
    let path = world.path("/msg");
    let payload = json!({ "eventType": "a", "payload": { "x": "y".repeat(8 << 20) } });
    assert_eq!(world.api.post(&path, payload).await.error(413), "payload_too_large");
    assert_eq!(world.api.all(&path).await.len(), 0);

    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n",
        world.api.token()
    );
    let announced = format!("{head}content-length: 1000000000000\r\n\r\n{{");
    let reply = raw_exchange(world.api.addr(), announced.as_bytes()).await;
    assert_eq!(reply.status, Some(413), "{reply:?}");
    assert!(reply.body.contains("payload_too_large"), "{reply:?}");

    let mut chunked = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..600 {
        chunked.extend_from_slice(b"4000\r\n");
        chunked.extend_from_slice(&vec![b' '; 0x4000]);
        chunked.extend_from_slice(b"\r\n");
    }
    let reply = raw_exchange(world.api.addr(), &chunked).await;
    assert_eq!(reply.status, Some(413), "{reply:?}");
    world.publish().await;
}

#[tokio::test]
async fn largest_ordinary_payload_is_accepted() {
    let world = World::new().await;
    world.endpoint("/big").await;
    let text = "y".repeat(1_000_000);
    let message = world.api.publish(&world.app, "a", json!({ "x": text })).await;
    let request = world.received("/big", &message, 1).await.swap_remove(0);
    assert!(request.body.len() > 1_000_000);
}

#[tokio::test]
async fn odd_paths_are_refused_in_json() {
    let world = World::new().await;
    let long = "x".repeat(5000);
    for id in ["%00", "%FF", "%2e%2e", "..%2f..", "%F0%9F%92%A9", "a%20b", "'%20OR%201=1--", &long] {
        let refused = world.api.get(&format!("/app/{id}")).await;
        println!("{}: {}", &id[..id.len().min(20)], refused.status);
        assert!(matches!(refused.status, 400 | 404 | 414 | 422), "{refused}");
        let _ = refused.json();
    }
}

#[tokio::test]
async fn broken_framing_closes_only_its_own_connection() {
    let world = World::new().await;
    let addr = world.api.addr();
    let requests: [&[u8]; 9] = [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/v1/app HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"POST /api/v1/app HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /api/v1/app HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
        b"POST /api/v1/app HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n",
        b"POST /api/v1/app HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    for request in requests {
        let mut bytes = request.to_vec();
        // Enough that no parser waits for more of the head.
        bytes.extend_from_slice(b"\r\n\r\n");
        let reply = raw_exchange(addr, &bytes).await;
        println!("{:?}: {:?}", String::from_utf8_lossy(&request[..request.len().min(40)]), reply.status);
        assert!(reply.status.is_none_or(|status| (400..500).contains(&status)), "{reply:?}");
    }
    let many: String = (0..5000).map(|n| format!("x-{n}: {n}\r\n")).collect();
    let reply =
        raw_exchange(addr, format!("GET /api/v1/app HTTP/1.1\r\nhost: x\r\n{many}\r\n").as_bytes()).await;
    assert!(reply.status.is_none_or(|status| (400..500).contains(&status)), "{reply:?}");
    world.publish().await;
}

#[tokio::test]
async fn mutated_requests_never_break_the_server() {
    let world = World::new().await;
    let endpoint = world.endpoint("/").await;
    let mut dice = Dice::from_env("HOOKTIDE_FUZZ_SEED");
    let seeds = [
        ("/app".to_owned(), json!({ "name": "a", "uid": "b", "metadata": { "k": "v" }, "throttleRate": 1 })),
        (
            world.path("/endpoint"),
            json!({ "url": "http://127.0.0.1:9/", "eventTypes": [], "channels": ["a"] }),
        ),
        (world.path("/msg"), json!({ "eventType": "a", "payload": { "a": 1 }, "channels": ["b"] })),
        ("/event-type".to_owned(), json!({ "name": "a", "description": "", "schemas": { "1": {} } })),
        (world.path(&format!("/endpoint/{endpoint}/secret/rotate")), json!({ "gracePeriodSeconds": 1 })),
        (world.path(&format!("/endpoint/{endpoint}/recover")), json!({ "since": "2020-01-01T00:00:00Z" })),
    ];
    for round in 0..600 {
        let (path, body) = &seeds[round % seeds.len()];
        let mut bytes = body.to_string().into_bytes();
        for _ in 0..dice.between(1, 4) {
            if bytes.is_empty() {
                break;
            }
            let at = usize::try_from(dice.roll()).unwrap() % bytes.len();
            match dice.between(0, 3) {
                0 => bytes[at] = dice.roll().to_le_bytes()[0],
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"{}[]\",:0-\\\0\xff"[usize::try_from(dice.between(0, 11)).unwrap()]),
                _ => bytes.truncate(at),
            }
        }
        let answer = world.api.request(Method::POST, path).raw_json(bytes).send().await;
        assert!(answer.status < 500, "seed {}: {answer}", dice.seed());
        if !answer.body.is_empty() {
            let _ = answer.json();
        }
    }
}
