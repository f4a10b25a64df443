//! The rules that a source's own ways must keep.

use hooktide_model::{SourceResponse, SourceSecret, SourceSecretUse, SourceSplit, Timestamp};
use hooktide_verify::{CustomScheme, Rule, Split, provider};
use http::{HeaderName, HeaderValue};

use super::source_config::{SourceConfigIn, SourceResponseIn};
use crate::validate::Rules;

/// Bytes of an answer's body.
const RESPONSE_BODY_BYTES_MAX: usize = 64 << 10;
/// Header lines of an answer.
const RESPONSE_HEADERS_MAX: usize = 20;
/// The name of a public key among the secrets.
const PUBLIC_KEY: &str = "public-key";
/// Bytes of a secret.
const SECRET_BYTES_MAX: usize = 16 << 10;
/// The type whose scheme is the user's.
const CUSTOM: &str = "custom";
/// Bytes of a rule or a scheme.
const RULE_BYTES_MAX: usize = 4 << 10;
/// Methods that a delivery may use.
const METHODS: &[&str] = &["POST", "PUT", "PATCH", "GET", "DELETE"];
/// Headers that the server itself sets.
const OWN_HEADERS: &[&str] = &["connection", "content-length", "transfer-encoding", "upgrade", "date"];

pub(super) fn check_url(rules: &mut Rules, text: String) -> Option<String> {
    let is_web = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_web {
        rules.fail("url", "must be an http or https URL");
    }
    is_web.then_some(text)
}

pub(super) fn check_methods(rules: &mut Rules, methods: Vec<String>) -> Vec<String> {
    let fits = !methods.is_empty() && methods.iter().all(|one| METHODS.contains(&one.as_str()));
    if !fits || methods.len() > METHODS.len() {
        rules.fail("methods", format_args!("must be some of {}", METHODS.join(", ")));
    }
    methods
}

pub(super) fn check_rule(rules: &mut Rules, field: &str, rule: &serde_json::Value) -> Option<String> {
    let text = bounded(rules, field, rule)?;
    rules.check(field, serde_json::from_str::<Rule>(&text)).map(|_| text)
}

pub(super) fn check_split(
    rules: &mut Rules,
    provider_name: &str,
    split: &serde_json::Value,
) -> Option<SourceSplit> {
    match split {
        serde_json::Value::Bool(false) => None,
        serde_json::Value::Bool(true) => {
            if provider(provider_name).is_none_or(|provider| provider.split.is_none()) {
                rules.fail("split", format_args!("{provider_name} does not say where events are: give `at`"));
            }
            Some(SourceSplit::Provider)
        }
        own => {
            let text = bounded(rules, "split", own)?;
            rules.check("split", serde_json::from_str::<Split>(&text)).map(|_| SourceSplit::Own(text))
        }
    }
}

pub(super) fn check_scheme(
    rules: &mut Rules,
    provider_name: &str,
    scheme: &serde_json::Value,
) -> Option<String> {
    if provider_name != CUSTOM {
        rules
            .fail("scheme", format_args!("can be set where `type` is {CUSTOM}: {provider_name} has its own"));
        return None;
    }
    let text = bounded(rules, "scheme", scheme)?;
    let read = rules.check("scheme", serde_json::from_str::<CustomScheme>(&text))?;
    rules.check("scheme", read.checked()).map(|_| text)
}

fn bounded(rules: &mut Rules, field: &str, value: &serde_json::Value) -> Option<String> {
    let text = value.to_string();
    if text.len() > RULE_BYTES_MAX {
        rules.fail(field, format_args!("must be at most {RULE_BYTES_MAX} bytes as JSON"));
        return None;
    }
    Some(text)
}

pub(super) fn check_response(rules: &mut Rules, response: SourceResponseIn) -> SourceResponse {
    if response.status.is_some_and(|status| !(200..=299).contains(&status)) {
        rules.fail("response", "status must be 200 to 299: anything else is no success to a provider");
    }
    if response.body.as_ref().is_some_and(|body| body.len() > RESPONSE_BODY_BYTES_MAX) {
        rules.fail("response", format_args!("body must be at most {RESPONSE_BODY_BYTES_MAX} bytes"));
    }
    if response.headers.len() > RESPONSE_HEADERS_MAX {
        rules.fail("response", format_args!("headers must be at most {RESPONSE_HEADERS_MAX}"));
    }
    for (name, value) in &response.headers {
        let fits = HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok();
        if !fits || OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            rules.fail("response", format_args!("header {name:?} cannot be set"));
        }
    }
    SourceResponse { status: response.status, headers: response.headers, body: response.body }
}

/// The tolerance of the time of requests, if the type's scheme has a time that one applies to.
pub(super) fn check_grace(rules: &mut Rules, provider_name: &str, seconds: Option<u32>) -> Option<u32> {
    let seconds = seconds?;
    let scheme = provider(provider_name).map(|provider| &provider.scheme);
    if scheme.is_some_and(|scheme| scheme.with_tolerance(u64::from(seconds)).is_none()) {
        let detail = format_args!(
            "timestampGraceSeconds does not apply to {provider_name}: its scheme has no time of which a tolerance could be set"
        );
        rules.fail("config", detail);
        return None;
    }
    Some(seconds)
}

/// Whether sources of a type hold a public key.
fn takes_public_key(provider_name: &str) -> bool {
    provider(provider_name).is_some_and(|provider| provider.scheme.takes_public_key())
}

/// The public key that was given as such, which the owner may see again.
pub(super) fn shown_public_key(provider_name: &str, secrets: &[SourceSecret]) -> Option<String> {
    let named = secrets.iter().find(|secret| secret.id == PUBLIC_KEY && takes_public_key(provider_name));
    named.map(|secret| secret.text.clone())
}

/// Where a type has no public key, one that is given is a mistake: it would be taken for a secret.
pub(super) fn check_public_key(rules: &mut Rules, provider_name: &str, config: &SourceConfigIn) {
    let is_known = provider(provider_name).is_some();
    if config.public_key.is_some() && is_known && !takes_public_key(provider_name) {
        rules.fail("config", format_args!("{provider_name} has no publicKey: give its `secret`"));
    }
}

/// The secrets; `is_feed` where the names that both have are the feed's.
pub(super) fn check_secrets(rules: &mut Rules, config: SourceConfigIn, is_feed: bool) -> Vec<SourceSecret> {
    let plain = |id: &str, purpose, text| SourceSecret {
        id: id.to_owned(),
        purpose,
        text,
        from_s: None,
        until_s: None,
    };
    let mut secrets = Vec::new();
    secrets.extend(config.secret.map(|text| plain("secret", SourceSecretUse::Signing, text)));
    if !is_feed {
        let named = [(PUBLIC_KEY, config.public_key), ("client-id", config.client_id)];
        let signing = |(id, text)| Some(plain(id, SourceSecretUse::Signing, text?));
        secrets.extend(named.into_iter().filter_map(signing));
    }
    secrets.extend(config.verify_token.map(|text| plain("verify-token", SourceSecretUse::Challenge, text)));
    let seconds = |time: Timestamp| time.unix_ms().div_euclid(1000);
    secrets.extend(config.secrets.into_iter().flatten().map(|secret| SourceSecret {
        id: secret.id,
        purpose: if secret.challenge { SourceSecretUse::Challenge } else { SourceSecretUse::Signing },
        text: secret.secret,
        from_s: secret.valid_from.map(seconds),
        until_s: secret.valid_until.map(seconds),
    }));
    if secrets.len() > hooktide_model::source::SOURCE_SECRETS_MAX {
        let most = hooktide_model::source::SOURCE_SECRETS_MAX;
        rules.fail("config", format_args!("has {} secrets; at most {most} are allowed", secrets.len()));
    }
    if secrets.iter().any(|secret| secret.text.is_empty() || secret.text.len() > SECRET_BYTES_MAX) {
        rules.fail("config", format_args!("a secret must have 1 to {SECRET_BYTES_MAX} bytes"));
    }
    if secrets.iter().any(|secret| secret.id.is_empty() || secret.id.len() > LABEL_BYTES_MAX) {
        rules.fail("config", format_args!("a secret's id must have 1 to {LABEL_BYTES_MAX} bytes"));
    }
    secrets
}

/// Bytes of a secret's name.
const LABEL_BYTES_MAX: usize = 128;
