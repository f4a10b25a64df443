//! Destinations on the wire: kinds other than `http`, and the options of an HTTP endpoint beside its URL. An extension
//! of the wire API.
//!
//! What must stay true: a secret leaves only as its mask, and a stored secret is put back in the place of its mask only
//! while kind and server stay the same, so that nobody has it sent to a server of his own.

use std::fmt;

use hooktide_destinations::kinds::KINDS;
use hooktide_destinations::seam::{ConfigMistake, Kind, Policy, Seam};
use hooktide_model::{Endpoint, EndpointDestination};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

use crate::error::VALUE_ERROR;
use crate::validate::Rules;

/// The kind whose URL is the endpoint's own.
pub const HTTP: &str = hooktide_destinations::kinds::http::KIND.name;
/// The kind that publishes into an application.
pub const MESSAGE: &str = hooktide_destinations::kinds::message::KIND.name;
/// The field of an HTTP endpoint's options that names another server.
const TOKEN_URL: &str = "oauth2_token_url";

/// What stands in the place of a secret.
const MASK: &str = "[redacted]";

/// Where to deliver when it is not an HTTP server, or how when it is one.
#[derive(Clone, Deserialize, ToSchema)]
pub struct DestinationIn {
    /// The kind: one of `GET /api/v1/destination-kind`. With `http` the endpoint's `url` says where to.
    #[schema(example = "sql")]
    pub kind: String,
    /// The kind's configuration. A secret that is still `[redacted]` stays as it is while kind and server do.
    #[schema(value_type = Object)]
    pub config: Value,
}

impl fmt::Debug for DestinationIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DestinationIn").field("kind", &self.kind).field("config", &"[redacted]").finish()
    }
}

/// Where an endpoint delivers when it is not an HTTP server, or how when it is one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DestinationOut)]
pub struct EndpointDestinationOut {
    /// The kind.
    pub kind: String,
    /// The kind's configuration; secrets are `[redacted]`.
    #[schema(value_type = Object)]
    pub config: Value,
}

/// A kind of destination.
#[derive(Debug, Serialize, ToSchema)]
pub struct DestinationKindOut {
    /// Its name, for `destination.kind`.
    pub name: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// URL schemes of its configuration.
    #[schema(value_type = Vec<String>)]
    pub schemes: &'static [&'static str],
    /// JSON Schema (2020-12) of `destination.config`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub schema: Option<Value>,
    /// A configuration that passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub example: Option<Value>,
}

/// A checked destination and what may be shown of it in the place of a URL.
pub struct CheckedDestination {
    /// To be stored.
    pub destination: EndpointDestination,
    /// `postgres://host/db`.
    pub shown: String,
}

/// What an endpoint has now.
#[derive(Clone, Copy, Debug)]
pub struct StoredTarget<'a> {
    /// Its URL, or what is shown in its place.
    pub url: &'a str,
    /// Its destination.
    pub destination: &'a EndpointDestination,
}

impl<'a> StoredTarget<'a> {
    /// Of an endpoint with a destination.
    #[must_use]
    pub fn of(endpoint: &'a Endpoint) -> Option<Self> {
        endpoint.destination.as_ref().map(|destination| Self { url: &endpoint.url, destination })
    }
}

impl DestinationIn {
    /// Whether the endpoint's own URL says where to.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.kind == HTTP
    }

    /// The options of a stored HTTP endpoint as somebody who read them would write them back.
    #[must_use]
    pub fn read_back(stored: &EndpointDestination) -> Option<Self> {
        (stored.kind == HTTP).then(|| {
            let EndpointDestinationOut { kind, config } = stored.into();
            Self { kind, config }
        })
    }

    /// Check it with everything that its kind asks for; `url` is the endpoint's own, and `stored` what it has now.
    pub fn checked(
        &self,
        rules: &mut Rules,
        url: Option<&str>,
        stored: Option<StoredTarget<'_>>,
        policy: &Policy,
    ) -> Option<CheckedDestination> {
        let seam = rules_of_kind(rules, &self.kind)?;
        let config = match stored.filter(|stored| self.has_server_of(&seam, url, *stored)) {
            Some(stored) => seam.with_kept_secrets(&self.config, &stored.destination.config),
            None => self.config.clone(),
        };
        if self.is_http() {
            judge_tls(rules, url, &config);
        }
        for place in seam.masked_still(&config) {
            let what = "is still masked";
            let mend =
                "write the secret again: it is kept only while kind and server, program or service stay";
            note(rules, &ConfigMistake::new(place, what, mend));
        }
        if let Err(mistakes) = (seam.check)(&config, policy) {
            mistakes.iter().for_each(|mistake| note(rules, mistake));
            return None;
        }
        let shown = match url.filter(|_| self.is_http()) {
            Some(url) => url.to_owned(),
            None => shown(&self.kind, &seam, &config),
        };
        Some(CheckedDestination {
            destination: EndpointDestination { kind: self.kind.clone(), config },
            shown,
        })
    }

    /// Whether everybody whom a secret may be sent to is the same as before.
    fn has_server_of(&self, seam: &Seam, url: Option<&str>, stored: StoredTarget<'_>) -> bool {
        let before = &stored.destination.config;
        if self.kind != stored.destination.kind || seam.aims(&self.config) != seam.aims(before) {
            return false;
        }
        if self.is_http() {
            let tokens = |config: &Value| server(text(config, TOKEN_URL));
            return tokens(&self.config) == tokens(before) && server(url) == server(Some(stored.url));
        }
        server(text(&self.config, "url")) == server(text(before, "url"))
    }
}

/// Certificates mean nothing to a connection without TLS.
fn judge_tls(rules: &mut Rules, url: Option<&str>, config: &Value) {
    let is_https =
        url.is_some_and(|url| url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:")));
    for field in ["client_certificate", "ca_certificates"] {
        if !is_https && text(config, field).is_some() {
            let msg = "means nothing without TLS; use an https url, or leave it out";
            rules.fail_at(&["destination", "config", field], msg, VALUE_ERROR);
        }
    }
}

fn rules_of_kind(rules: &mut Rules, name: &str) -> Option<Seam> {
    let msg = match KINDS.iter().find(|kind| kind.name == name) {
        Some(Kind { seam: Some(seam), .. }) => return Some(*seam),
        _ => {
            let known = KINDS.iter().filter(|kind| kind.seam.is_some()).map(|kind| kind.name);
            format!("is no kind of destination; use one of: {}", known.collect::<Vec<_>>().join(", "))
        }
    };
    rules.fail_at(&["destination", "kind"], msg, VALUE_ERROR);
    None
}

fn note(rules: &mut Rules, mistake: &ConfigMistake) {
    let steps: Vec<String> = mistake.path.split('.').filter(|step| !step.is_empty()).map(step).collect();
    let mut path = vec!["destination", "config"];
    path.extend(steps.iter().map(String::as_str));
    rules.fail_at(&path, format_args!("{}; {}", mistake.what, mistake.mend), VALUE_ERROR);
}

/// A step of a mistake's path as this API writes places: list items are `[0]`.
fn step(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { format!("[{text}]") } else { text.to_owned() }
}

fn text<'a>(config: &'a Value, field: &str) -> Option<&'a str> {
    config.get(field).and_then(Value::as_str)
}

/// Whom secrets beside this URL are for.
fn server(url: Option<&str>) -> Option<(String, Option<String>, Option<u16>)> {
    let url = url.and_then(|text| Url::parse(text).ok())?;
    Some((url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port()))
}

/// The target without user, password and parameters; where there is no URL, the kind and whom it aims at, as in
/// `command:/usr/bin/logger`.
fn shown(kind: &str, seam: &Seam, config: &Value) -> String {
    let Some(mut url) = text(config, "url").and_then(|text| Url::parse(text).ok()) else {
        let aims: Vec<&str> = seam.aims(config).into_iter().filter_map(Value::as_str).collect();
        return format!("{kind}:{}", aims.join(" "));
    };
    // A URL without a host, such as that of a file, has no user and no password to take away.
    let (_no_user, _no_password) = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl From<&EndpointDestination> for EndpointDestinationOut {
    fn from(stored: &EndpointDestination) -> Self {
        let seam = KINDS.iter().find(|kind| kind.name == stored.kind).and_then(|kind| kind.seam);
        // Of a kind that this server does not know, nobody can say what is secret.
        let config = seam.map_or_else(|| Value::from(MASK), |seam| seam.masked(&stored.config));
        Self { kind: stored.kind.clone(), config }
    }
}

impl From<&Kind> for DestinationKindOut {
    fn from(kind: &Kind) -> Self {
        let example = kind.seam.and_then(|seam| serde_json::from_str(seam.example).ok());
        let (name, summary, schemes) = (kind.name, kind.summary, kind.schemes);
        Self { name, summary, schemes, schema: kind.seam.map(|seam| seam.schema()), example }
    }
}

#[cfg(test)]
mod tests;
