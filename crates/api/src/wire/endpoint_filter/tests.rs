use serde_json::json;

use super::*;

fn broken(body: Value) -> Vec<String> {
    let read: FilterDryRunIn = serde_json::from_str(&body.to_string()).unwrap();
    match read.checked() {
        Err(ApiError::Invalid(fields)) => fields.iter().map(|field| field.loc[1..].join("/")).collect(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn every_mistake_is_told_with_its_path_in_the_filter() {
    let filter = json!({ "body": { "a": { "$gt": null, "$nope": 1 } }, "heders": {} });
    let places = broken(json!({ "filter": filter, "payload": {} }));
    assert!(places.len() >= 2, "{places:?}");
    assert!(places.iter().all(|place| place.starts_with("filter/")), "{places:?}");
    assert!(places.iter().any(|place| place.contains("body.a")), "{places:?}");
}

#[test]
fn one_thing_to_try_a_filter_on_is_needed() {
    assert_eq!(broken(json!({ "filter": {} })), ["payload"]);
    assert_eq!(broken(json!({ "filter": {}, "payload": 1, "messageId": "m" })), ["payload"]);
    assert_eq!(broken(json!({ "filter": {}, "payload": 1 })), Vec::<String>::new());
    assert_eq!(broken(json!({ "filter": {}, "messageId": "m" })), Vec::<String>::new());
}
