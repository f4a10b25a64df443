//! Secrets on their way out and back in.
//!
//! What is shown has `[redacted]` in the place of every secret. Who changes another field writes the whole back, so
//! `[redacted]` on the way in means the stored secret.

use serde_json::{Map, Value};

use super::form::{Field, Form};
use crate::seam::secret::REDACTED;

/// A password in a URL as the URL parser writes it.
const REDACTED_IN_URL: &str = "%5Bredacted%5D";

/// The configuration as it may be shown.
#[must_use]
pub fn masked(fields: &'static [Field], config: &Value) -> Value {
    visit(&Form::Object(fields), config, &|form, value| match (form, value.as_str()) {
        (Form::Secret, _) => Value::from(REDACTED),
        (Form::Url, Some(text)) => Value::from(masked_url(text)),
        _ => value.clone(),
    })
}

/// `written` with the secrets of `stored` wherever it has only their masks.
#[must_use]
pub fn with_kept_secrets(fields: &'static [Field], written: &Value, stored: &Value) -> Value {
    keep(&Form::Object(fields), written, Some(stored))
}

/// Names of the fields that hold a secret, at the top level.
#[must_use]
pub fn secret_fields(fields: &'static [Field]) -> Vec<&'static str> {
    fields.iter().filter(|field| holds_secret(&field.form)).map(|field| field.name).collect()
}

/// Places of secrets that are masks still, such as `env.TOKEN`.
#[must_use]
pub fn masked_still(fields: &'static [Field], config: &Value) -> Vec<String> {
    let mut places = Vec::new();
    find_masks(&Form::Object(fields), config, "", &mut places);
    places
}

/// The values of the fields that decide, beside a URL, who gets the secrets; see [`Field::is_aim`].
#[must_use]
pub fn aims<'a>(fields: &'static [Field], config: &'a Value) -> Vec<&'a Value> {
    fields.iter().filter(|field| field.is_aim).map(|field| &config[field.name]).collect()
}

fn find_masks(form: &Form, value: &Value, at: &str, places: &mut Vec<String>) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match (form, value) {
        (Form::Object(fields), Value::Object(object)) => {
            for field in *fields {
                if let Some(value) = object.get(field.name) {
                    find_masks(&field.form, value, &below(field.name), places);
                }
            }
        }
        (Form::Map { of, .. }, Value::Object(object)) => {
            object.iter().for_each(|(name, value)| find_masks(of, value, &below(name), places));
        }
        (Form::List { of, .. }, Value::Array(items)) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| find_masks(of, item, &below(&index.to_string()), places));
        }
        (Form::Secret | Form::Url, Value::String(text))
            if text.contains(REDACTED) || text.contains(REDACTED_IN_URL) =>
        {
            places.push(at.to_owned());
        }
        _ => {}
    }
}

fn holds_secret(form: &Form) -> bool {
    match form {
        Form::Secret | Form::Url => true,
        Form::List { of, .. } | Form::Map { of, .. } => holds_secret(of),
        Form::Object(fields) => fields.iter().any(|field| holds_secret(&field.form)),
        _ => false,
    }
}

fn visit(form: &Form, value: &Value, change: &dyn Fn(&Form, &Value) -> Value) -> Value {
    match (form, value) {
        (Form::Object(fields), Value::Object(object)) => object
            .iter()
            .map(|(name, value)| match fields.iter().find(|field| field.name == name) {
                Some(field) => (name.clone(), visit(&field.form, value, change)),
                None => (name.clone(), value.clone()),
            })
            .collect::<Map<_, _>>()
            .into(),
        (Form::Map { of, .. }, Value::Object(object)) => object
            .iter()
            .map(|(name, value)| (name.clone(), visit(of, value, change)))
            .collect::<Map<_, _>>()
            .into(),
        (Form::List { of, .. }, Value::Array(items)) => {
            items.iter().map(|item| visit(of, item, change)).collect::<Vec<_>>().into()
        }
        (plain, value) => change(plain, value),
    }
}

fn keep(form: &Form, written: &Value, stored: Option<&Value>) -> Value {
    match (form, written) {
        (Form::Object(fields), Value::Object(object)) => object
            .iter()
            .map(|(name, value)| {
                let form = fields.iter().find(|field| field.name == name).map(|field| &field.form);
                let stored = stored.and_then(|stored| stored.get(name));
                (name.clone(), form.map_or_else(|| value.clone(), |form| keep(form, value, stored)))
            })
            .collect::<Map<_, _>>()
            .into(),
        (Form::Map { of, .. }, Value::Object(object)) => object
            .iter()
            .map(|(name, value)| (name.clone(), keep(of, value, stored.and_then(|stored| stored.get(name)))))
            .collect::<Map<_, _>>()
            .into(),
        (Form::Secret, Value::String(text)) if text == REDACTED => stored.unwrap_or(written).clone(),
        (Form::Url, Value::String(text)) => Value::from(kept_url(text, stored.and_then(Value::as_str))),
        _ => written.clone(),
    }
}

fn masked_url(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else {
        // Not a URL, so nobody can say which part of it is secret.
        return REDACTED.to_owned();
    };
    if url.password().is_some() && url.set_password(Some(REDACTED)).is_ok() {
        return url.as_str().replacen(REDACTED_IN_URL, REDACTED, 1);
    }
    text.to_owned()
}

/// Puts the stored password into a URL whose password is masked, when user, host and port are still the same: a
/// password is never sent to a host it was not given for.
fn kept_url(written: &str, stored: Option<&str>) -> String {
    let (Ok(mut url), Some(Ok(stored))) = (url::Url::parse(written), stored.map(url::Url::parse)) else {
        return written.to_owned();
    };
    let is_masked = matches!(url.password(), Some(REDACTED | REDACTED_IN_URL));
    let is_same_server =
        url.host() == stored.host() && url.port() == stored.port() && url.username() == stored.username();
    if is_masked && is_same_server && url.set_password(stored.password()).is_ok() {
        // The parser has encoded the stored password already and leaves it as it is.
        return url.into();
    }
    written.to_owned()
}
