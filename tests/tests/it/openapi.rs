//! The served OpenAPI document against the router, and the list of all operations against both.

use std::collections::BTreeSet;

use hooktide_testkit::{Api, Method, Reply, ServerUnderTest, workspace_root};
use serde_json::{Value, json};

/// One line of `fixtures/operations.txt`.
#[derive(Debug)]
struct Operation {
    method: Method,
    path: String,
    success: Vec<String>,
    built: bool,
}

fn operations() -> Vec<Operation> {
    let text = std::fs::read_to_string(workspace_root().join("tests/fixtures/operations.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let [method, path, success, state] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("not an operation: {line}")
            };
            assert!(matches!(state, "built" | "planned"), "{line}");
            Operation {
                method: method.parse().unwrap(),
                path: path.to_owned(),
                success: success.split('|').map(str::to_owned).collect(),
                built: state == "built",
            }
        })
        .collect()
}

/// A path with something in place of each parameter.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "something" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn call(api: &Api, method: &Method, path: &str) -> Reply {
    let request = api.request(method.clone(), &format!("={}", filled(path)));
    let request = if *method == Method::GET { request } else { request.json(&json!({})) };
    request.send().await
}

async fn document(server: &ServerUnderTest) -> Value {
    server.api().anonymous().get("/openapi.json").await.expect(200).json()
}

/// Method and path of everything in a document.
pub(crate) fn listed(document: &Value) -> Vec<(Method, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("a document has paths") {
        for (method, operation) in item.as_object().expect("a path has operations") {
            if let Ok(method) = method.to_uppercase().parse::<Method>() {
                let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str());
                if known {
                    all.push((method, path.clone(), operation.clone()));
                }
            }
        }
    }
    all
}

#[tokio::test]
async fn every_documented_operation_is_routed() {
    let server = ServerUnderTest::start().await;
    let anonymous = server.api().anonymous();
    // Without a token a routed operation asks for one; only what is not routed is unknown.
    assert_eq!(anonymous.get("/no-such-route").await.error(404), "not_found");
    let document = document(&server).await;
    let all = listed(&document);
    assert!(all.len() >= 40, "{} operations", all.len());
    for (method, path, _) in all {
        let answer = call(&anonymous, &method, &path).await;
        assert!(
            !matches!(answer.status, 404 | 405),
            "{method} {path} is documented but not routed: {answer}"
        );
    }
}

#[tokio::test]
async fn every_built_operation_is_documented_with_its_success() {
    let server = ServerUnderTest::start().await;
    let document = document(&server).await;
    for operation in operations().iter().filter(|it| it.built) {
        // Parameter names are the document's own; the shape of the path is what counts.
        let shape = filled(&operation.path);
        let found = listed(&document)
            .into_iter()
            .find(|(method, path, _)| *method == operation.method && filled(path) == shape)
            .unwrap_or_else(|| panic!("{} {} is not documented", operation.method, operation.path));
        let documented: BTreeSet<&String> = found.2["responses"].as_object().unwrap().keys().collect();
        let matches = operation.success.iter().any(|code| documented.contains(code));
        assert!(matches, "{} {}: {documented:?}", operation.method, operation.path);
    }
}

#[tokio::test]
async fn operations_that_are_not_built_yet_say_so() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let mut planned = 0;
    for operation in operations().iter().filter(|it| !it.built) {
        let answer = call(&api, &operation.method, &operation.path).await;
        assert_eq!(answer.status, 501, "{} {}: {answer}", operation.method, operation.path);
        assert_eq!(answer.error(501), "not_implemented");
        planned += 1;
    }
    assert!(planned > 150, "{planned} planned operations");
}

#[tokio::test]
async fn every_operation_needs_a_token_unless_it_is_public() {
    let server = ServerUnderTest::start().await;
    let anonymous = server.api().anonymous();
    for (method, path, _) in listed(&document(&server).await) {
        let answer = call(&anonymous, &method, &path).await;
        let public = ["/api/v1/health", "/api/v1/openapi.json", "/docs", "/livez", "/readyz", "/metrics"];
        if public.iter().any(|it| path.starts_with(it)) {
            assert!((200..400).contains(&answer.status), "{answer}");
        } else {
            assert_eq!(answer.error(401), "authentication_failed", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn document_is_sound() {
    let server = ServerUnderTest::start().await;
    let document = document(&server).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(
        document["webhooks"].as_object().is_some_and(|it| !it.is_empty()),
        "it describes what is sent, too"
    );

    let mut seen = BTreeSet::new();
    for (method, path, operation) in listed(&document) {
        let id =
            operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId"));
        assert!(seen.insert(id.to_owned()), "{id} names two operations");
        for parameter in path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')) {
            let declared = operation["parameters"].as_array().into_iter().flatten();
            let found = declared.into_iter().any(|it| it["name"] == parameter && it["in"] == "path");
            assert!(found, "{method} {path} does not declare {parameter}");
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "#{pointer} leads nowhere");
    }
}

#[tokio::test]
async fn readable_docs_are_bundled() {
    let server = ServerUnderTest::start().await;
    let anonymous = server.api().anonymous();
    let page = anonymous.get("=/docs").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let text = page.text();
    for outside in ["src=\"http", "src='http", "src=\"//", "@import", "href=\"//", "cdn."] {
        assert!(!text.contains(outside), "{outside} loads from elsewhere");
    }
    for style in text.split("<link").skip(1) {
        let tag = style.split('>').next().unwrap();
        assert!(!tag.contains("http"), "{tag}");
    }
    assert!(text.contains("/api/v1"), "the page shows operations or where the document is");
}
