//! The webhook as values of the expression language.

use std::collections::HashMap;
use std::sync::Arc;

use cel::Value;
use cel::objects::{Key, Map};
use serde_json::Value as Json;

use crate::subject::Subject;

pub(super) fn of_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::UInt(number),
            (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => of_text(text),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(of_json).collect())),
        Json::Object(fields) => of_pairs(fields.iter().map(|(name, value)| (name.clone(), of_json(value)))),
    }
}

pub(super) fn of_text(text: &str) -> Value {
    Value::String(Arc::new(text.to_owned()))
}

/// Names in lower case; the values of a name that comes more than once are joined as HTTP allows.
pub(super) fn headers(subject: &Subject<'_>) -> Value {
    let mut joined: HashMap<String, String> = HashMap::new();
    for (name, value) in subject.headers() {
        let entry = joined.entry(name.to_ascii_lowercase()).or_default();
        if !entry.is_empty() {
            entry.push_str(", ");
        }
        entry.push_str(value);
    }
    of_pairs(joined.into_iter().map(|(name, value)| (name, of_text(&value))))
}

/// Of a name that comes more than once the first value.
pub(super) fn query(subject: &Subject<'_>) -> Value {
    let mut first: HashMap<String, Value> = HashMap::new();
    for (name, value) in subject.query_pairs() {
        first.entry(name.to_owned()).or_insert_with(|| of_text(value));
    }
    of_pairs(first.into_iter())
}

fn of_pairs(pairs: impl Iterator<Item = (String, Value)>) -> Value {
    let map = pairs.map(|(name, value)| (Key::String(Arc::new(name)), value)).collect();
    Value::Map(Map { map: Arc::new(map) })
}
