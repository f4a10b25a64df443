use std::path::Path;

use super::*;

fn document() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        item.into_iter()
            .map(|(method, operation)| (format!("{method} {path}"), operation))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn it_is_version_3_1_and_the_same_every_time() {
    assert_eq!(document()["openapi"], "3.1.0");
    assert_eq!(openapi_json(), openapi_json());
}

/// Routes are registered through `operation!` only, which documents what it routes; so it is enough that nothing else
/// registers any, and that no documented handler was left out of the table.
#[test]
fn every_route_is_documented_and_every_documented_operation_is_routed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes");
    let mut annotated = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        annotated += text.matches("#[utoipa::path(").count();
        // Pages, and the door, which is the providers'.
        if !["docs.rs", "door.rs", "operation.rs"].iter().any(|name| path.ends_with(name)) {
            assert!(!text.contains(".route("), "{} routes past the document", path.display());
        }
    }
    assert_eq!(operations(&document()).len(), annotated);
}

#[test]
fn operation_ids_are_distinct() {
    let operations = operations(&document());
    let ids: BTreeSet<_> =
        operations.iter().map(|(_, one)| one["operationId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), operations.len());
}

#[test]
fn every_parameter_in_a_path_is_documented() {
    for (name, operation) in operations(&document()) {
        let documented = operation["parameters"].as_array().into_iter().flatten();
        let documented: Vec<_> = documented
            .filter(|one| one["in"] == "path")
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        let in_path: Vec<_> = name
            .split('/')
            .filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.to_owned()))
            .collect();
        assert_eq!(documented, in_path, "{name}");
    }
}

#[test]
fn every_post_takes_an_idempotency_key() {
    for (name, operation) in operations(&document()) {
        let keyed = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|one| one["in"] == "header" && one["name"] == "idempotency-key");
        assert_eq!(keyed, name.starts_with("post "), "{name}");
    }
}

#[test]
fn schemas_that_are_named_are_there_and_are_plain_objects() {
    let document = document();
    let mut named = BTreeSet::new();
    collect_refs(&document, &mut named);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(named, schemas.keys().cloned().collect());
    for (name, schema) in schemas {
        assert!(schema.get("allOf").is_none(), "{name}");
    }
    assert!(schemas.contains_key("ListResponse_ApplicationOut_"));
    let required = &schemas["EndpointMessageOut"]["required"];
    assert!(required.as_array().unwrap().contains(&"eventType".into()), "{required}");
}

#[test]
fn every_answer_has_a_description() {
    for (name, operation) in operations(&document()) {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            assert!(!answer["description"].as_str().unwrap_or_default().is_empty(), "{name} {status}");
        }
    }
}
