//! The general verifier: a scheme, the source's secrets, a request, and the time of its receipt.
//!
//! The receiving side calls this before it believes a byte of a body. What must stay true: only a scheme's own
//! judgement accepts; the diagnosis that follows a refusal cannot.

use crate::context::Context;
use crate::diagnose::diagnose;
use crate::families::{judge_http_signatures, judge_standard, judge_token};
use crate::known_keys::KnownKeys;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::secret::{Now, Secret};
use crate::template::{Construction, judge as judge_template};
use crate::verdict::{Acceptance, Failure, Reason, Refusal, Verdict};

/// How strictly to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Whether a timestamp out of tolerance refuses. Off for stored requests that are verified again; secrets are then
    /// still judged as of the time given, so give the time of receipt.
    pub check_time: bool,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { check_time: true }
    }
}

/// Verifies a request that just arrived.
#[must_use]
pub fn verify(
    scheme: &Scheme,
    secrets: &[Secret],
    request: &Request<'_>,
    now: Now,
    known_keys: &dyn KnownKeys,
) -> Verdict {
    verify_with(scheme, secrets, request, now, known_keys, VerifyOptions::default())
}

/// Verifies a request as `options` say.
#[must_use]
pub fn verify_with(
    scheme: &Scheme,
    secrets: &[Secret],
    request: &Request<'_>,
    now: Now,
    known_keys: &dyn KnownKeys,
    options: VerifyOptions,
) -> Verdict {
    let check_time = options.check_time;
    let context = Context { secrets, request, now, known_keys, check_time, ignore_windows: false };
    match judge(scheme, &context) {
        Ok(acceptance) => Verdict::Accepted(acceptance),
        Err(Failure::KeyNeeded(request)) => Verdict::KeyNeeded(request),
        Err(Failure::Refused(reason)) => {
            let mistake = diagnose(scheme, &context, &reason);
            Verdict::Refused(Refusal { reason, mistake })
        }
    }
}

pub(crate) fn judge(scheme: &Scheme, context: &Context<'_>) -> Result<Acceptance, Failure> {
    match scheme {
        Scheme::Hmac(template) => judge_template(template, Construction::Hmac, context),
        Scheme::PlainHash(template) => judge_template(template, Construction::Plain, context),
        Scheme::Token(at) => judge_token(at, context),
        Scheme::StandardWebhooks(scheme) => judge_standard(*scheme, context),
        Scheme::HttpSignatures(scheme) => judge_http_signatures(scheme, context),
        Scheme::Family(family) => family.verify(context).map_err(Failure::from),
        Scheme::AnyOf(schemes) => judge_any(schemes, context),
        Scheme::None => Ok(Acceptance::default()),
    }
}

/// The first scheme that accepts; else the refusal of the first whose proof was there.
fn judge_any(schemes: &[Scheme], context: &Context<'_>) -> Result<Acceptance, Failure> {
    let mut first = None;
    for scheme in schemes {
        let failure = match judge(scheme, context) {
            Ok(acceptance) => return Ok(acceptance),
            Err(failure) => failure,
        };
        let replaces = match (&first, &failure) {
            (None, _) => true,
            (Some(Failure::Refused(held)), Failure::Refused(new)) => says_less(held) && !says_less(new),
            (Some(Failure::Refused(_)), Failure::KeyNeeded(_)) => true,
            (Some(Failure::KeyNeeded(_)), _) => false,
        };
        if replaces {
            first = Some(failure);
        }
    }
    Err(first.unwrap_or(Failure::Refused(Reason::NoSecrets)))
}

const fn says_less(reason: &Reason) -> bool {
    reason.is_absence() || matches!(reason, Reason::SecretUnusable(_))
}
