//! Checkbook: HMAC-SHA256 over the body and a nonce after it, both in one header.
//!
//! What must stay true: the nonce is digits and the body does not end with one, so that no byte can move from one to
//! the other under the same signature.

use super::read::{accepted, header_text, signature, text_key};
use super::{Family, FamilyResult};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, Hash, mac};
use crate::verdict::Reason;

const HEADER: &str = "signature";
const NONCE: &str = "nonce";
const SIGNATURE: &str = "signature";

/// Most digits of a nonce.
const NONCE_DIGITS_MAX: usize = 64;

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct Checkbook;

impl Family for Checkbook {
    fn name(&self) -> &'static str {
        "checkbook"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[HEADER]
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let keys = context.usable(text_key)?;
        let text = header_text(context.request, HEADER)?;
        let nonce = field(text, NONCE)?;
        let is_number = nonce.len() <= NONCE_DIGITS_MAX && nonce.bytes().all(|byte| byte.is_ascii_digit());
        if nonce.is_empty() || !is_number {
            return Err(malformed().into());
        }
        let found = signature(Encoding::Hex, field(text, SIGNATURE)?.as_bytes())?;
        let body = context.request.body;
        if body.last().is_some_and(u8::is_ascii_digit) {
            let message = "the body ends with a digit, so where the nonce begins is not signed";
            return Err(Reason::family("body_end_not_signed", message).into());
        }
        let matches = |key: &[u8]| secrets_equal(&mac(Hash::Sha256, key, &[body, nonce.as_bytes()]), &found);
        let matched = keys.iter().find(|(_, key)| matches(key));
        let (index, _) = matched.ok_or(Reason::NoSignatureMatched { candidates: 1 })?;
        Ok(accepted(context, Some(*index), 0, None))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        let key = text_key(secret)?;
        let nonce = now.unix_s().unsigned_abs().to_string();
        let signature = Encoding::Hex.encode(&mac(Hash::Sha256, &key, &[&outgoing.body, nonce.as_bytes()]));
        outgoing.set_header(HEADER, format!("{NONCE}={nonce},{SIGNATURE}={signature}"));
        Ok(())
    }
}

/// The value of a key that is there once.
fn field<'a>(text: &'a str, key: &str) -> Result<&'a str, Reason> {
    let pairs = text.split(',').filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(held, _)| *held == key).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(malformed()),
    }
}

fn malformed() -> Reason {
    Reason::SignatureMalformed { expected: "nonce=<digits>,signature=<lower-case hex>".to_owned() }
}
