//! Rules and splitting: what is found is usable, and items are pieces of the body.
#![no_main]

use std::borrow::Cow;

use hooktide_fuzz::{Input, with_request};
use hooktide_verify::{Rule, SPLIT_ITEMS_MAX, Split, VALUE_BYTES_MAX, dedupe_key, evaluate, split};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let pointer: Cow<'static, str> = Cow::Owned(input.text().to_owned());
    let name: Cow<'static, str> = Cow::Owned(input.text().to_owned());
    let rules = [
        Rule::Header(Cow::Borrowed("x-a")),
        Rule::Body(pointer.clone()),
        Rule::Query(name.clone()),
        Rule::Form(name),
        Rule::Joined {
            parts: Cow::Owned(vec![Rule::Header(Cow::Borrowed("x-a")), Rule::Body(pointer.clone())]),
            separator: Cow::Borrowed(":"),
        },
        Rule::FirstOf(Cow::Owned(vec![Rule::Body(pointer.clone()), Rule::BodyHash])),
    ];
    with_request(&mut input, &["x-a"], |request| {
        for rule in &rules {
            let found = evaluate(rule, request);
            assert!(found.is_none_or(|text| !text.is_empty() && text.len() <= VALUE_BYTES_MAX));
            assert!(dedupe_key(rule, request).is_some());
        }
        let rule = Split { at: pointer, event_type: rules[1].clone(), id: rules[1].clone() };
        if let Ok(items) = split(&rule, request) {
            assert!(items.len() <= SPLIT_ITEMS_MAX);
            let is_piece = |item: &[u8]| request.body.windows(item.len().max(1)).any(|piece| piece == item);
            assert!(items.iter().take(8).all(|item| is_piece(&item.body)));
        }
    });
});
