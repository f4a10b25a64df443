//! Braintree: HMAC-SHA1 over a form field, keyed with the SHA-1 of the private key.
//!
//! What must stay true: of several pairs the one of the configured public key counts, if one is configured.

use super::read::{accepted, signature};
use super::{Family, FamilyResult};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::request::Outgoing;
use crate::secret::{Now, Secret, SecretError};
use crate::sign::SignError;
use crate::template::{Encoding, Hash, KeyForm, mac, prepare};
use crate::verdict::Reason;

const SIGNATURE: &str = "bt_signature";
const PAYLOAD: &str = "bt_payload";

/// Most pairs of public key and signature that are tried.
const PAIRS_MAX: usize = 16;

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct Braintree;

impl Family for Braintree {
    fn name(&self) -> &'static str {
        "braintree"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[]
    }

    /// The payload is covered, the spelling of the form around it is not.
    fn covers_body(&self) -> bool {
        false
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let keys = context.usable(key)?;
        let field = |name: &'static str| {
            let value = context.request.form_value(name);
            value.ok_or_else(|| Reason::FieldMissing { pointer: format!("the form field {name}") })
        };
        let payload = field(PAYLOAD)?;
        let pairs = field(SIGNATURE)?;
        let pairs: Vec<(&str, &str)> = pairs.split('&').filter_map(|pair| pair.split_once('|')).collect();
        if pairs.len() > PAIRS_MAX {
            return Err(Reason::TooManySignatures { limit: PAIRS_MAX }.into());
        }
        let public: Vec<&str> = context.challenges().collect();
        for (position, (public_key, text)) in pairs.iter().enumerate() {
            if !public.is_empty() && !public.contains(public_key) {
                continue;
            }
            let Ok(found) = signature(Encoding::Hex, text.as_bytes()) else {
                continue;
            };
            // The provider's own libraries take a payload that lost its last line end on the way.
            let fits = |key: &[u8], end: &[u8]| {
                secrets_equal(&mac(Hash::Sha1, key, &[payload.as_bytes(), end]), &found)
            };
            let matched = keys.iter().find(|(_, key)| fits(key, b"") || fits(key, b"\n"));
            if let Some((index, _)) = matched {
                return Ok(accepted(context, Some(*index), position, None));
            }
        }
        Err(Reason::NoSignatureMatched { candidates: pairs.len() }.into())
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, _: Now) -> Result<(), SignError> {
        let key = key(secret)?;
        let payload = outgoing.received(|request| request.form_value(PAYLOAD));
        let payload = payload.ok_or(SignError::BodyLacksField { pointer: PAYLOAD.to_owned() })?;
        let signature = Encoding::Hex.encode(&mac(Hash::Sha1, &key, &[payload.as_bytes()]));
        let pair = format!("simulated_public_key|{signature}");
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair(SIGNATURE, &pair)
            .append_pair(PAYLOAD, &payload)
            .finish();
        outgoing.body = form.into_bytes();
        Ok(())
    }
}

fn key(secret: &Secret) -> Result<zeroize::Zeroizing<Vec<u8>>, SecretError> {
    prepare(KeyForm::Sha1OfText, 1, secret.text())
}
