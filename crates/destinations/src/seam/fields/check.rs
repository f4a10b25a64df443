//! Holds a configuration against its table. Every mistake is told, not only the first.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::form::{Field, Form, Need};
use super::mistake::ConfigMistake;
use crate::mapping::{Path, Template};

/// Most bytes of a template or a path.
pub(super) const TEMPLATE_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of a secret or a URL.
const SECRET_BYTES_MAX: usize = 16 * 1024;
/// A name is suggested when it is at least this similar to an unknown one.
const SIMILARITY_MIN: f64 = 0.8;

/// Checks `config` against the table and reads it.
///
/// # Errors
/// Every mistake.
pub fn read<C: DeserializeOwned>(fields: &'static [Field], config: &Value) -> Result<C, Vec<ConfigMistake>> {
    let mut mistakes = Vec::new();
    judge_object(fields, config, "", &mut mistakes);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    serde_json::from_value(config.clone()).map_err(|error| {
        vec![ConfigMistake::new("", format!("does not fit: {error}"), "compare it with the kind's schema")]
    })
}

fn judge_object(fields: &'static [Field], value: &Value, at: &str, mistakes: &mut Vec<ConfigMistake>) {
    let Value::Object(object) = value else {
        mistakes.push(ConfigMistake::new(at, "is not an object", "write it as a JSON object"));
        return;
    };
    for name in object.keys().filter(|name| !fields.iter().any(|field| field.name == name.as_str())) {
        mistakes.push(ConfigMistake::new(below(at, name), "is not a known field", suggestion(fields, name)));
    }
    for field in fields {
        judge_field(field, object, at, mistakes);
    }
}

fn judge_field(field: &Field, object: &Map<String, Value>, at: &str, mistakes: &mut Vec<ConfigMistake>) {
    let path = below(at, field.name);
    match object.get(field.name) {
        Some(value) if !value.is_null() || matches!(field.form, Form::Constant) => {
            judge(&field.form, value, &path, mistakes);
        }
        _ if field.need == Need::Required => {
            mistakes.push(ConfigMistake::new(path, "is missing", format!("set it: {}", field.about)));
        }
        _ => {}
    }
}

fn judge(form: &Form, value: &Value, at: &str, mistakes: &mut Vec<ConfigMistake>) {
    match form {
        Form::List { of, items_max } => judge_list(of, *items_max, value, at, mistakes),
        Form::Map { of, entries_max } => judge_map(of, *entries_max, value, at, mistakes),
        Form::Object(fields) => judge_object(fields, value, at, mistakes),
        plain => {
            if let Err((what, mend)) = judge_plain(plain, value) {
                mistakes.push(ConfigMistake::new(at, what, mend));
            }
        }
    }
}

fn judge_list(of: &Form, items_max: usize, value: &Value, at: &str, mistakes: &mut Vec<ConfigMistake>) {
    match value.as_array() {
        Some(items) if (1..=items_max).contains(&items.len()) => {
            for (index, item) in items.iter().enumerate() {
                judge(of, item, &format!("{at}.{index}"), mistakes);
            }
        }
        _ => mistakes.push(ConfigMistake::new(
            at,
            "is not a list of the right length",
            format!("write a JSON list of 1 to {items_max} items"),
        )),
    }
}

fn judge_map(of: &Form, entries_max: usize, value: &Value, at: &str, mistakes: &mut Vec<ConfigMistake>) {
    match value.as_object() {
        Some(entries) if (1..=entries_max).contains(&entries.len()) => {
            for (name, entry) in entries {
                judge(of, entry, &below(at, name), mistakes);
            }
        }
        _ => mistakes.push(ConfigMistake::new(
            at,
            "is not an object of the right size",
            format!("write a JSON object of 1 to {entries_max} entries"),
        )),
    }
}

fn judge_plain(form: &Form, value: &Value) -> Result<(), (String, String)> {
    let fits = |fits: bool, what: &str, mend: String| match fits {
        true => Ok(()),
        false => Err((what.to_owned(), mend)),
    };
    match form {
        Form::Text { bytes_max } => judge_text(value, *bytes_max).map(|_| ()),
        Form::Secret | Form::Url => judge_text(value, SECRET_BYTES_MAX).map(|_| ()),
        Form::Template => {
            Template::parse(judge_text(value, TEMPLATE_BYTES_MAX)?).map(|_| ()).map_err(|error| {
                (format!("is not a valid template: {error}"), "write {{ payload.some.field }}".into())
            })
        }
        Form::Path => Path::parse(judge_text(value, TEMPLATE_BYTES_MAX)?).map(|_| ()).map_err(|error| {
            (format!("is not a valid path: {error}"), "write $.some.field or $.list[0].id".into())
        }),
        Form::Flag => fits(value.is_boolean(), "is not a boolean", "write true or false".into()),
        Form::Integer { min, max } => fits(
            value.as_i64().is_some_and(|number| (*min..=*max).contains(&number)),
            "is not a whole number in its range",
            format!("write a number from {min} to {max}"),
        ),
        Form::Choice(words) => fits(
            value.as_str().is_some_and(|text| words.contains(&text)),
            "is none of the known words",
            format!("use one of: {}", words.join(", ")),
        ),
        Form::Constant => fits(
            !value.is_array() && !value.is_object(),
            "is not a text, number, boolean or null",
            "write one value, not a list or an object".into(),
        ),
        Form::List { .. } | Form::Map { .. } | Form::Object(_) => Ok(()),
    }
}

fn judge_text(value: &Value, bytes_max: usize) -> Result<&str, (String, String)> {
    match value.as_str() {
        Some(text) if (1..=bytes_max).contains(&text.len()) && !text.contains('\0') => Ok(text),
        Some(_) => Err((
            "is empty, too long or has a zero byte".into(),
            format!("write 1 to {bytes_max} bytes of text"),
        )),
        None => Err(("is not a text".into(), "write it in quotes".into())),
    }
}

fn below(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn suggestion(fields: &[Field], unknown: &str) -> String {
    let names = fields.iter().map(|field| field.name);
    let nearest = names
        .clone()
        .map(|name| (strsim::jaro_winkler(name, unknown), name))
        .filter(|(similarity, _)| *similarity >= SIMILARITY_MIN)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => format!("remove it; the fields are: {}", names.collect::<Vec<_>>().join(", ")),
    }
}
