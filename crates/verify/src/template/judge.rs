//! Judges a request by a template: every active secret against every signature.
//!
//! What must stay true: digests are compared in constant time, and the work per request is bounded by the numbers of
//! secrets and signatures.

use std::borrow::Cow;

use super::candidates::{self, bytes_of, once};
use super::content::{pieces, with_secret};
use super::digest::{mac, plain};
use super::escape::escaped;
use super::model::{Template, Timestamp, TimestampAt};
use super::{key, time};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::json;
use crate::request::Request;
use crate::verdict::{Acceptance, Failure, Reason};

/// How the hash is keyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Construction {
    /// HMAC.
    Hmac,
    /// The secret is part of the text.
    Plain,
}

impl Construction {
    pub(super) fn digest(self, template: &Template, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Hmac => mac(template.hash, key, parts),
            Self::Plain => plain(template.hash, parts),
        }
    }
}

pub(crate) fn judge(
    template: &Template,
    construction: Construction,
    context: &Context<'_>,
) -> Result<Acceptance, Failure> {
    let secrets = context
        .usable(|secret| key::prepare(template.key, template.key_bytes_min, secret.text()))
        .map_err(Failure::Refused)?;
    let request = context.request;
    let candidates = candidates::find(template, request)?;
    let timestamp = match &template.timestamp {
        Some(rule) => Some(timestamp_text(rule, request, candidates.timestamp)?),
        None => None,
    };
    let timestamp_ms = match (&template.timestamp, &timestamp) {
        (Some(rule), Some(text)) => Some(rule.unit.parse_ms(text)?),
        _ => None,
    };
    if let (Some(rule), Some(signed_ms), true) = (&template.timestamp, timestamp_ms, context.check_time) {
        time::check(rule, signed_ms, context.now)?;
    }
    let matches = |request: &Request<'_>| {
        let pieces = pieces(&template.parts, request, timestamp.as_deref())?;
        let matched = secrets.iter().find_map(|(secret, key)| {
            let expected = construction.digest(template, key, &with_secret(&pieces, key));
            let (signature, _) =
                candidates.decoded.iter().find(|(_, found)| secrets_equal(found, &expected))?;
            Some((*secret, *signature))
        });
        Ok::<_, Reason>(matched)
    };
    let mut matched = matches(request)?;
    if matched.is_none()
        && template.or_escaped
        && let Some(body) = escaped(request.body)
    {
        matched = matches(&Request { body: &body, ..*request })?;
    }
    let (secret, signature) =
        matched.ok_or(Reason::NoSignatureMatched { candidates: candidates.decoded.len() })?;
    Ok(Acceptance {
        secret: Some(context.matched(secret)),
        signature,
        timestamp_ms,
        skew_ms: timestamp_ms.map(|signed_ms| context.now.unix_ms.saturating_sub(signed_ms)),
    })
}

fn timestamp_text<'a>(
    rule: &Timestamp,
    request: &Request<'a>,
    beside: Option<Cow<'a, [u8]>>,
) -> Result<Cow<'a, [u8]>, Reason> {
    match &rule.at {
        TimestampAt::Header(name) => once(request, name).map(Cow::Borrowed),
        TimestampAt::Field(_) | TimestampAt::FirstOfList => beside.ok_or(Reason::TimestampMissing),
        TimestampAt::BodyField(pointer) => {
            json::text(request.body, pointer).map(bytes_of).ok_or(Reason::TimestampMissing)
        }
    }
}
