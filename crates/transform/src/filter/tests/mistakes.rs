//! Filters that are refused, and what is said.

use super::super::{CLAUSES_MAX, DEPTH_MAX, FILTER_BYTES_MAX, LIST_ITEMS_MAX, MISTAKES_MAX};
use super::*;

fn mistakes(filter: &Value) -> Vec<(String, String)> {
    let mistakes = Filter::parse(filter).expect_err(&filter.to_string());
    mistakes.0.into_iter().map(|mistake| (mistake.path, mistake.message)).collect()
}

#[test]
fn every_mistake_is_told_with_its_place_and_the_way_out() {
    let cases = [
        (json!(5), "$", "a filter is an object"),
        (json!([]), "$", "a filter is an object"),
        (json!({ "bdy": {} }), "$.bdy", "use `body`"),
        (json!({ "eventType": "x" }), "$.eventType", "`event_type`"),
        (json!({ "$eq": 5 }), "$.$eq", "no part of a webhook"),
        (json!({ "body": {} }), "$.body", "$exist"),
        (json!({ "body": [] }), "$.body", "{\"$eq\": []}"),
        (json!({ "body": { "x": { "$regex": "a" } } }), "$.body.x.$regex", "no patterns"),
        (json!({ "body": { "x": { "$exists": true } } }), "$.body.x.$exists", "did you mean `$exist`?"),
        (
            json!({ "body": { "x": { "$startswith": "a" } } }),
            "$.body.x.$startswith",
            "did you mean `$startsWith`?",
        ),
        (json!({ "body": { "x": { "$foo": 1 } } }), "$.body.x.$foo", "use $exist"),
        (json!({ "body": { "x": { "$cel": "true" } } }), "$.body.x.$cel", "top of the filter"),
        (json!({ "body": { "x": { "$exist": "yes" } } }), "$.body.x.$exist", "true or false"),
        (json!({ "body": { "x": { "$gt": null } } }), "$.body.x.$gt", "a number or a text"),
        (json!({ "body": { "x": { "$gt": [1] } } }), "$.body.x.$gt", "a number or a text"),
        (json!({ "body": { "x": { "$in": "abc" } } }), "$.body.x.$in", "a list"),
        (json!({ "body": { "x": { "$nin": 5 } } }), "$.body.x.$nin", "a list"),
        (json!({ "body": { "x": { "$in": { "$ref": "body.y" } } } }), "$.body.x.$in", "$contains"),
        (json!({ "body": { "x": { "$contains": [1] } } }), "$.body.x.$contains", "a text, a number"),
        (json!({ "body": { "x": { "$startsWith": 5 } } }), "$.body.x.$startsWith", "a text"),
        (json!({ "body": { "x": { "$or": {} } } }), "$.body.x.$or", "a list"),
        (json!({ "$and": [] }), "$.$and", "at least one"),
        (json!({ "body": { "x": { "$eq": { "$ref": "nothing" } } } }), "$.body.x.$eq", "names a place"),
        (json!({ "body": { "x": { "$ref": "body..y" } } }), "$.body.x.$ref", "names a place"),
        (json!({ "body": { "x": { "$ref": "body.y[x]" } } }), "$.body.x.$ref", "names a place"),
        (json!({ "body": { "x": { "$ref": "body.y[0" } } }), "$.body.x.$ref", "names a place"),
        (json!({ "body": { "x": { "$ref": "headers" } } }), "$.body.x.$ref", "names a place"),
        (json!({ "body": { "x": { "$ref": [0] } } }), "$.body.x.$ref", "names a place"),
        (json!({ "body": { "x": { "$ref": "path.x" } } }), "$.body.x.$ref", "names a place"),
        (json!({ "headers": "x" }), "$.headers", "name what you test"),
        (json!({ "headers": { "$eq": "x" } }), "$.headers.$eq", "below a name"),
        (json!({ "headers": { "n": 5 } }), "$.headers.n", "is a text"),
        (json!({ "headers": { "n": { "$gt": 5 } } }), "$.headers.n.$gt", "is a text"),
        (json!({ "query": { "n": { "$in": ["a", 5] } } }), "$.query.n.$in", "is a text"),
        (json!({ "query": { "n": { "x": "y" } } }), "$.query.n.x", "only `body` has"),
        (json!({ "path": { "x": "y" } }), "$.path.x", "only `body` has"),
        (json!({ "path": null }), "$.path", "is a text"),
        (json!({ "event_type": ["a"] }), "$.event_type", "$in"),
        (json!({ "$cel": 5 }), "$.$cel", "an expression as a text"),
        (json!({ "$cel": "body.x >" }), "$.$cel", "line 1"),
        (json!({ "$cel": "bdy.x" }), "$.$cel", "there is no `bdy`"),
        (json!({ "body": { "a b": { "$foo": 1 } } }), "$.body[\"a b\"].$foo", "no operator"),
    ];
    for (filter, path, message) in cases {
        let found = mistakes(&filter);
        assert_eq!(found.len(), 1, "{filter}: {found:?}");
        assert_eq!(found[0].0, path, "{filter}");
        assert!(found[0].1.contains(message), "{filter}: {}", found[0].1);
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let filter = json!({
        "body": { "a": { "$gt": null }, "b": { "$or": [{ "$foo": 1 }, {}] } },
        "headers": { "n": 5 }, "bdy": 1, "$cel": ")",
    });
    let found: Vec<String> = mistakes(&filter).into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        found,
        ["$.$cel", "$.bdy", "$.body.a.$gt", "$.body.b.$or[0].$foo", "$.body.b.$or[1]", "$.headers.n"]
    );
    let shown = Filter::parse(&filter).unwrap_err().to_string();
    assert!(shown.contains("$.body.a.$gt: `$gt` takes a number"), "{shown}");

    let many: Value =
        (0..100).map(|n| (format!("k{n}"), json!({ "$foo": 1 }))).collect::<serde_json::Map<_, _>>().into();
    assert_eq!(mistakes(&json!({ "body": many })).len(), MISTAKES_MAX);
}

#[test]
fn limits_hold_and_one_less_passes() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!({ "k": inner }));
    assert!(Filter::parse(&json!({ "body": nested(DEPTH_MAX - 1) })).is_ok());
    assert!(mistakes(&json!({ "body": nested(DEPTH_MAX) }))[0].1.contains("deep"));

    let wide = |count: usize| json!({ "body": { "$or": vec![json!(1); count] } });
    // The whole, `body` and each alternative.
    assert!(Filter::parse(&wide(CLAUSES_MAX - 2)).is_ok());
    assert_eq!(mistakes(&wide(CLAUSES_MAX - 1)).len(), 1);
    assert_eq!(mistakes(&wide(CLAUSES_MAX * 4)).len(), 1, "told once");

    let listed = |count: usize| json!({ "body": { "$in": vec![1; count] } });
    assert!(Filter::parse(&listed(LIST_ITEMS_MAX)).is_ok());
    assert_eq!(mistakes(&listed(LIST_ITEMS_MAX + 1)).len(), 1);

    let frame = json!({ "body": "" }).to_string().len();
    let sized = |bytes: usize| json!({ "body": "x".repeat(bytes - frame) });
    assert!(Filter::parse(&sized(FILTER_BYTES_MAX)).is_ok());
    assert_eq!(mistakes(&sized(FILTER_BYTES_MAX + 1)).len(), 1);

    let references = |count: usize| json!({ "body": { "$or": vec![json!({ "$ref": "body.x" }); count] } });
    assert!(Filter::parse(&references(16)).is_ok());
    assert_eq!(mistakes(&references(17)).len(), 1);
}
