use std::collections::BTreeSet;

use http::Method;

use super::*;

#[test]
fn an_absent_operation_is_found_by_method_and_path() {
    let app = "/api/v1/app/app_1srOrx2ZWZBpBUvZwXKQmoEYga2";
    assert_eq!(find(&Method::POST, "/api/v1/auth/logout"), Some("v1.authentication.logout"));
    let replay = format!("{app}/endpoint/my-uid/replay-missing");
    assert_eq!(find(&Method::POST, &replay), Some("v1.endpoint.replay-missing"));
    assert_eq!(find(&Method::GET, &replay), None);
    assert_eq!(find(&Method::POST, &format!("{app}/endpoint//replay-missing")), None);
    assert_eq!(find(&Method::GET, "/api/v1/nothing"), None);
    assert_eq!(find(&Method::GET, "/"), None);
}

#[test]
fn what_is_built_is_not_listed_as_absent() {
    let document: serde_json::Value = serde_json::from_str(&crate::openapi_json()).unwrap();
    let mut built = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            built.insert(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    assert!(built.len() > 40);
    for (method, path, name) in ABSENT {
        assert!(!built.contains(*name), "{name} is built: remove its line");
        assert!(document["paths"][path].get(method.to_lowercase()).is_none(), "{method} {path} is routed");
    }
}

#[test]
fn every_line_is_there_once() {
    let distinct: BTreeSet<_> = ABSENT.iter().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(distinct.len(), ABSENT.len());
}
