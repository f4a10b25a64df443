//! The configuration of an HTTP endpoint beside its URL: method, credentials, TLS, whose signature, CloudEvents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method};
use serde::Deserialize;
use serde_json::Value;

use super::oauth2::{AuthStyle, OAuth2};
use super::options::{Authorization, CloudEvents, HttpOptions, Signature};
use super::tls::TlsOptions;
use crate::guard::EndpointUrl;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, Secret, fields};

/// Most bytes of a chain or a bundle of certificates.
const CERTIFICATES_BYTES_MAX: usize = 64 * 1024;
/// Most bytes of names and other short texts.
const TEXT_BYTES_MAX: usize = 2_048;

const TEXT: Form = Form::Text { bytes_max: TEXT_BYTES_MAX };
const CERTIFICATES: Form = Form::Text { bytes_max: CERTIFICATES_BYTES_MAX };

pub(super) const FIELDS: &[Field] = &[
    Field::optional("method", Form::Choice(&["POST", "PUT", "PATCH"]), "the request's method; default: POST"),
    Field::optional(
        "auth",
        Form::Choice(&["none", "basic", "bearer", "oauth2"]),
        "what the authorization header is made of; default: none, so that the endpoint's own headers decide",
    ),
    Field::optional("basic_user", TEXT, "with auth basic: the user name, without a colon"),
    Field::optional("basic_password", Form::Secret, "with auth basic: the password"),
    Field::optional("bearer_token", Form::Secret, "with auth bearer: the token"),
    Field::optional(
        "oauth2_token_url",
        TEXT,
        "with auth oauth2: where a token is got with the client credentials (RFC 6749 section 4.4)",
    ),
    Field::optional("oauth2_client_id", TEXT, "with auth oauth2: the client's id"),
    Field::optional("oauth2_client_secret", Form::Secret, "with auth oauth2: the client's secret"),
    Field::optional("oauth2_scope", TEXT, "with auth oauth2: the scopes, separated by spaces"),
    Field::optional("oauth2_audience", TEXT, "with auth oauth2: the audience, where the server asks for one"),
    Field::optional(
        "oauth2_auth_style",
        Form::Choice(&["basic", "body"]),
        "with auth oauth2: where id and secret are sent, in the authorization header or in the body; default: basic",
    ),
    Field::optional(
        "client_certificate",
        CERTIFICATES,
        "the certificate that this server shows the receiver, PEM, with its intermediates behind it",
    ),
    Field::optional("client_key", Form::Secret, "the key of client_certificate, PEM, not encrypted"),
    Field::optional(
        "ca_certificates",
        CERTIFICATES,
        "the authorities that the receiver's certificate may come from, PEM; they are trusted in the place of the public ones",
    ),
    Field::optional(
        "signature",
        Form::Choice(&["ours", "forward", "both"]),
        "whose signature a received event carries: ours (default); forward: the provider's headers as they came and none of ours; both: the provider's headers and our signature. A published event has ours",
    ),
    Field::optional(
        "cloudevents",
        Form::Choice(&["binary", "structured"]),
        "send a CloudEvent 1.0: its attributes as ce- headers, or one application/cloudevents+json document",
    ),
    Field::optional(
        "cloudevents_source",
        TEXT,
        "the attribute source; default: this server's URL and the application",
    ),
    Field::optional(
        "cloudevents_handshake",
        Form::Flag,
        "ask the receiver by OPTIONS for its consent (webhook-request-origin) before anything is sent; without consent nothing is; default: false",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "method": "PUT",
  "auth": "oauth2",
  "oauth2_token_url": "https://login.example.com/oauth2/token",
  "oauth2_client_id": "hooktide",
  "oauth2_client_secret": "secret",
  "oauth2_scope": "events:write",
  "cloudevents": "binary",
  "cloudevents_source": "https://shop.example.com/orders"
}"#;

#[derive(Deserialize)]
struct Config {
    method: Option<String>,
    auth: Option<String>,
    basic_user: Option<String>,
    basic_password: Option<Secret>,
    bearer_token: Option<Secret>,
    oauth2_token_url: Option<String>,
    oauth2_client_id: Option<String>,
    oauth2_client_secret: Option<Secret>,
    oauth2_scope: Option<String>,
    oauth2_audience: Option<String>,
    oauth2_auth_style: Option<String>,
    client_certificate: Option<String>,
    client_key: Option<Secret>,
    ca_certificates: Option<String>,
    signature: Option<String>,
    cloudevents: Option<String>,
    cloudevents_source: Option<String>,
    cloudevents_handshake: Option<bool>,
}

/// Fields that mean something beside one other only: which, beside which value of what, and whether they must be there.
const BELONGING: &[(&str, &str, &[&str], bool)] = &[
    ("basic_user", "auth", &["basic"], true),
    ("basic_password", "auth", &["basic"], true),
    ("bearer_token", "auth", &["bearer"], true),
    ("oauth2_token_url", "auth", &["oauth2"], true),
    ("oauth2_client_id", "auth", &["oauth2"], true),
    ("oauth2_client_secret", "auth", &["oauth2"], true),
    ("oauth2_scope", "auth", &["oauth2"], false),
    ("oauth2_audience", "auth", &["oauth2"], false),
    ("oauth2_auth_style", "auth", &["oauth2"], false),
    ("cloudevents_source", "cloudevents", &["binary", "structured"], false),
    ("cloudevents_handshake", "cloudevents", &["binary", "structured"], false),
];

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let parsed: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    judge_belonging(config, &mut mistakes);
    judge_signature(&parsed, &mut mistakes);
    let tls = TlsOptions::read(
        parsed.client_certificate.as_deref(),
        parsed.client_key.as_ref(),
        parsed.ca_certificates.as_deref(),
    );
    let tls = tls.map_err(|mistake| mistakes.push(mistake)).ok();
    let authorization = authorization(&parsed, policy, &mut mistakes);
    match (tls, authorization) {
        (Some(tls), Some(authorization)) if mistakes.is_empty() => {
            Ok(Checked::http(options(parsed, tls, authorization)))
        }
        _ => Err(mistakes),
    }
}

fn options(parsed: Config, tls: TlsOptions, authorization: Authorization) -> HttpOptions {
    HttpOptions {
        method: match parsed.method.as_deref() {
            Some("PUT") => Method::PUT,
            Some("PATCH") => Method::PATCH,
            _ => Method::POST,
        },
        signature: match parsed.signature.as_deref() {
            Some("forward") => Signature::Forward,
            Some("both") => Signature::Both,
            _ => Signature::Ours,
        },
        cloud_events: parsed.cloudevents.map(|mode| CloudEvents {
            is_structured: mode == "structured",
            source: parsed.cloudevents_source,
        }),
        asks_first: parsed.cloudevents_handshake.unwrap_or(false),
        authorization,
        tls,
    }
}

fn judge_belonging(config: &Value, mistakes: &mut Vec<ConfigMistake>) {
    for (name, other, words, is_required) in BELONGING {
        let is_set = config.get(name).is_some_and(|value| !value.is_null());
        let fits = config.get(other).and_then(Value::as_str).is_some_and(|word| words.contains(&word));
        let words = words.join(" or ");
        if is_set && !fits {
            let what = format!("means nothing unless {other} is {words}");
            mistakes.push(ConfigMistake::new(*name, what, format!("remove it, or set {other} to {words}")));
        } else if fits && !is_set && *is_required {
            mistakes.push(ConfigMistake::new(*name, "is missing", format!("set it: {other} is {words}")));
        }
    }
}

fn judge_signature(parsed: &Config, mistakes: &mut Vec<ConfigMistake>) {
    let forwards = matches!(parsed.signature.as_deref(), Some("forward" | "both"));
    if forwards && parsed.cloudevents.as_deref() == Some("structured") {
        mistakes.push(ConfigMistake::new(
            "signature",
            "is the provider's, which does not hold for the document of a structured CloudEvent",
            "use cloudevents binary, or signature ours",
        ));
    }
}

/// `None` with the mistakes noted.
fn authorization(
    parsed: &Config,
    policy: &Policy,
    mistakes: &mut Vec<ConfigMistake>,
) -> Option<Authorization> {
    match (parsed.auth.as_deref(), &parsed.basic_user, &parsed.basic_password, &parsed.bearer_token) {
        (Some("basic"), Some(user), Some(password), _) => {
            if user.contains(':') {
                let mend = "use a user name without one";
                mistakes.push(ConfigMistake::new(
                    "basic_user",
                    "has a colon, which ends the user name",
                    mend,
                ));
            }
            let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
            fixed("basic_password", format!("Basic {pair}"), mistakes)
        }
        (Some("bearer"), _, _, Some(token)) => {
            fixed("bearer_token", format!("Bearer {}", token.expose()), mistakes)
        }
        (Some("oauth2"), ..) => oauth2(parsed, policy, mistakes).map(Authorization::OAuth2),
        _ => Some(Authorization::None),
    }
}

fn fixed(field: &str, text: String, mistakes: &mut Vec<ConfigMistake>) -> Option<Authorization> {
    match HeaderValue::from_str(&text) {
        Ok(mut value) => {
            value.set_sensitive(true);
            Some(Authorization::Fixed(value))
        }
        Err(_) => {
            let what = "has characters that no header can hold";
            mistakes.push(ConfigMistake::new(field, what, "use visible ASCII characters"));
            None
        }
    }
}

fn oauth2(parsed: &Config, policy: &Policy, mistakes: &mut Vec<ConfigMistake>) -> Option<OAuth2> {
    let text = parsed.oauth2_token_url.as_deref()?;
    let url = EndpointUrl::parse(text, &policy.guard).map_err(|refusal| {
        mistakes.push(ConfigMistake::new("oauth2_token_url", "may not be called", refusal.to_string()));
    });
    Some(OAuth2 {
        token_url: url.ok()?.into(),
        client_id: parsed.oauth2_client_id.clone()?,
        client_secret: parsed.oauth2_client_secret.clone()?,
        scope: parsed.oauth2_scope.clone(),
        audience: parsed.oauth2_audience.clone(),
        style: match parsed.oauth2_auth_style.as_deref() {
            Some("body") => AuthStyle::Body,
            _ => AuthStyle::Basic,
        },
    })
}
