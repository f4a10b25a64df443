//! Rules find what the samples say, and splitting keeps an item's bytes.

use std::borrow::Cow;

use hooktide_verify::{PROVIDERS, Request, Rule, Split, SplitError, body_hash, dedupe_key, evaluate, split};

use super::minted::{proving, signed};

fn request(body: &[u8]) -> Request<'_> {
    Request { method: "POST", url: None, target: "/in?a=1&b=2&b=3", headers: &[("X-A", b"one")], body }
}

#[test]
fn the_event_type_of_every_sample_is_found() {
    for provider in proving() {
        signed(provider).received(|request| {
            let found = provider.event_type.as_ref().and_then(|rule| evaluate(rule, request));
            assert_eq!(found.as_deref(), provider.sample.event_type, "{}", provider.name);
            let has_id = provider.delivery_id.as_ref().is_none_or(|rule| evaluate(rule, request).is_some());
            assert!(has_id, "{}", provider.name);
        });
    }
    assert!(PROVIDERS.len() >= 76);
}

#[test]
fn joined_parts_must_all_be_there_and_the_hash_is_the_way_out() {
    let body = br#"{"id":10000000000000000000001,"kind":"x/y"}"#;
    let parts = |second: &'static str| Rule::Joined {
        parts: Cow::Owned(vec![Rule::Body(Cow::Borrowed("/id")), Rule::Header(Cow::Borrowed(second))]),
        separator: Cow::Borrowed(":"),
    };
    assert_eq!(evaluate(&parts("x-a"), &request(body)).as_deref(), Some("10000000000000000000001:one"));
    assert_eq!(evaluate(&parts("x-b"), &request(body)), None);
    assert_eq!(dedupe_key(&parts("x-b"), &request(body)), Some(body_hash(body)));
    assert_eq!(dedupe_key(&Rule::NOTHING, &request(body)), None);
    assert_eq!(evaluate(&Rule::Query(Cow::Borrowed("a")), &request(body)).as_deref(), Some("1"));
    assert_eq!(
        evaluate(&Rule::Query(Cow::Borrowed("b")), &request(body)),
        None,
        "a repeated one is no value"
    );
}

#[test]
fn items_keep_their_bytes_and_get_their_own_ids() {
    let rule = Split {
        at: Cow::Borrowed("/events"),
        event_type: Rule::Body(Cow::Borrowed("/t")),
        id: Rule::Body(Cow::Borrowed("/n")),
    };
    let items = split(&rule, &request(br#"{"events":[{ "t":"a", "n":1.0 },{"n":2}]}"#)).unwrap();
    assert_eq!(items[0].body, br#"{ "t":"a", "n":1.0 }"#);
    assert_eq!((items[0].event_type.as_deref(), items[0].id.as_deref()), (Some("a"), Some("1.0")));
    assert_eq!((items[1].event_type.as_deref(), items[1].id.as_deref()), (None, Some("2")));
    assert_eq!(split(&rule, &request(b"{}")), Err(SplitError::NoArray));
    let many = format!(r#"{{"events":[{}0]}}"#, "0,".repeat(hooktide_verify::SPLIT_ITEMS_MAX));
    assert!(matches!(split(&rule, &request(many.as_bytes())), Err(SplitError::TooManyItems { .. })));
}
