//! Standard Webhooks as a scheme of a source: the verifier of `standard_webhooks` over a whole request.
//!
//! What must stay true: all three headers come from one family of names, and a repeated one counts as missing.

use crate::context::Context;
use crate::keys::{KeyError, SigningKey, VerifyingKey};
use crate::request::{Found, Outgoing, Request};
use crate::secret::{Now, Secret, SecretError};
use crate::sign::SignError;
use crate::standard_webhooks::{self, DEFAULT_TOLERANCE_S, SignatureHeaders};
use crate::verdict::{Acceptance, Failure, Reason};

/// Which names the three headers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderNames {
    /// `webhook-*`.
    Webhook,
    /// `svix-*`.
    Svix,
    /// `webhook-*`, or `svix-*` if none of the former is there.
    Either,
}

impl HeaderNames {
    pub(crate) const fn signature(self) -> &'static str {
        match self {
            Self::Webhook | Self::Either => "webhook-signature",
            Self::Svix => "svix-signature",
        }
    }

    const fn stem(self) -> &'static str {
        match self {
            Self::Webhook | Self::Either => "webhook",
            Self::Svix => "svix",
        }
    }
}

/// The scheme's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardWebhooks {
    /// Names of the headers.
    pub headers: HeaderNames,
    /// Seconds that the timestamp may differ from now, either way.
    pub tolerance_s: u64,
}

impl StandardWebhooks {
    /// The usual tolerance.
    #[must_use]
    pub const fn new(headers: HeaderNames) -> Self {
        Self { headers, tolerance_s: DEFAULT_TOLERANCE_S }
    }
}

pub(crate) fn judge(scheme: StandardWebhooks, context: &Context<'_>) -> Result<Acceptance, Failure> {
    let keyed = context
        .usable(|secret| VerifyingKey::parse(secret.text()).map_err(unusable))
        .map_err(Failure::Refused)?;
    let (positions, keys): (Vec<usize>, Vec<VerifyingKey>) = keyed.into_iter().unzip();
    let headers = find(scheme.headers, context.request);
    let tolerance_s = if context.check_time { scheme.tolerance_s } else { u64::MAX };
    let now_s = context.now.unix_s();
    let verdict = standard_webhooks::verify(&keys, &headers, context.request.body, now_s, tolerance_s)
        .map_err(Reason::StandardWebhooks)?;
    let timestamp_ms = verdict.timestamp_s.saturating_mul(1000);
    Ok(Acceptance {
        secret: positions.get(verdict.key_index).map(|index| context.matched(*index)),
        signature: signature_position(keys.get(verdict.key_index), &headers, context, verdict.timestamp_s),
        timestamp_ms: Some(timestamp_ms),
        skew_ms: Some(context.now.unix_ms.saturating_sub(timestamp_ms)),
    })
}

/// Which entry of the header matched: the verifier reports the key alone, so the entries are tried one by one.
fn signature_position(
    key: Option<&VerifyingKey>,
    headers: &SignatureHeaders<'_>,
    context: &Context<'_>,
    timestamp_s: i64,
) -> usize {
    let (Some(key), Some(list)) = (key, headers.signature) else {
        return 0;
    };
    let matches = |entry: &[u8]| {
        let alone = SignatureHeaders { signature: Some(entry), ..*headers };
        standard_webhooks::verify(std::slice::from_ref(key), &alone, context.request.body, timestamp_s, 0)
            .is_ok()
    };
    list.split(|byte| *byte == b' ').position(matches).unwrap_or(0)
}

fn find<'a>(names: HeaderNames, request: &Request<'a>) -> SignatureHeaders<'a> {
    let once = |name: &str| match request.header(name) {
        Found::Once(value) => Some(value),
        Found::Missing | Found::Repeated => None,
    };
    match names {
        HeaderNames::Either => SignatureHeaders::find(once),
        HeaderNames::Webhook | HeaderNames::Svix => {
            let stem = names.stem();
            SignatureHeaders {
                id: once(&format!("{stem}-id")),
                timestamp: once(&format!("{stem}-timestamp")),
                signature: once(&format!("{stem}-signature")),
            }
        }
    }
}

fn unusable(error: KeyError) -> SecretError {
    match error {
        KeyError::Empty => SecretError::Empty,
        KeyError::PublicKeyCannotSign => SecretError::PublicKey,
        KeyError::PrivateKeyCannotVerify => SecretError::PrivateKey,
        _ => SecretError::Malformed { expected: "whsec_ and base64 of 24 to 75 bytes, or a whpk_ key" },
    }
}

pub(crate) fn write(
    scheme: StandardWebhooks,
    secret: &Secret,
    outgoing: &mut Outgoing,
    now: Now,
) -> Result<(), SignError> {
    let key = SigningKey::parse(secret.text()).map_err(unusable)?;
    let stem = scheme.headers.stem();
    let id_name = format!("{stem}-id");
    let id = outgoing.received(|request| request.header_text(&id_name).map(str::to_owned));
    let id = id.ok_or(Reason::HeaderMissing { name: id_name })?;
    let signature = standard_webhooks::sign(&[key], &id, now.unix_s(), &outgoing.body)
        .map_err(SignError::StandardWebhooks)?;
    outgoing.set_header(&format!("{stem}-timestamp"), now.unix_s().to_string());
    outgoing.set_header(&format!("{stem}-signature"), signature);
    Ok(())
}
