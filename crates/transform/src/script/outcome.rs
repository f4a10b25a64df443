//! The webhook on its way into the engine and back out.
//!
//! What must stay true: what comes out fits a request: a method that is allowed, a URL that parses, headers that HTTP
//! can carry, a payload of bounded size. Anything else is a bad result, never a webhook that is quietly different.

use rquickjs::{Array, Ctx, Error, FromJs, IntoJs};
use serde_json::{Map, Value, json};
use url::Url;

use super::error::{ScriptError, ScriptErrorKind};
use super::webhook::{OriginalRequest, Webhook};

/// The largest payload that a script may give.
pub const OUTPUT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How many headers a script may give.
pub const HEADERS_MAX: usize = 100;
/// The methods that a script may choose; the one that came in may stay whatever it is.
pub const METHODS: [&str; 3] = ["POST", "PUT", "PATCH"];
/// The longest URL.
const URL_BYTES_MAX: usize = 65_536;
/// The longest header, name and value together.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// Everything but the payload, as JSON for the prelude.
pub(super) fn input(webhook: &Webhook) -> String {
    json!({
        "method": webhook.method,
        "url": webhook.url,
        "headers": webhook.headers,
        "eventType": webhook.event_type,
        "channels": webhook.channels,
        "variables": webhook.variables,
        "transformationsParams": webhook.params,
        "request": webhook.request.as_ref().map(request),
    })
    .to_string()
}

fn request(request: &OriginalRequest) -> Value {
    let lower = request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()));
    json!({
        "method": request.method,
        "path": request.path,
        "query": by_name(request.query.iter().map(|(name, value)| (name.clone(), value.as_str()))),
        "headers": by_name(lower),
    })
}

/// Name → text, or a list of texts where a name came more than once.
fn by_name<'a>(pairs: impl Iterator<Item = (String, &'a str)>) -> Value {
    let mut named = Map::new();
    for (name, value) in pairs {
        match named.get_mut(&name) {
            None => drop(named.insert(name, value.into())),
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    Value::Object(named)
}

/// The payload as a text of JavaScript, and what it is. Bytes that are no UTF-8 become one character each.
pub(super) fn raw_payload<'js>(
    ctx: &Ctx<'js>,
    payload: &[u8],
) -> Result<(&'static str, rquickjs::Value<'js>), Error> {
    match std::str::from_utf8(payload) {
        Ok(text) => {
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            Ok((if is_json { "json" } else { "text" }, text.into_js(ctx)?))
        }
        Err(_) => {
            let characters: String = payload.iter().map(|byte| char::from(*byte)).collect();
            Ok(("bytes", characters.into_js(ctx)?))
        }
    }
}

/// Reads what the prelude made of the result: a message if it is no webhook, else method, URL, cancel, headers (name,
/// value, name, …; nothing if unchanged), the kind of the payload and the payload.
pub(super) fn read<'js>(
    ctx: &Ctx<'js>,
    result: &Array<'js>,
    before: &Webhook,
) -> Result<Webhook, ScriptError> {
    let fields = Fields { ctx, result };
    if let Some(message) = fields.get::<Option<String>>(0)? {
        return Err(bad(message));
    }
    let method = checked_method(fields.get(1)?, before)?;
    let url = checked_url(fields.get(2)?, before)?;
    let cancel = fields.get(3)?;
    let headers = match fields.get::<Option<Vec<String>>>(4)? {
        Some(flat) => checked_headers(&flat)?,
        None => before.headers.clone(),
    };
    let payload = match fields.get::<String>(5)?.as_str() {
        "same" => before.payload.clone(),
        "bytes" => fields.get::<String>(6)?.chars().filter_map(|c| u8::try_from(c).ok()).collect(),
        _ => fields.get::<String>(6)?.into_bytes(),
    };
    if payload.len() > OUTPUT_BYTES_MAX && payload != before.payload {
        return Err(bad(format!("the payload has {} bytes, more than {OUTPUT_BYTES_MAX}", payload.len())));
    }
    Ok(Webhook { method, url, cancel, headers, payload, ..before.clone() })
}

struct Fields<'a, 'js> {
    ctx: &'a Ctx<'js>,
    result: &'a Array<'js>,
}

impl<'js> Fields<'_, 'js> {
    fn get<T: FromJs<'js>>(&self, index: usize) -> Result<T, ScriptError> {
        self.result.get(index).map_err(|error| ScriptError::caught(self.ctx, error))
    }
}

fn bad(message: impl AsRef<str>) -> ScriptError {
    ScriptError::new(ScriptErrorKind::BadResult, message)
}

fn checked_method(method: String, before: &Webhook) -> Result<String, ScriptError> {
    if method == before.method || METHODS.contains(&method.as_str()) {
        return Ok(method);
    }
    Err(bad(format!("`method` is one of {}", METHODS.join(", "))))
}

fn checked_url(url: String, before: &Webhook) -> Result<String, ScriptError> {
    let is_right = url.len() <= URL_BYTES_MAX
        && Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url == before.url || is_right {
        return Ok(url);
    }
    Err(bad("`url` is no URL of http or https"))
}

fn checked_headers(flat: &[String]) -> Result<Vec<(String, String)>, ScriptError> {
    let (pairs, _) = flat.as_chunks::<2>();
    if pairs.len() > HEADERS_MAX {
        return Err(bad(format!("`headers` has more than {HEADERS_MAX} headers")));
    }
    pairs.iter().map(|[name, value]| checked_header(name, value)).collect()
}

fn checked_header(name: &str, value: &str) -> Result<(String, String), ScriptError> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_token) {
        return Err(bad(format!("`{}` is no name of a header", name.escape_debug())));
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(bad(format!(
            "the value of the header `{name}` has a line break or another control character"
        )));
    }
    if name.len() + value.len() > HEADER_BYTES_MAX {
        return Err(bad(format!("the header `{name}` has more than {HEADER_BYTES_MAX} bytes")));
    }
    Ok((name.to_owned(), value.to_owned()))
}
