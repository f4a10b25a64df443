//! JSON Schema (2020-12) of a table.

use serde_json::{Map, Value, json};

use super::check::TEMPLATE_BYTES_MAX;
use super::form::{Field, Form, Need};

/// The schema of a configuration.
#[must_use]
pub fn schema(fields: &'static [Field]) -> Value {
    let mut schema = object(fields);
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.into()
}

fn object(fields: &[Field]) -> Map<String, Value> {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut property = form(&field.form);
            property.insert("description".into(), field.about.into());
            (field.name.to_owned(), property.into())
        })
        .collect();
    let required: Vec<_> =
        fields.iter().filter(|field| field.need == Need::Required).map(|field| field.name).collect();
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    into_map(schema)
}

fn form(form: &Form) -> Map<String, Value> {
    into_map(match form {
        Form::Text { bytes_max } => json!({"type": "string", "minLength": 1, "maxLength": bytes_max}),
        Form::Secret => json!({"type": "string", "minLength": 1, "format": "password", "writeOnly": true}),
        Form::Url => json!({"type": "string", "format": "uri"}),
        Form::Template => {
            json!({"type": "string", "format": "template", "minLength": 1, "maxLength": TEMPLATE_BYTES_MAX})
        }
        Form::Path => {
            json!({"type": "string", "format": "path", "minLength": 1, "maxLength": TEMPLATE_BYTES_MAX})
        }
        Form::Flag => json!({"type": "boolean"}),
        Form::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Form::Choice(words) => json!({"type": "string", "enum": words}),
        Form::Constant => json!({"type": ["string", "number", "boolean", "null"]}),
        Form::List { of, items_max } => {
            json!({"type": "array", "items": self::form(of), "minItems": 1, "maxItems": items_max})
        }
        Form::Map { of, entries_max } => json!({
            "type": "object",
            "additionalProperties": self::form(of),
            "minProperties": 1,
            "maxProperties": entries_max,
        }),
        Form::Object(fields) => return object(fields),
    })
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
