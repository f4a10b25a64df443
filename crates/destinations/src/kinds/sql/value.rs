//! From an event to the values of a row.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use super::config::Column;
use crate::mapping::{Path, Reading, Template};
use crate::seam::Fault;

/// Where a column's value comes from.
#[derive(Debug)]
pub(super) enum Source {
    Path(Path),
    Template(Template),
    Constant(Json),
}

/// How it is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ColumnType {
    /// As it stands; objects and lists become JSON text.
    #[default]
    Auto,
    Text,
    Integer,
    Float,
    Bool,
    Json,
    /// RFC 3339 text.
    Timestamp,
    /// A number of seconds since 1970.
    UnixSeconds,
    /// A number of milliseconds since 1970.
    UnixMs,
}

impl ColumnType {
    pub(super) const NAMES: &[&str] =
        &["auto", "text", "integer", "float", "bool", "json", "timestamp", "unix_seconds", "unix_ms"];
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Timestamp(Timestamp),
}

impl Value {
    /// As text that every database reads into the column's own type; `None` is null.
    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text),
            Self::Integer(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Bool(bool) => Some(bool.to_string()),
            // Always six digits, so that texts compare like the times they tell.
            Self::Timestamp(time) => Some(format!("{time:.6}")),
        }
    }
}

/// The values of all columns, in order.
pub(super) fn row(columns: &[Column], reading: &Reading<'_>) -> Result<Vec<Value>, Fault> {
    columns.iter().map(|column| value(column, reading)).collect()
}

fn value(column: &Column, reading: &Reading<'_>) -> Result<Value, Fault> {
    let rendered;
    let found = match &column.source {
        Source::Path(path) => reading.at(path)?.unwrap_or(&Json::Null),
        Source::Template(template) => {
            rendered = Json::String(reading.render(template)?);
            &rendered
        }
        Source::Constant(constant) => constant,
    };
    let value = convert(column.kind, found).ok_or_else(|| misfit(column, found))?;
    if column.is_key && value == Value::Null {
        let name = column.name.as_str();
        return Err(Fault::fail(format!("this event has no value for the key column `{name}`")));
    }
    Ok(value)
}

/// `None` when the value is not of the type.
pub(super) fn convert(kind: ColumnType, json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    Some(match kind {
        ColumnType::Auto => return auto(json),
        ColumnType::Json => Value::Text(json.to_string()),
        ColumnType::Text => match json {
            Json::String(text) => Value::Text(text.clone()),
            other => Value::Text(other.to_string()),
        },
        ColumnType::Integer => Value::Integer(integer(json)?),
        ColumnType::Float => Value::Float(match json {
            Json::String(text) => text.trim().parse().ok()?,
            other => other.as_f64()?,
        }),
        ColumnType::Bool => Value::Bool(match json.as_str() {
            Some(text) => text.trim().parse().ok()?,
            None => json.as_bool()?,
        }),
        ColumnType::Timestamp => Value::Timestamp(json.as_str()?.trim().parse().ok()?),
        ColumnType::UnixSeconds => match json.as_f64().filter(|_| !json.is_i64()) {
            Some(seconds) => Value::Timestamp(Timestamp::from_millisecond((seconds * 1_000.0) as i64).ok()?),
            None => Value::Timestamp(Timestamp::from_second(integer(json)?).ok()?),
        },
        ColumnType::UnixMs => Value::Timestamp(Timestamp::from_millisecond(integer(json)?).ok()?),
    })
}

fn auto(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::String(text) => Value::Text(text.clone()),
        Json::Number(number) => match (number.as_i64(), number.is_u64()) {
            (Some(number), _) => Value::Integer(number),
            (None, true) => Value::Text(number.to_string()),
            (None, false) => Value::Float(number.as_f64()?),
        },
        Json::Array(_) | Json::Object(_) => Value::Text(json.to_string()),
    })
}

fn integer(json: &Json) -> Option<i64> {
    match json {
        Json::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

/// Names the column and the kind of value, never the value: it may be somebody's data.
fn misfit(column: &Column, found: &Json) -> Fault {
    let found = match found {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    };
    Fault::fail(format!(
        "the value for column `{}` is {found} that cannot be read as {:?}; correct the column's type or path",
        column.name.as_str(),
        column.kind
    ))
}
