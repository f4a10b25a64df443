//! Judges by HTTP message signatures.
//!
//! What must stay true: one signature that covers everything required, in time, by a key of the source accepts;
//! the digest that it covers is compared with the body.

use zeroize::Zeroizing;

use super::digest;
use super::fields::{Input, inputs, joined, signature_of};
use super::model::HttpSignatures;
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::families::read::accepted;
use crate::public_key::{PublicKey, PublicKeyAlgorithm};
use crate::secret::{Secret, SecretError};
use crate::template::{Hash, mac, prepare};
use crate::verdict::{Acceptance, Failure, Reason};

pub(super) enum Key {
    Shared(Zeroizing<Vec<u8>>),
    Public(PublicKeyAlgorithm, PublicKey),
}

impl Key {
    fn read(scheme: &HttpSignatures, secret: &Secret) -> Result<Self, SecretError> {
        match scheme.algorithm.public_key() {
            None => prepare(scheme.key, 1, secret.text()).map(Self::Shared),
            Some(algorithm) => PublicKey::from_text(secret.text()).map(|key| Self::Public(algorithm, key)),
        }
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Shared(key) => secrets_equal(&mac(Hash::Sha256, key, &[message]), signature),
            Self::Public(algorithm, key) => key.verifies(*algorithm, message, signature),
        }
    }
}

pub(crate) fn judge(scheme: &HttpSignatures, context: &Context<'_>) -> Result<Acceptance, Failure> {
    let keys = context.usable(|secret| Key::read(scheme, secret))?;
    let signatures = joined(context.request, "signature")?;
    let field = joined(context.request, "signature-input")?;
    let mut first = None;
    for (position, input) in inputs(&field)?.iter().enumerate() {
        match judge_one(scheme, context, &keys, input, &signatures) {
            Ok(index) => {
                let signed_ms = input.created_s.map(|seconds| seconds.saturating_mul(1000));
                return Ok(accepted(context, Some(index), position, signed_ms));
            }
            Err(reason) => {
                first.get_or_insert(reason);
            }
        }
    }
    Err(first.unwrap_or(Reason::NoSignatureMatched { candidates: 0 }).into())
}

/// Gives the secret that matched.
fn judge_one(
    scheme: &HttpSignatures,
    context: &Context<'_>,
    keys: &[(usize, Key)],
    input: &Input<'_>,
    signatures: &str,
) -> Result<usize, Reason> {
    let lacking = scheme.required.iter().find(|component| !input.components.contains(&&***component));
    if let Some(component) = lacking {
        let message = format!("the signature does not cover {component}");
        return Err(Reason::Family { code: "component_not_signed", message });
    }
    if input.algorithm.is_some_and(|named| named != scheme.algorithm.name()) {
        return Err(Reason::family("algorithm_mismatch", "the signature names another algorithm"));
    }
    check_time(scheme, context, input)?;
    let found = signature_of(signatures, input.label)?;
    let found = found.ok_or(Reason::HeaderMissing { name: "signature".to_owned() })?;
    let message = super::base::base(context.request, &input.components, input.text)?;
    let matched = keys.iter().find(|(_, key)| key.verifies(message.as_bytes(), &found));
    let (index, _) = matched.ok_or(Reason::NoSignatureMatched { candidates: 1 })?;
    if input.components.contains(&"content-digest") {
        digest::check(&joined(context.request, "content-digest")?, context.request.body)?;
    }
    Ok(*index)
}

fn check_time(scheme: &HttpSignatures, context: &Context<'_>, input: &Input<'_>) -> Result<(), Reason> {
    let created_s = input.created_s.ok_or(Reason::TimestampMissing)?;
    if !context.check_time {
        return Ok(());
    }
    let now_s = context.now.unix_s();
    let tolerance_s = scheme.tolerance_s;
    let skew_s = now_s.abs_diff(created_s);
    let skew_ms = skew_s.saturating_mul(1000);
    if skew_s > tolerance_s {
        let is_old = created_s < now_s;
        return Err(if is_old {
            Reason::TimestampTooOld { skew_ms, tolerance_s }
        } else {
            Reason::TimestampTooNew { skew_ms, tolerance_s }
        });
    }
    if input.expires_s.is_some_and(|expires_s| now_s > expires_s) {
        return Err(Reason::family("signature_expired", "the signature has expired"));
    }
    Ok(())
}
