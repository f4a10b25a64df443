//! Answers a handshake, if a request is one.
//!
//! What must stay true: what is echoed is bounded and plain text, and a URL is given to the caller only if it is
//! `https` on the host that the provider's rule names.

use super::model::{Body, Condition, Fetch, Handshake, Value};
use crate::compare::secrets_equal;
use crate::json;
use crate::pinned::https_host;
use crate::request::Request;
use crate::secret::{Now, Purpose, Secret, Window};
use crate::template::{mac, prepare};

/// The name of a secret that a provider hands over.
pub const LEARNT: &str = "learnt";

/// Longest text that is echoed.
pub const ECHO_BYTES_MAX: usize = 1024;

/// What to send, and what to do besides.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header lines.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Send and act only if the source's scheme accepts the request.
    pub needs_verification: bool,
    /// A signing secret to keep, unless the source has one already.
    pub learn: Option<Secret>,
    /// A URL to fetch once through the caller's guard.
    pub fetch: Option<String>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Headers and body may echo a secret that is handed over.
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("needs_verification", &self.needs_verification)
            .field("fetch", &self.fetch)
            .finish_non_exhaustive()
    }
}

/// The answer of the first handshake that the request is, if it is one.
#[must_use]
pub fn answer(
    handshakes: &[Handshake],
    request: &Request<'_>,
    secrets: &[Secret],
    now: Now,
) -> Option<Answer> {
    handshakes.iter().find_map(|handshake| answer_one(handshake, &Source { request, secrets, now }))
}

struct Source<'a> {
    request: &'a Request<'a>,
    secrets: &'a [Secret],
    now: Now,
}

impl Source<'_> {
    fn active(&self, purpose: Purpose) -> impl Iterator<Item = &Secret> {
        self.secrets
            .iter()
            .filter(move |secret| secret.purpose == purpose && secret.window(self.now) == Window::Active)
    }

    fn value(&self, value: &Value) -> Option<String> {
        let text = match value {
            Value::Header(name) => self.request.header_text(name)?.to_owned(),
            Value::Query(name) => self.request.query_value(name)?,
            Value::Field(pointer) => json::text(self.request.body, pointer)?.into_owned(),
            Value::Text(text) => (*text).to_owned(),
            Value::ChallengeSecret => self.active(Purpose::Challenge).next()?.text().to_owned(),
            Value::Joined(values) => values.iter().map(|value| self.value(value)).collect::<Option<_>>()?,
            Value::Hmac { hash, encoding, key, of } => {
                let secret = self.active(Purpose::Signing).next()?;
                let key = prepare(*key, 1, secret.text()).ok()?;
                encoding.encode(&mac(*hash, &key, &[self.value(of)?.as_bytes()]))
            }
        };
        (text.len() <= ECHO_BYTES_MAX).then_some(text)
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Has(value) => self.value(value).is_some_and(|text| !text.is_empty()),
            Condition::Lacks(value) => self.value(value).is_none(),
            Condition::Is(value, wanted) => self.value(value).is_some_and(|text| text == *wanted),
            Condition::IsHex(value, least, most) => self.value(value).is_some_and(|text| {
                (*least..=*most).contains(&text.len())
                    && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            }),
        }
    }
}

fn answer_one(handshake: &Handshake, source: &Source<'_>) -> Option<Answer> {
    let is_it = source.request.method == handshake.method
        && handshake.when.iter().all(|condition| source.holds(condition));
    if !is_it {
        return None;
    }
    if let Some((value, refusal_status)) = &handshake.must_equal_challenge {
        let given = source.value(value).unwrap_or_default();
        let is_known = source
            .active(Purpose::Challenge)
            .any(|held| !held.text().is_empty() && secrets_equal(held.text().as_bytes(), given.as_bytes()));
        if !is_known {
            return Some(empty(*refusal_status));
        }
    }
    let mut answer = Answer { needs_verification: handshake.needs_verification, ..empty(handshake.status) };
    for (name, value) in handshake.headers {
        let text = source.value(value)?;
        // A control character could end the line and begin another.
        if text.chars().any(char::is_control) {
            return None;
        }
        answer.headers.push(((*name).to_owned(), text));
    }
    write_body(&handshake.body, source, &mut answer)?;
    if let Some(value) = &handshake.learn {
        answer.learn = Some(Secret::new(LEARNT, source.value(value)?));
    }
    if let Some(fetch) = &handshake.fetch {
        answer.fetch = Some(source.value(&fetch.url).filter(|url| is_pinned(fetch, url))?);
    }
    Some(answer)
}

const fn empty(status: u16) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: Vec::new(),
        needs_verification: false,
        learn: None,
        fetch: None,
    }
}

fn write_body(body: &Body, source: &Source<'_>, answer: &mut Answer) -> Option<()> {
    let mut header = |name: &str, value: &str| answer.headers.push((name.to_owned(), value.to_owned()));
    match body {
        Body::Empty => {}
        Body::Plain(value) => {
            header("content-type", "text/plain; charset=utf-8");
            header("x-content-type-options", "nosniff");
            answer.body = source.value(value)?.into_bytes();
        }
        Body::Json(fields) => {
            header("content-type", "application/json");
            let field =
                |(name, value): &(&str, Value)| Some(((*name).to_owned(), source.value(value)?.into()));
            let object: Option<serde_json::Map<String, serde_json::Value>> =
                fields.iter().map(field).collect();
            answer.body = serde_json::Value::Object(object?).to_string().into_bytes();
        }
        Body::FixedJson(text) => {
            header("content-type", "application/json");
            answer.body = text.as_bytes().to_vec();
        }
    }
    Some(())
}

/// Whether a URL is `https` on a pinned host, without credentials or port.
fn is_pinned(fetch: &Fetch, url: &str) -> bool {
    https_host(url).is_some_and(fetch.host_is)
}
