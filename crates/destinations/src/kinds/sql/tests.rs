//! Statements and values without a database: quoting, newer-wins, types. The real servers are in the conformance suite.

use serde_json::{Value as Json, json};

use super::config::{FIELDS, check};
use super::statement::Dialect;
use super::value::{ColumnType, Value, convert};
use crate::seam::{Policy, fields};

fn open_policy() -> Policy {
    let mut policy = Policy::default();
    policy.guard.allow_subnets.push("127.0.0.0/8".parse().unwrap());
    policy.files_root = Some("/var/lib/files".into());
    policy
}

fn config(change: impl FnOnce(&mut Json)) -> Json {
    let mut config = json!({
        "url": "postgres://u:p@127.0.0.1/db", "table": "t", "key": ["id"],
        "columns": {"id": {"path": "$.id"}, "n": {"value": 1}},
    });
    change(&mut config);
    config
}

fn paths(config: Json) -> Vec<String> {
    match check(&config, &open_policy()) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.into_iter().map(|mistake| mistake.path).collect(),
    }
}

#[test]
fn names_that_could_leave_their_quotes_are_refused() {
    for name in ["a\"b", "a`b", "a;b", "a'b", "a(b", "a\\b", "a\nb", ""] {
        let found = paths(config(|config| config["columns"][name] = json!({"value": 1})));
        assert_eq!(found, [format!("columns.{name}")], "{name:?}");
        if !name.is_empty() {
            assert_eq!(paths(config(|config| config["table"] = json!(name))), ["table"], "{name:?}");
        }
    }
    let long = "x".repeat(64);
    assert_eq!(paths(config(|config| config["table"] = json!(long))), ["table"]);
    assert!(paths(config(|config| config["table"] = json!("my schema.order-lines"))).is_empty());
    assert_eq!(paths(config(|config| config["table"] = json!("a.b.c"))), ["table"]);
}

#[test]
fn what_excludes_each_other_is_told() {
    let cases = [
        (config(|config| config["key"] = json!(["other"])), "key"),
        (config(|config| config["newer_wins"] = json!("id")), "newer_wins"),
        (config(|config| config["columns"]["n"] = json!({})), "columns.n"),
        (config(|config| config["columns"]["n"] = json!({"value": 1, "path": "$.a"})), "columns.n"),
        (config(|config| config["url"] = json!("postgres://127.0.0.1/")), "url"),
        (config(|config| config["url"] = json!("postgres://127.0.0.1/db?sslmode=prefer")), "url"),
        (config(|config| config["url"] = json!("postgres://10.0.0.1/db")), "url"),
        (config(|config| config["url"] = json!("postgres://127.0.0.1:3306/db")), "url"),
        (config(|config| config["url"] = json!("sqlite:../etc/x.db")), "url"),
        (config(|config| config["url"] = json!("sqlite:/etc/x.db")), "url"),
        (config(|config| config["url"] = json!("sqlite:")), "url"),
    ];
    for (config, at) in cases {
        assert_eq!(paths(config.clone()), [at], "{config}");
    }
    assert!(paths(config(|config| config["url"] = json!("sqlite:shop/x.db"))).is_empty());
}

#[test]
fn values_are_read_as_their_type() {
    use ColumnType as T;
    let time = |text: &str| Some(Value::Timestamp(text.parse().unwrap()));
    let cases = [
        (T::Auto, json!(1), Some(Value::Integer(1))),
        (T::Auto, json!(18_446_744_073_709_551_615_u64), Some(Value::Text("18446744073709551615".into()))),
        (T::Auto, json!({"a": 1}), Some(Value::Text(r#"{"a":1}"#.into()))),
        (T::Text, json!(1.5), Some(Value::Text("1.5".into()))),
        (T::Integer, json!("42"), Some(Value::Integer(42))),
        (T::Integer, json!(1.5), None),
        (T::Integer, json!(null), Some(Value::Null)),
        (T::Float, json!("1.5"), Some(Value::Float(1.5))),
        (T::Bool, json!("true"), Some(Value::Bool(true))),
        (T::Bool, json!(1), None),
        (T::Json, json!("x"), Some(Value::Text("\"x\"".into()))),
        (T::Timestamp, json!("2024-05-01T02:00:00+02:00"), time("2024-05-01T00:00:00Z")),
        (T::Timestamp, json!("yesterday"), None),
        (T::UnixSeconds, json!(1_714_521_600), time("2024-05-01T00:00:00Z")),
        (T::UnixSeconds, json!(1_714_521_600.5), time("2024-05-01T00:00:00.5Z")),
        (T::UnixMs, json!(1_714_521_600_001_i64), time("2024-05-01T00:00:00.001Z")),
    ];
    for (kind, json, expected) in cases {
        assert_eq!(convert(kind, &json), expected, "{kind:?} {json}");
    }
}

#[test]
fn times_as_text_compare_like_times() {
    let text = |time: &str| Value::Timestamp(time.parse().unwrap()).into_text().unwrap();
    assert_eq!(text("2024-05-01T00:00:00Z"), "2024-05-01T00:00:00.000000Z");
    assert!(text("2024-05-01T00:00:00Z") < text("2024-05-01T00:00:00.5Z"));
}

#[test]
fn every_type_of_the_schema_is_read() {
    for name in ColumnType::NAMES {
        let kind: ColumnType = serde_json::from_value(json!(name)).unwrap();
        assert!(format!("{kind:?}").eq_ignore_ascii_case(&name.replace('_', "")), "{name}");
    }
    assert!(fields::schema(FIELDS)["properties"]["columns"].is_object());
    assert_eq!(Dialect::of_url("mariadb://x"), Dialect::Mysql);
}
