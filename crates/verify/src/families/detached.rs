//! A public-key signature in one header over the body and what stands beside it: Discord, SendGrid, Telnyx, Orum.
//!
//! What must stay true: every part is signed as received, and the key is the source's own.

use super::read::{accepted, header, signature, time, time_header};
use super::{Family, FamilyResult};
use crate::context::Context;
use crate::public_key::{PublicKey, PublicKeyAlgorithm, SigningText};
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, Part, Timestamp, content};
use crate::verdict::Reason;

/// The scheme's settings.
#[derive(Debug)]
pub struct Detached {
    /// Stable name.
    pub name: &'static str,
    /// The header of the signature, then that of the time if it has one, lower case.
    pub headers: &'static [&'static str],
    /// The algorithm.
    pub algorithm: PublicKeyAlgorithm,
    /// How the signature is written.
    pub encoding: Encoding,
    /// The time, which must be in a header.
    pub timestamp: Option<Timestamp>,
    /// What is signed, joined without separators; never [`Part::Secret`].
    pub parts: &'static [Part],
}

impl Family for Detached {
    fn name(&self) -> &'static str {
        self.name
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        self.headers
    }

    fn takes_public_key(&self) -> bool {
        true
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let keys = context.usable(|secret| PublicKey::from_text(secret.text()))?;
        let header_name = self.headers.first().copied().unwrap_or_default();
        let signature = signature(self.encoding, header(context.request, header_name)?)?;
        let mut written: Option<&[u8]> = None;
        let mut signed_ms = None;
        if let Some(rule) = &self.timestamp {
            let text = header(context.request, time_header(rule).ok_or(Reason::TimestampMissing)?)?;
            signed_ms = Some(time(context, rule, text)?);
            written = Some(text);
        }
        let message = content(self.parts, context.request, written)?;
        let matched = keys.iter().find(|(_, key)| key.verifies(self.algorithm, &message, &signature));
        let (index, _) = matched.ok_or(Reason::NoSignatureMatched { candidates: 1 })?;
        Ok(accepted(context, Some(*index), 0, signed_ms))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        let key = SigningText::read(secret)?;
        let mut written = None;
        if let Some(rule) = &self.timestamp {
            let text = rule.unit.write(now).ok_or(SignError::Time)?;
            outgoing.set_header(time_header(rule).ok_or(SignError::Time)?, text.clone());
            written = Some(text);
        }
        let written = written.as_deref().map(str::as_bytes);
        let message = outgoing.received(|request| content(self.parts, request, written))?;
        let signature = self.encoding.encode(&key.sign(self.algorithm, &message)?);
        outgoing.set_header(self.headers.first().ok_or(SignError::Unsignable)?, signature);
        Ok(())
    }
}
