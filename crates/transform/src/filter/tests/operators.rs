//! Every operator over every kind of value, and what is told about it.

use super::*;

/// Values by kind, in the columns of the tables below.
fn kinds() -> [Value; 7] {
    [
        json!({}),                  // missing
        json!({ "x": null }),       // null
        json!({ "x": [5, "abc"] }), // list
        json!({ "x": { "y": 5 } }), // object
        json!({ "x": 5 }),          // number
        json!({ "x": "abc" }),      // text
        json!({ "x": true }),       // boolean
    ]
}

#[test]
fn every_operator_over_every_kind() {
    let (n, y) = (false, true);
    #[rustfmt::skip]
    let table = [
        // clause                            missing null list object number text boolean
        (json!(5),                           [n, n, y, n, y, n, n]),
        (json!("abc"),                       [n, n, y, n, n, y, n]),
        (json!(true),                        [n, n, n, n, n, n, y]),
        (json!(null),                        [n, y, n, n, n, n, n]),
        (json!(["abc"]),                     [n, n, y, n, n, n, n]),
        (json!(["abc", 5]),                  [n, n, y, n, n, n, n]),
        (json!(["abc", 6]),                  [n, n, n, n, n, n, n]),
        (json!({ "y": 5 }),                  [n, n, n, y, n, n, n]),
        (json!({ "$eq": 5 }),                [n, n, n, n, y, n, n]),
        (json!({ "$eq": "abc" }),            [n, n, n, n, n, y, n]),
        (json!({ "$eq": null }),             [n, y, n, n, n, n, n]),
        (json!({ "$eq": [5, "abc"] }),       [n, n, y, n, n, n, n]),
        (json!({ "$eq": ["abc", 5] }),       [n, n, n, n, n, n, n]),
        (json!({ "$eq": { "y": 5.0 } }),     [n, n, n, y, n, n, n]),
        (json!({ "$ne": 5 }),                [n, y, y, y, n, y, y]),
        (json!({ "$neq": 5 }),               [n, y, y, y, n, y, y]),
        (json!({ "$ne": null }),             [n, n, y, y, y, y, y]),
        (json!({ "$gt": 4 }),                [n, n, n, n, y, n, n]),
        (json!({ "$gt": 5 }),                [n, n, n, n, n, n, n]),
        (json!({ "$gt": "abb" }),            [n, n, n, n, n, y, n]),
        (json!({ "$gte": 5 }),               [n, n, n, n, y, n, n]),
        (json!({ "$gte": "abd" }),           [n, n, n, n, n, n, n]),
        (json!({ "$lt": 5.5 }),              [n, n, n, n, y, n, n]),
        (json!({ "$lt": "b" }),              [n, n, n, n, n, y, n]),
        (json!({ "$lte": 5 }),               [n, n, n, n, y, n, n]),
        (json!({ "$lte": 4 }),               [n, n, n, n, n, n, n]),
        (json!({ "$in": [5, null] }),        [n, y, n, n, y, n, n]),
        (json!({ "$in": [[5, "abc"], true] }), [n, n, y, n, n, n, y]),
        (json!({ "$in": [] }),               [n, n, n, n, n, n, n]),
        (json!({ "$nin": [5, "abc"] }),      [n, y, y, y, n, n, y]),
        (json!({ "$nin": [] }),              [n, y, y, y, y, y, y]),
        (json!({ "$contains": "b" }),        [n, n, n, n, n, y, n]),
        (json!({ "$contains": "abc" }),      [n, n, y, n, n, y, n]),
        (json!({ "$contains": 5 }),          [n, n, y, n, n, n, n]),
        (json!({ "$startsWith": "ab" }),     [n, n, n, n, n, y, n]),
        (json!({ "$endsWith": "bc" }),       [n, n, n, n, n, y, n]),
        (json!({ "$endsWith": "ab" }),       [n, n, n, n, n, n, n]),
        (json!({ "$exist": true }),          [n, y, y, y, y, y, y]),
        (json!({ "$exist": false }),         [y, n, n, n, n, n, n]),
        (json!({ "$not": { "$eq": 5 } }),    [y, y, y, y, n, y, y]),
        (json!({ "$not": 5 }),               [y, y, n, y, n, y, y]),
        (json!({ "$not": { "$exist": true } }), [y, n, n, n, n, n, n]),
        (json!({ "$or": [5, { "$exist": false }] }), [y, n, y, n, y, n, n]),
        (json!({ "$and": [{ "$gt": 1 }, { "$lt": 9 }] }), [n, n, n, n, y, n, n]),
        (json!({ "$gt": 1, "$lt": 5 }),      [n, n, n, n, n, n, n]),
        (json!({ "$eq": { "$ref": "body.x" } }), [n, y, y, y, y, y, y]),
        (json!({ "$ref": "body.z" }),        [n, n, n, n, n, n, n]),
        (json!({ "$ne": { "$ref": "body.z" } }), [n, n, n, n, n, n, n]),
    ];
    for (clause, expected) in table {
        for (body, expected) in kinds().iter().zip(expected) {
            assert_eq!(passes(json!({ "body": { "x": clause } }), body), expected, "{clause} over {body}");
        }
    }
}

#[test]
fn numbers_are_compared_by_value() {
    let cases = [
        (json!(1), json!(1.0), true),
        (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false),
        (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_f64), false),
        (json!(u64::MAX), json!(u64::MAX), true),
        (json!(u64::MAX), json!(-1), false),
        (json!(0.1), json!(0.1), true),
        (json!(-0.0), json!(0), true),
        (json!(1e300), json!(1e300), true),
    ];
    for (left, right, expected) in cases {
        assert_eq!(passes(json!({ "body": { "$eq": left } }), &right), expected, "{left} and {right}");
    }
    assert!(passes(
        json!({ "body": { "$gt": 9_007_199_254_740_992_i64 } }),
        &json!(9_007_199_254_740_993_i64)
    ));
    assert!(passes(json!({ "body": { "$lt": u64::MAX } }), &json!(-1)));
    assert!(passes(json!({ "body": { "$gt": 1e300 } }), &json!(1.5e300)));
}

#[test]
fn fields_reach_into_objects_and_lists() {
    let body = json!({ "items": [{ "id": 1, "price": 5 }, { "id": 2, "price": 50 }, "odd"], "a": { "b": { "c": 1 } } });
    assert!(passes(json!({ "body": { "a": { "b": { "c": 1 } } } }), &body));
    assert!(passes(json!({ "body": { "items": { "id": 2 } } }), &body));
    assert!(passes(json!({ "body": { "items": { "id": 2, "price": { "$gt": 10 } } } }), &body));
    assert!(
        !passes(json!({ "body": { "items": { "id": 1, "price": { "$gt": 10 } } } }), &body),
        "one element, all fields"
    );
    assert!(passes(json!({ "body": { "items": [{ "id": 1 }, { "price": { "$gt": 10 } }] } }), &body));
    assert!(passes(json!({ "body": { "items": { "gone": { "$exist": false } } } }), &body));
    assert!(
        !passes(json!({ "body": { "items": { "0": { "$exist": true } } } }), &body),
        "keys are no indexes"
    );
    assert!(passes(json!({ "body": { "z": { "y": { "$exist": false } } } }), &body));
    assert!(!passes(json!({ "body": { "x": { "y": { "$exist": false } } } }), &json!({ "x": [] })));
    assert!(passes(json!({ "body": "a" }), &json!(["a"])));
    assert!(passes(json!({ "body": { "a.b": 1 } }), &json!({ "a.b": 1 })), "a dot in a key is a dot");
}

#[test]
fn references_name_places() {
    let body = br#"{"a":5,"b":{"c":[1,{"d":5}]},"x.y":5,"t":"one"}"#;
    let subject =
        Subject::new(body).header("X-Id", "one").header("x-id", "two").query("q", "one").path("one");
    for (place, expected) in [
        (json!("body.b.c[1].d"), true),
        (json!("body.b.c[0]"), false),
        (json!("body.b.c[7]"), false),
        (json!("body.b.c.d"), false),
        (json!(["body", "x.y"]), true),
        (json!(["body", "b", "c", 1, "d"]), true),
        (json!("event_type"), false),
    ] {
        assert_eq!(
            decide(json!({ "body": { "a": { "$eq": { "$ref": place } } } }), &subject).passed,
            expected,
            "{place}"
        );
    }
    for place in ["headers.X-ID", "query.q", "path", "body.t"] {
        assert!(decide(json!({ "body": { "t": { "$ref": place } } }), &subject).passed, "{place}");
        assert!(decide(json!({ "path": { "$endsWith": { "$ref": place } } }), &subject).passed, "{place}");
    }
}

#[test]
fn headers_and_parameters_are_texts() {
    let subject = Subject::new(b"")
        .header("X-Event", "push")
        .header("Accept", "a")
        .header("accept", "b")
        .query("Q", "5");
    for (written, expected) in [
        (json!({ "headers": { "x-EVENT": "push" } }), true),
        (json!({ "headers": { "x-event": { "$in": ["pull", "push"] } } }), true),
        (json!({ "headers": { "accept": "b" } }), true),
        (json!({ "headers": { "accept": { "$ne": "a" } } }), true),
        (json!({ "headers": { "accept": "c" } }), false),
        (json!({ "headers": { "gone": { "$exist": false } } }), true),
        (json!({ "headers": { "$or": [{ "gone": "x" }, { "accept": "a" }] } }), true),
        (json!({ "headers": { "x-event": "push", "gone": "x" } }), false),
        (json!({ "query": { "Q": "5" } }), true),
        (json!({ "query": { "q": "5" } }), false),
        (json!({ "query": { "Q": { "$gt": "4" } } }), true),
        (json!({ "path": { "$exist": false } }), true),
        (json!({ "event_type": "x" }), false),
    ] {
        assert_eq!(decide(written.clone(), &subject).passed, expected, "{written}");
    }
}

#[test]
fn a_body_that_is_no_json_says_no_with_its_reason() {
    for (body, reason) in [
        (&b"<xml/>"[..], "the body is not JSON (line 1, column 1)"),
        (b"", "the body is empty"),
        (b"{\"a\":1} x", "the body is not JSON (line 1, column 9)"),
        (b"\xff", "the body is not JSON (line 1, column 1)"),
    ] {
        let subject = Subject::new(body).path("/a");
        for clause in
            [json!({ "a": 1 }), json!({ "a": { "$exist": false } }), json!({ "$exist": false }), json!([1])]
        {
            let decision = decide(json!({ "body": clause }), &subject);
            assert!(!decision.passed, "{clause}");
            assert_eq!(decision.explanation, reason);
        }
        assert!(decide(json!({ "$not": { "body": { "a": 1 } } }), &subject).passed);
        assert!(decide(json!({ "path": "/a" }), &subject).passed, "other parts do not need the body");
    }
}

#[test]
fn a_body_that_is_too_large_is_not_parsed() {
    let body = vec![b' '; crate::subject::SUBJECT_BODY_BYTES_MAX + 1];
    let decision = decide(json!({ "body": { "a": 1 } }), &Subject::new(&body));
    assert!(decision.explanation.contains("more than"), "{decision}");
}

#[test]
fn the_clause_that_decided_is_told() {
    let body = json!({ "amount": 5, "tags": ["a"], "items": [{ "id": 1 }] }).to_string();
    let subject = Subject::new(body.as_bytes()).event_type("invoice.paid");
    #[rustfmt::skip]
    let cases = [
        (json!({}), "passes, by $: a filter without clauses passes everything"),
        (json!({ "body": { "amount": { "$gt": 10 } } }), "does not pass, by $.body.amount.$gt: the value is not greater than what is wanted"),
        (json!({ "body": { "amount": { "$gt": 1 } } }), "passes, by $.body.amount.$gt: the value is greater than what is wanted"),
        (json!({ "body": { "amount": { "$gt": "1" } } }), "does not pass, by $.body.amount.$gt: a number does not compare with a text this way"),
        (json!({ "body": { "gone": 1 } }), "does not pass, by $.body.gone: nothing is there"),
        (json!({ "body": { "amount": 5, "tags": "b" } }), "does not pass, by $.body.tags: none of the 1 elements equals it"),
        (json!({ "body": { "amount": 5, "tags": "a" } }), "passes, by $.body: all 2 clauses hold"),
        (json!({ "$or": [{ "event_type": "x" }, { "body": { "tags": "a" } }] }), "passes, by $[\"$or\"][1].body.tags: one of the 1 elements equals it"),
        (json!({ "$or": [{ "event_type": "x" }, { "path": "y" }] }), "does not pass, by $.$or: none of the 2 alternatives holds; of the first: the value differs"),
        (json!({ "$not": { "event_type": "invoice.paid" } }), "does not pass, by $.$not: `$not` refuses what holds: the value equals it"),
        (json!({ "body": { "items": { "id": 2 } } }), "does not pass, by $.body.items: of the 1 elements of the list none has all fields that fit"),
        (json!({ "body": { "amount": { "$lt": { "$ref": "body.limit" } } } }), "does not pass, by $.body.amount.$lt: nothing is at `body.limit` to compare with"),
        (json!({ "body": { "tags": ["a", "z"] } }), "does not pass, by $.body.tags[1]: no element of the 1 in the list fits"),
        (json!({ "$cel": "body.amount > 10" }), "does not pass, by $.$cel: the expression is false"),
    ];
    for (written, expected) in cases {
        let expected = expected.replace("[\"$or\"]", ".$or");
        assert_eq!(decide(written, &subject).to_string(), expected);
    }
}

#[test]
fn what_is_shown_is_short_and_no_secret() {
    let long = json!({ "x": "é".repeat(100_000), "l": vec![1; 100_000] }).to_string();
    let subject = Subject::new(long.as_bytes())
        .header("Authorization", "Bearer canary")
        .header("X-Hub-Signature-256", "sha256=canary")
        .query("api_key", "canary");
    for clause in [json!({ "x": "y" }), json!({ "l": { "$eq": 1 } }), json!({ "x": { "$gt": "zz" } })] {
        let actual = decide(json!({ "body": clause }), &subject).actual.unwrap();
        assert_eq!(actual.chars().count(), super::super::EXCERPT_CHARS_MAX + 1, "{actual}");
        assert!(actual.ends_with('…'));
    }
    for written in [
        json!({ "headers": { "authorization": "Bearer canary2" } }),
        json!({ "headers": { "x-hub-signature-256": { "$startsWith": "sha256=canary" } } }),
        json!({ "query": { "api_key": { "$in": ["canary"] } } }),
        json!({ "$not": { "query": { "api_key": "canary" } } }),
        json!({ "body": { "x": { "$eq": { "$ref": "headers.authorization" } } } }),
        json!({ "$cel": "headers['authorization'] > 5" }),
        json!({ "$cel": "headers[query['api_key']] == 'x'" }),
        json!({ "$cel": "headers.authorization" }),
    ] {
        let decision = format!("{:?}", decide(written.clone(), &subject));
        assert!(!decision.contains("canary"), "{written}: {decision}");
    }
}

#[test]
fn evaluation_ends() {
    let body = format!("[{}]", "1,".repeat(900_000) + "1");
    let subject = Subject::new(body.as_bytes());
    let wanted: Vec<Value> = (0..50).map(|n| json!({ "$gt": n + 5 })).collect();
    let slow =
        json!({ "$not": { "body": { "$or": wanted.iter().map(|w| json!([w])).collect::<Vec<_>>() } } });
    let decision = decide(slow, &subject);
    assert!(!decision.passed, "`$not` does not turn a limit around");
    assert!(decision.explanation.contains("comparisons"), "{decision}");
}
