//! The table of fields: every mistake at once, secrets out and in, and a schema that says the same.

use serde::Deserialize;
use serde_json::{Value, json};

use super::fields::{self, Field, Form};
use super::{Secret, ServiceScheme, ServiceUrl};
use crate::guard::GuardPolicy;

const INNER: Form = Form::Object(&[
    Field::optional("path", Form::Path, "a path"),
    Field::optional("token", Form::Secret, "a token"),
]);

const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "where to"),
    Field::optional("password", Form::Secret, "the password"),
    Field::optional("mode", Form::Choice(&["set", "delete"]), "what to do"),
    Field::optional("ttl_s", Form::Integer { min: 1, max: 10 }, "how long"),
    Field::optional("key", Form::Template, "the key"),
    Field::optional("columns", Form::Map { of: &INNER, entries_max: 2 }, "columns"),
    Field::optional("list", Form::List { of: &Form::Flag, items_max: 2 }, "flags"),
];

#[derive(Debug, Deserialize)]
struct Config {
    url: String,
}

fn mistakes(config: Value) -> Vec<String> {
    match fields::read::<Config>(FIELDS, &config) {
        Ok(config) => panic!("should not have passed: {}", config.url),
        Err(mistakes) => mistakes.into_iter().map(|mistake| mistake.path).collect(),
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let config = json!({
        "passwort": "x", "mode": "put", "ttl_s": 11, "key": "{{ open", "list": [true, 1],
        "columns": {"a": {"path": "a..b", "kind": 1}, "b": 3},
    });
    let mut found = mistakes(config);
    found.sort();
    assert_eq!(
        found,
        [
            "columns.a.kind",
            "columns.a.path",
            "columns.b",
            "key",
            "list.1",
            "mode",
            "passwort",
            "ttl_s",
            "url"
        ]
    );
}

#[test]
fn a_mistake_says_how_to_mend_it() {
    let Err(mistakes) = fields::read::<Config>(FIELDS, &json!({"url": "x", "passwort": "x"})) else {
        panic!("should not have passed");
    };
    assert_eq!(mistakes[0].mend, "did you mean `password`?");
    assert!(fields::read::<Config>(FIELDS, &json!({"url": "x", "ttl_s": null})).is_ok());
    assert!(fields::read::<Config>(FIELDS, &json!([])).is_err());
}

#[test]
fn secrets_are_masked_and_kept() {
    let stored = json!({
        "url": "redis://me:pass%20word@h:1/0", "password": "hunter2",
        "columns": {"a": {"token": "t0"}, "b": {"path": "x"}},
    });
    let shown = fields::masked(FIELDS, &stored);
    assert_eq!(
        shown,
        json!({
            "url": "redis://me:[redacted]@h:1/0", "password": "[redacted]",
            "columns": {"a": {"token": "[redacted]"}, "b": {"path": "x"}},
        })
    );
    assert_eq!(fields::with_kept_secrets(FIELDS, &shown, &stored), stored);
    let changed = json!({"url": "redis://me:new@h:1/0", "password": "other"});
    assert_eq!(fields::with_kept_secrets(FIELDS, &changed, &stored), changed);
    assert_eq!(fields::secret_fields(FIELDS), ["url", "password", "columns"]);
}

#[test]
fn a_kept_password_never_goes_to_another_server() {
    let stored = json!({"url": "redis://me:hunter2@h:1/0"});
    for url in
        ["redis://me:[redacted]@evil:1/0", "redis://me:[redacted]@h:2/0", "redis://you:[redacted]@h:1/0"]
    {
        let kept = fields::with_kept_secrets(FIELDS, &json!({ "url": url }), &stored);
        assert!(!kept.to_string().contains("hunter2"), "{kept}");
    }
}

#[test]
fn the_schema_says_what_the_check_does() {
    let schema = fields::schema(FIELDS);
    assert_eq!(schema["required"], json!(["url"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["properties"]["mode"]["enum"], json!(["set", "delete"]));
    assert_eq!(schema["properties"]["password"]["writeOnly"], json!(true));
    assert_eq!(schema["properties"]["ttl_s"]["maximum"], json!(10));
    assert_eq!(schema["properties"]["columns"]["additionalProperties"]["type"], json!("object"));
}

const SCHEMES: &[ServiceScheme] =
    &[ServiceScheme { name: "redis", port: 6379, is_tls: false, service_ports: &[6379] }];

#[test]
fn a_service_url_is_taken_apart_and_judged() {
    let open = GuardPolicy { allow_subnets: vec!["127.0.0.0/8".parse().unwrap()], ..GuardPolicy::default() };
    let url = ServiceUrl::parse("redis://me:p%40ss@127.0.0.1/a%20b?x=1", SCHEMES, &open).unwrap();
    assert_eq!((url.address.port(), url.user.as_deref(), url.path.as_str()), (6379, Some("me"), "a b"));
    assert_eq!(url.password.as_ref().map(Secret::expose), Some("p@ss"));
    assert!(!format!("{url:?} {:?}", url.password).contains("p@ss"));
    let refused = |url: &str| ServiceUrl::parse(url, SCHEMES, &GuardPolicy::default()).unwrap_err().mend;
    assert!(refused("redis://127.0.0.1").contains("HOOKTIDE_DELIVERY_ALLOW_SUBNETS"));
    assert!(refused("http://example.com").contains("redis"));
    assert!(refused("redis:///0").contains("host"));
    assert!(refused("redis://db.example.com:22").contains("port 22"));
}

#[test]
fn a_secret_is_taken_out_of_texts() {
    let secret = Secret::new("hunter2".into());
    assert_eq!(secret.redact("no hunter2 here".into()), "no [redacted] here");
    assert_eq!(Secret::new("a".into()).redact("a cat".into()), "a cat");
}
