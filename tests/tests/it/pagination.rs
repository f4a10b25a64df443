//! Pages: every item once, in both directions, with an honest end.

use hooktide_testkit::Api;
use serde_json::{Value, json};

use crate::world::World;

/// What identifies an item of any list.
fn names(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().expect("a page has data");
    let name = |it: &Value| it["id"].as_str().or(it["name"].as_str()).expect("an item has a name").to_owned();
    data.iter().map(name).collect()
}

/// Walks a list of `total` items with pages of every size up to one too many, forwards to the end and back.
async fn walk(api: &Api, path: &str, total: usize) {
    let glue = if path.contains('?') { '&' } else { '?' };
    let whole = api.get(path).await.expect(200).json();
    let expected = names(&whole);
    assert_eq!(expected.len(), total, "{path}");
    assert_eq!(whole["done"], true);

    for limit in 1..=total + 1 {
        let mut seen = Vec::new();
        let mut iterator = String::new();
        let mut pages = Vec::new();
        loop {
            let page = api.get(&format!("{path}{glue}limit={limit}{iterator}")).await.expect(200).json();
            seen.extend(names(&page));
            let done = page["done"].as_bool().expect("a page says whether it is the last");
            assert_eq!(
                done,
                seen.len() == total,
                "{path} limit {limit}: done after {} of {total}",
                seen.len()
            );
            iterator = format!(
                "&iterator={}",
                page["iterator"].as_str().expect("a page with items has an iterator")
            );
            pages.push(page);
            if done {
                break;
            }
        }
        assert_eq!(seen, expected, "{path} limit {limit}");
        back(api, &format!("{path}{glue}limit={limit}"), &pages).await;
    }
}

/// From the last page back to the first with `prevIterator`.
async fn back(api: &Api, path: &str, pages: &[Value]) {
    let mut at = pages.len() - 1;
    while at > 0 {
        let previous = pages[at]["prevIterator"].as_str().expect("a page with items has a way back");
        let page = api.get(&format!("{path}&iterator={previous}")).await.expect(200).json();
        at -= 1;
        assert_eq!(names(&page), names(&pages[at]), "{path}: page {at} again");
    }
}

#[tokio::test]
async fn applications_page_both_ways() {
    let world = World::new().await;
    for n in 0..5 {
        world.api.create_app(&format!("A{n}")).await;
    }
    walk(&world.api, "/app", 6).await;
    walk(&world.api, "/app?order=descending", 6).await;
}

#[tokio::test]
async fn endpoints_page_both_ways() {
    let world = World::new().await;
    for n in 0..5 {
        world.endpoint(&format!("/{n}")).await;
    }
    walk(&world.api, &world.path("/endpoint"), 5).await;
    walk(&world.api, &world.path("/endpoint?order=ascending"), 5).await;
}

#[tokio::test]
async fn event_types_page_both_ways() {
    let world = World::new().await;
    for name in ["d", "a", "c", "b", "a.b"] {
        world.api.ensure_event_type(name).await;
    }
    walk(&world.api, "/event-type", 5).await;
    walk(&world.api, "/event-type?order=descending", 5).await;
}

#[tokio::test]
async fn messages_attempts_and_destinations_page_both_ways() {
    let world = World::new().await;
    let mut endpoints = Vec::new();
    for n in 0..4 {
        endpoints.push(world.endpoint(&format!("/{n}")).await);
    }
    let mut messages = Vec::new();
    for _ in 0..5 {
        messages.push(world.publish().await);
    }
    for message in &messages {
        world.api.wait_for_attempts(&world.app, message, 4).await;
    }
    walk(&world.api, &world.path("/msg"), 5).await;
    walk(&world.api, &world.path("/msg?event_types=user.created"), 5).await;
    walk(&world.api, &world.path(&format!("/attempt/msg/{}", messages[0])), 4).await;
    walk(&world.api, &world.path(&format!("/attempt/endpoint/{}", endpoints[0])), 5).await;
    walk(&world.api, &world.path(&format!("/endpoint/{}/msg", endpoints[0])), 5).await;
    walk(&world.api, &world.path(&format!("/msg/{}/endpoint", messages[0])), 4).await;
}

#[tokio::test]
async fn pages_stay_put_while_items_arrive() {
    let world = World::new().await;
    let mut old = Vec::new();
    for _ in 0..6 {
        old.push(world.publish().await);
    }
    old.reverse();
    let first = world.api.get(&world.path("/msg?limit=3")).await.json();
    world.publish().await;
    let iterator = first["iterator"].as_str().unwrap();
    let second = world.api.get(&world.path(&format!("/msg?limit=3&iterator={iterator}"))).await.json();
    assert_eq!([names(&first), names(&second)].concat(), old);
}

#[tokio::test]
async fn empty_list_has_a_null_iterator_and_is_done() {
    let world = World::new().await;
    for path in ["/event-type", &world.path("/endpoint"), &world.path("/msg")] {
        let page = world.api.get(path).await.expect(200).json();
        assert_eq!((&page["data"], &page["done"]), (&json!([]), &json!(true)), "{path}");
        assert_eq!(
            page.as_object().unwrap().get("iterator"),
            Some(&Value::Null),
            "the key is present: {page}"
        );
    }
}

#[tokio::test]
async fn limits_are_checked_on_every_list() {
    let world = World::new().await;
    let endpoint = world.endpoint("/").await;
    let message = world.publish().await;
    let lists = [
        "/app".to_owned(),
        "/event-type".to_owned(),
        world.path("/endpoint"),
        world.path("/msg"),
        world.path(&format!("/attempt/msg/{message}")),
        world.path(&format!("/attempt/endpoint/{endpoint}")),
        world.path(&format!("/endpoint/{endpoint}/msg")),
        world.path(&format!("/msg/{message}/endpoint")),
    ];
    let garbage = [
        "x",
        "app_",
        "msg_",
        "-",
        "--",
        "-x",
        "msg_0",
        "app_%F0%9F%92%A9",
        "%00",
        "%FF%FE",
        "msg_zzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "app_zzzzzzzzzzzzzzzzzzzzzzzzzzz",
        "ep_!!!!!!!!!!!!!!!!!!!!!!!!!!!",
        "-msg_!!!!!!!!!!!!!!!!!!!!!!!!!!!",
        "msg_1srOrx2ZWZBpBUvZwXKQmoEYga2x",
    ];
    for list in &lists {
        let _ = world.api.get(&format!("{list}?limit=250")).await.expect(200);
        world.api.get(&format!("{list}?limit=251")).await.invalid("query", "limit");
        for wrong in ["abc", "-1", "1.5", "99999999999999999999"] {
            let refused = world.api.get(&format!("{list}?limit={wrong}")).await;
            assert!(matches!(refused.status, 400 | 422), "{refused}");
            let _ = refused.json();
        }
        if list == "/event-type" {
            // Cursors are names there, so nearly everything is one; what is not must still be answered.
            for cursor in garbage {
                let answer = world.api.get(&format!("{list}?iterator={cursor}")).await;
                assert!(matches!(answer.status, 200 | 400 | 422), "{answer}");
            }
            continue;
        }
        for cursor in garbage {
            let refused = world.api.get(&format!("{list}?iterator={cursor}")).await;
            println!("{list} {cursor}: {}", refused.status);
            assert!(matches!(refused.status, 400 | 422), "{cursor}: {refused}");
        }
        world.api.get(&format!("{list}?iterator=nonsense")).await.invalid("query", "iterator");
    }
}
