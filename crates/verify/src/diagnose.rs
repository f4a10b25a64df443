//! Recognises the usual mistake behind a refusal by trying what would have been accepted.
//!
//! Runs after a refusal only. What must stay true: nothing here accepts, and the work is bounded: bodies up to a cap,
//! a fixed number of variations.

use std::borrow::Cow;

use crate::context::Context;
use crate::known_keys::NoKnownKeys;
use crate::providers::PROVIDERS;
use crate::request::Request;
use crate::respell::{Style, respell};
use crate::scheme::Scheme;
use crate::secret::{SecretError, Window};
use crate::template::{Encoding, Hash, KeyForm, SignatureAt, Template};
use crate::verdict::{Acceptance, Mistake, Reason};
use crate::verify::judge;

/// Largest body that is serialised anew or hashed again for a diagnosis.
pub const BODY_DIAGNOSED_BYTES_MAX: usize = 1024 * 1024;

pub(crate) fn diagnose(scheme: &Scheme, context: &Context<'_>, reason: &Reason) -> Option<Mistake> {
    if context.request.body.len() > BODY_DIAGNOSED_BYTES_MAX {
        return None;
    }
    if let Reason::SecretUnusable(SecretError::PublicKey | SecretError::PrivateKey) = reason {
        return Some(Mistake::WrongKeyOfPair);
    }
    if let Some(mistake) = window_or_clock(scheme, context) {
        return Some(mistake);
    }
    if let Scheme::Hmac(template) | Scheme::PlainHash(template) = scheme {
        let wrap = |template| match scheme {
            Scheme::PlainHash(_) => Scheme::PlainHash(template),
            _ => Scheme::Hmac(template),
        };
        let mistake = wrong_hash(template, context.request)
            .or_else(|| other_encoding(template, &wrap, context))
            .or_else(|| other_key(template, &wrap, context))
            .or_else(|| other_body(scheme, context));
        if mistake.is_some() {
            return mistake;
        }
    } else if let Some(mistake) = other_body(scheme, context) {
        return Some(mistake);
    }
    if reason.is_absence() { other_provider(scheme, context.request) } else { None }
}

fn attempt(scheme: &Scheme, context: &Context<'_>) -> Option<Acceptance> {
    // Fetched keys are not tried again: a diagnosis never causes work elsewhere.
    let context = Context { check_time: false, ignore_windows: true, known_keys: &NoKnownKeys, ..*context };
    judge(scheme, &context).ok()
}

/// Everything is right but the time, or the window of the secret.
fn window_or_clock(scheme: &Scheme, context: &Context<'_>) -> Option<Mistake> {
    let acceptance = attempt(scheme, context)?;
    let matched = acceptance.secret?;
    match context.secrets.get(matched.index)?.window(context.now) {
        Window::Expired => Some(Mistake::SecretExpired { id: matched.id }),
        Window::NotYetValid => Some(Mistake::SecretNotYetValid { id: matched.id }),
        Window::Active => acceptance.skew_ms.map(|skew_ms| Mistake::ClockSkew { skew_ms }),
    }
}

/// The weaker signature that a provider sends beside the right one, or another hash's name before the signature.
fn wrong_hash(template: &Template, request: &Request<'_>) -> Option<Mistake> {
    let SignatureAt::Header { name, prefix, .. } = &template.signature else {
        return None;
    };
    let expected = template.hash.name();
    let stem = name.strip_suffix("-256").unwrap_or(name);
    let values: Vec<&[u8]> = request.header_values(name).chain(request.header_values(stem)).collect();
    if prefix.is_empty() || values.iter().any(|value| value.starts_with(prefix.as_bytes())) {
        return None;
    }
    let offers = |hash: &Hash| {
        let beginning = format!("{}=", hash.name());
        *hash != template.hash && values.iter().any(|value| value.starts_with(beginning.as_bytes()))
    };
    let offered = Hash::ALL.into_iter().find(offers)?.name();
    Some(Mistake::WrongHash { offered, expected })
}

fn other_encoding(
    template: &Template,
    wrap: &dyn Fn(Template) -> Scheme,
    context: &Context<'_>,
) -> Option<Mistake> {
    let others = Encoding::ALL.into_iter().filter(|encoding| *encoding != template.encoding);
    let fits = |encoding: &Encoding| {
        attempt(&wrap(Template { encoding: *encoding, ..template.clone() }), context).is_some()
    };
    let found = { others }.find(fits)?;
    Some(Mistake::Encoding { found: found.name(), expected: template.encoding.name() })
}

fn other_key(
    template: &Template,
    wrap: &dyn Fn(Template) -> Scheme,
    context: &Context<'_>,
) -> Option<Mistake> {
    let others = KeyForm::ALL.into_iter().filter(|form| *form != template.key);
    let fits = |form: &KeyForm| {
        let varied = Template { key: *form, key_bytes_min: 1, ..template.clone() };
        attempt(&wrap(varied), context).is_some()
    };
    let found = { others }.find(fits)?;
    Some(Mistake::SecretForm { found: found.name(), expected: template.key.name() })
}

/// Other spellings of the same body.
fn other_body(scheme: &Scheme, context: &Context<'_>) -> Option<Mistake> {
    let body = context.request.body;
    let mut spellings: Vec<(&'static str, Cow<'_, [u8]>)> =
        vec![("trimmed", Cow::Borrowed(body.trim_ascii()))];
    spellings.push(("newline-ended", Cow::Owned([body, b"\n"].concat())));
    if serde_json::from_slice::<&serde_json::value::RawValue>(body).is_ok() {
        for (name, style) in
            [("compact", Style::Compact), ("spaced", Style::Spaced), ("pretty", Style::Pretty)]
        {
            spellings.extend(respell(body, style).map(|respelt| (name, Cow::Owned(respelt))));
        }
    }
    let fits = |spelling: &[u8]| {
        let request = Request { body: spelling, ..*context.request };
        spelling != body && attempt(scheme, &Context { request: &request, ..*context }).is_some()
    };
    let (form, _) = spellings.iter().find(|(_, spelling)| fits(spelling))?;
    Some(Mistake::BodyReserialised { form })
}

/// The proof of another provider, by the header that only it is known to send.
fn other_provider(scheme: &Scheme, request: &Request<'_>) -> Option<Mistake> {
    let own = scheme.proof_headers();
    for provider in PROVIDERS {
        for &header in provider.headers {
            let is_there = request.header_values(header).next().is_some();
            if is_there && !own.iter().any(|held| held.eq_ignore_ascii_case(header)) {
                return Some(Mistake::OtherProvider { name: provider.name, title: provider.title, header });
            }
        }
    }
    None
}
