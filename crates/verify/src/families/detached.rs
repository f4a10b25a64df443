//! A public-key signature in one header over an optional time and the body: Discord, SendGrid.
//!
//! What must stay true: time and body are signed as received, and the key is the source's own.

use super::read::{accepted, header, signature, time, time_header};
use super::{Family, FamilyResult};
use crate::context::Context;
use crate::public_key::{PublicKey, PublicKeyAlgorithm, SigningText};
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, Timestamp};
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
}

impl Detached {
    fn message(timestamp: &[u8], body: &[u8]) -> Vec<u8> {
        [timestamp, body].concat()
    }
}

impl Family for Detached {
    fn name(&self) -> &'static str {
        self.name
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        self.headers
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let keys = context.usable(|secret| PublicKey::from_text(secret.text()))?;
        let header_name = self.headers.first().copied().unwrap_or_default();
        let signature = signature(self.encoding, header(context.request, header_name)?)?;
        let mut written: &[u8] = b"";
        let mut signed_ms = None;
        if let Some(rule) = &self.timestamp {
            written = header(context.request, time_header(rule).ok_or(Reason::TimestampMissing)?)?;
            signed_ms = Some(time(context, rule, written)?);
        }
        let message = Self::message(written, context.request.body);
        let matched = keys.iter().find(|(_, key)| key.verifies(self.algorithm, &message, &signature));
        let (index, _) = matched.ok_or(Reason::NoSignatureMatched { candidates: 1 })?;
        Ok(accepted(context, Some(*index), 0, signed_ms))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        let key = SigningText::read(secret)?;
        let mut written = String::new();
        if let Some(rule) = &self.timestamp {
            written = rule.unit.write(now).ok_or(SignError::Time)?;
            outgoing.set_header(time_header(rule).ok_or(SignError::Time)?, written.clone());
        }
        let message = Self::message(written.as_bytes(), &outgoing.body);
        let signature = self.encoding.encode(&key.sign(self.algorithm, &message)?);
        outgoing.set_header(self.headers.first().ok_or(SignError::Unsignable)?, signature);
        Ok(())
    }
}
