//! Writes the page of the reference that lists providers, out of the list itself.
//!
//! The server prints it; a test compares the page in the repository. What must stay true: the page says what the code
//! does, so nothing on it is written by hand.

use std::fmt::Write as _;

use super::{Confirmation, Provider};
use crate::families::TokenAt;
use crate::handshake::Handshake;
use crate::providers::PROVIDERS;
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Part, SignatureAt, Template, TimestampAt};

/// The page, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = String::from(
        "# Providers\n\nGenerated from the list in `crates/verify`. The name is what a source is set to.\n\n\
         | Name | Provider | Proof | Event type | Same event by |\n|---|---|---|---|---|\n",
    );
    for provider in PROVIDERS {
        let Provider { name, title, .. } = provider;
        let event_type = provider.event_type.as_ref().map_or_else(|| "-".to_owned(), rule);
        let proof = scheme(&provider.scheme);
        let dedupe = rule(&provider.dedupe);
        line(&mut page, &format!("| [{name}](#{name}) | {title} | {proof} | {event_type} | {dedupe} |"));
    }
    for provider in PROVIDERS {
        section(&mut page, provider);
    }
    page
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

fn section(page: &mut String, provider: &Provider) {
    line(page, &format!("\n## {}\n", provider.name));
    let by = match provider.confirmation {
        Confirmation::Provider => "the provider",
        Confirmation::ThirdParties => "third parties only",
    };
    line(page, &format!("{}. Scheme confirmed by {by}, {}.\n", provider.title, provider.checked));
    if let Some(secret) = &provider.secret {
        line(page, &format!("- Secret: {}", secret.found_at));
    }
    line(
        page,
        &format!(
            "- Answers: {} for success, {} for a proof that fails{}.",
            provider.success_status,
            provider.refusal_status,
            deadline(provider)
        ),
    );
    if !provider.echoes.is_empty() {
        line(page, &format!("- Success carries back `{}`.", provider.echoes.join("`, `")));
    }
    if provider.split.is_some() {
        line(page, "- One request may carry many events, which are split on request.");
    }
    for handshake in provider.handshakes {
        line(page, &format!("- {}", question(handshake)));
    }
    for note in provider.notes {
        line(page, &format!("- {note}"));
    }
    if !provider.documentation_url.is_empty() {
        line(page, &format!("- <{}>", provider.documentation_url));
    }
}

fn deadline(provider: &Provider) -> String {
    provider.answer_ms_max.map_or_else(String::new, |limit| format!(", within {limit} ms"))
}

fn question(handshake: &Handshake) -> String {
    let mut text = format!("Handshake by {}, answered with {}", handshake.method, handshake.status);
    if handshake.needs_verification {
        text.push_str(", once its signature is verified");
    }
    if let Some((_, status)) = &handshake.must_equal_challenge {
        let _ = write!(text, ", or with {status} if it names no challenge secret of the source");
    }
    if handshake.learn.is_some() {
        text.push_str("; the secret is learnt here");
    }
    text.push('.');
    text
}

fn scheme(scheme: &Scheme) -> String {
    match scheme {
        Scheme::Hmac(template) => format!("HMAC-{}", proof(template)),
        Scheme::PlainHash(template) => format!("plain {}", proof(template)),
        Scheme::Token(TokenAt::Header { name, .. }) => format!("token in `{name}`"),
        Scheme::Token(TokenAt::Query(name)) => format!("token in the query as `{name}`"),
        Scheme::Token(TokenAt::BodyField(pointer)) => format!("token in the body at `{pointer}`"),
        Scheme::Token(TokenAt::Basic) => "HTTP Basic".to_owned(),
        Scheme::Token(TokenAt::Bearer) => "Bearer token".to_owned(),
        Scheme::StandardWebhooks(scheme) => {
            format!("Standard Webhooks in `{}`, {} s", scheme.headers.signature(), scheme.tolerance_s)
        }
        Scheme::HttpSignatures(scheme) => {
            let parts = scheme.required.join("`, `");
            format!("RFC 9421 {} over `{parts}`, {} s", scheme.algorithm.name(), scheme.tolerance_s)
        }
        Scheme::Family(family) => family.name().to_owned(),
        Scheme::AnyOf(schemes) => schemes.iter().map(self::scheme).collect::<Vec<_>>().join(" or "),
        Scheme::None => "none".to_owned(),
    }
}

fn proof(template: &Template) -> String {
    let place = match &template.signature {
        SignatureAt::BodyField(pointer) => format!("the body at `{pointer}`"),
        SignatureAt::Query(name) => format!("the query as `{name}`"),
        SignatureAt::Headers { names } => format!("`{}`", names.join("` or `")),
        SignatureAt::Header { name, .. }
        | SignatureAt::Fields { name, .. }
        | SignatureAt::List { name, .. } => format!("`{name}`"),
    };
    let parts: Vec<String> = template.parts.iter().map(part).collect();
    let tolerance = match &template.timestamp {
        Some(time) => time.past_s_max.map_or_else(|| ", any age".to_owned(), |limit| format!(", {limit} s")),
        None => String::new(),
    };
    let (hash, encoding) = (template.hash.name().to_uppercase(), template.encoding.name());
    let time = match template.timestamp.as_ref().map(|time| &time.at) {
        Some(TimestampAt::Header(name)) => format!(", time in `{name}`"),
        Some(TimestampAt::BodyField(pointer)) => format!(", time in the body at `{pointer}`"),
        Some(TimestampAt::Field(_) | TimestampAt::FirstOfList) | None => String::new(),
    };
    format!("{hash} of {} as {encoding} in {place}{time}{tolerance}", parts.join(" "))
}

fn part(part: &Part) -> String {
    match part {
        Part::Body => "body".to_owned(),
        Part::Timestamp => "time".to_owned(),
        Part::Method => "method".to_owned(),
        Part::Url => "URL".to_owned(),
        Part::Path => "path".to_owned(),
        Part::Target => "path and query".to_owned(),
        Part::Secret => "secret".to_owned(),
        Part::Literal(text) | Part::Header(text) | Part::Query(text) | Part::BodyField(text) => {
            format!("`{text}`")
        }
    }
}

fn rule(rule: &Rule) -> String {
    match rule {
        Rule::Header(name) => format!("header `{name}`"),
        Rule::Body(pointer) => format!("body `{pointer}`"),
        Rule::Query(name) => format!("query `{name}`"),
        Rule::Form(name) => format!("form `{name}`"),
        Rule::Constant(text) => format!("`{text}`"),
        Rule::Joined { parts, .. } => parts.iter().map(self::rule).collect::<Vec<_>>().join(" with "),
        Rule::FirstOf(rules) if rules.is_empty() => "nothing".to_owned(),
        Rule::FirstOf(rules) => rules.iter().map(self::rule).collect::<Vec<_>>().join(", else "),
        Rule::BodyHash => "hash of the body".to_owned(),
    }
}
