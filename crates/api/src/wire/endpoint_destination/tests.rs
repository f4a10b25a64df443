use hooktide_destinations::seam::Policy;
use serde_json::json;

use super::*;
use crate::error::ApiError;

const URL: &str = "https://127.0.0.1:7443/hook";

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.guard.allow_subnets.push("127.0.0.0/8".parse().unwrap());
    policy.commands = vec!["/usr/bin/logger".into()];
    policy
}

fn checked(
    kind: &str,
    config: Value,
    stored: Option<&EndpointDestination>,
) -> Result<CheckedDestination, Vec<String>> {
    let mut rules = Rules::new();
    let written = DestinationIn { kind: kind.to_owned(), config };
    let stored = stored.map(|destination| StoredTarget { url: URL, destination });
    let checked = written.checked(&mut rules, Some(URL), stored, &policy());
    match rules.finish_with(checked) {
        Ok(checked) => Ok(checked),
        Err(ApiError::Invalid(fields)) => Err(fields.iter().map(|field| field.loc.join(".")).collect()),
        Err(other) => panic!("{other:?}"),
    }
}

fn seam(name: &str) -> Seam {
    KINDS.iter().find(|kind| kind.name == name).unwrap().seam.unwrap()
}

fn redis(url: &str, password: &str) -> Value {
    json!({ "url": url, "password": password, "command": "set", "key": "k" })
}

fn stored() -> EndpointDestination {
    checked("redis", redis("redis://127.0.0.1:7000/0", "hunter2"), None).ok().unwrap().destination
}

#[test]
fn every_mistake_is_told_in_its_place() {
    let config = json!({ "url": "ftp://x", "table": "t", "key": ["id", 7], "colums": {} });
    let places = checked("sql", config, None).err().unwrap();
    for place in [
        "body.destination.config.colums",
        "body.destination.config.columns",
        "body.destination.config.key.[1]",
    ] {
        assert!(places.contains(&place.to_owned()), "{place} is not in {places:?}");
    }
    assert_eq!(checked("sq", json!({}), None).err().unwrap(), ["body.destination.kind"]);
    let mixed =
        json!({ "auth": "basic", "bearer_token": "t", "client_certificate": "none", "method": "GET" });
    let places = checked("http", mixed, None).err().unwrap();
    assert_eq!(places, ["body.destination.config.method"], "the shape is judged first");
    let mixed = json!({ "auth": "basic", "bearer_token": "t", "client_certificate": "none" });
    let places = checked("http", mixed, None).err().unwrap();
    for field in ["basic_user", "basic_password", "bearer_token", "client_key"] {
        let place = format!("body.destination.config.{field}");
        assert!(places.contains(&place), "{place} is not in {places:?}");
    }
}

#[test]
fn masked_secret_is_kept_for_the_same_server_only() {
    let stored = stored();
    let shown = EndpointDestinationOut::from(&stored);
    assert_eq!(shown.config["password"], "[redacted]");

    let mut again = shown.config.clone();
    again["key"] = json!("other");
    let kept = checked("redis", again, Some(&stored)).ok().unwrap();
    assert_eq!(kept.destination.config["password"], "hunter2");
    assert_eq!(kept.destination.config["key"], "other");

    let elsewhere = redis("redis://127.0.0.1:7001/0", "[redacted]");
    assert_eq!(
        checked("redis", elsewhere, Some(&stored)).err().unwrap(),
        ["body.destination.config.password"]
    );
    let fresh = redis("redis://u:[redacted]@127.0.0.1:7000/0", "new");
    assert_eq!(checked("redis", fresh, None).err().unwrap(), ["body.destination.config.url"]);
}

#[test]
fn secret_of_a_program_or_a_service_is_kept_while_it_stays_the_same() {
    let program = |args: Value, token: &str| json!({ "program": "/usr/bin/logger", "args": args, "secret_env": { "TOKEN": token } });
    let stored =
        checked("command", program(json!(["-t", "shop"]), "hunter2"), None).ok().unwrap().destination;
    let masked = "[redacted]";
    let kept = checked("command", program(json!(["-t", "shop"]), masked), Some(&stored)).ok().unwrap();
    assert_eq!(kept.destination.config["secret_env"]["TOKEN"], "hunter2");
    let places = checked("command", program(json!(["{{ payload }}"]), masked), Some(&stored)).err().unwrap();
    assert_eq!(places, ["body.destination.config.secret_env.TOKEN"]);

    let telegram = |url: Option<&str>| {
        let mut config = json!({ "service": "telegram", "bot_token": "1:hunter2", "chat_id": "7" });
        if let Some(url) = url {
            config["url"] = json!(url);
        }
        config
    };
    let stored = checked("notify", telegram(None), None).ok().unwrap().destination;
    let mut elsewhere = telegram(Some("https://evil.example.com"));
    elsewhere["bot_token"] = json!(masked);
    assert_eq!(
        checked("notify", elsewhere, Some(&stored)).err().unwrap(),
        ["body.destination.config.bot_token"]
    );
}

#[test]
fn target_is_shown_without_what_may_be_secret() {
    let config =
        json!({ "url": "redis://me:hunter2@127.0.0.1:7000/3?x=hunter2", "command": "delete", "key": "k" });
    let shown = |kind: &str, config: &Value| shown(kind, &seam(kind), config);
    assert_eq!(shown("redis", &config), "redis://127.0.0.1:7000/3");
    assert_eq!(shown("sql", &json!({ "url": "sqlite:shop.db" })), "sqlite:shop.db");
    assert_eq!(shown("message", &json!({ "application": "billing" })), "message:billing");
    let slack = json!({ "service": "slack", "webhook_url": "https://hooks.slack.com/hunter2" });
    assert_eq!(shown("notify", &slack), "notify:slack");
    let program =
        json!({ "program": "/usr/bin/logger", "args": ["hunter2"], "secret_env": { "A": "hunter2" } });
    assert_eq!(shown("command", &program), "command:/usr/bin/logger");
    assert!(!format!("{:?}", DestinationIn { kind: "redis".to_owned(), config }).contains("hunter2"));
}

#[test]
fn config_of_an_unknown_kind_is_not_shown() {
    let later = EndpointDestination { kind: "later".to_owned(), config: json!({ "token": "hunter2" }) };
    assert!(!serde_json::to_string(&EndpointDestinationOut::from(&later)).unwrap().contains("hunter2"));
}

#[test]
fn http_secret_is_kept_for_the_same_servers_only() {
    let options = |token_url: &str, secret: &str| {
        json!({
            "auth": "oauth2", "oauth2_token_url": token_url, "oauth2_client_id": "me", "oauth2_client_secret": secret,
        })
    };
    let stored = checked("http", options("https://127.0.0.1:8443/token", "hunter2"), None).ok().unwrap();
    assert_eq!(stored.shown, URL);
    let stored = stored.destination;
    let written = |url: &str, token_url: &str| {
        let written = DestinationIn { kind: "http".to_owned(), config: options(token_url, "[redacted]") };
        let mut rules = Rules::new();
        let stored = StoredTarget { url: URL, destination: &stored };
        let checked = written.checked(&mut rules, Some(url), Some(stored), &policy());
        rules.finish_with(checked).ok().map(|checked| checked.destination.config)
    };
    let kept = written("https://127.0.0.1:7443/other", "https://127.0.0.1:8443/token?v=2").unwrap();
    assert_eq!(kept["oauth2_client_secret"], "hunter2");
    assert_eq!(written("https://127.0.0.1:7444/hook", "https://127.0.0.1:8443/token"), None);
    assert_eq!(written(URL, "https://127.0.0.1:8444/token"), None);
}
