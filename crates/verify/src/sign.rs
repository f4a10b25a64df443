//! The general signer: makes a request look as its provider would send it. For tests, simulation and senders.
//!
//! What must stay true: what it signs verifies by the same scheme, secret and time.

use serde_json::Value;

use crate::families::{write_http_signatures, write_standard, write_token};
use crate::request::Outgoing;
use crate::scheme::Scheme;
use crate::secret::{Now, Secret, SecretError};
use crate::standard_webhooks;
use crate::template::{Construction, write as write_template};
use crate::verdict::Reason;

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The secret does not fit the scheme.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The request lacks something that is signed.
    #[error("the request cannot be signed: {0}")]
    Lacks(#[from] Reason),
    /// A time that the scheme cannot write.
    #[error("the time cannot be written in the scheme's form")]
    Time,
    /// The proof belongs into a JSON body.
    #[error("the body is not JSON, into which the scheme writes its proof")]
    BodyNotJson,
    /// The proof belongs into a field that is not there.
    #[error("the body has no {pointer}, where the scheme writes its proof")]
    BodyLacksField {
        /// JSON Pointer (RFC 6901).
        pointer: String,
    },
    /// Standard Webhooks refuses to sign this.
    #[error(transparent)]
    StandardWebhooks(standard_webhooks::SignError),
    /// Only the provider holds what signs.
    #[error("this scheme cannot be signed with what the receiver holds")]
    Unsignable,
}

/// Signs a request in place: headers are set; where the scheme demands it, body or target change.
///
/// Of several schemes ([`Scheme::AnyOf`]) the first that can use the secret signs.
///
/// # Errors
/// If the secret or the request does not fit the scheme.
pub fn sign(scheme: &Scheme, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
    match scheme {
        Scheme::Hmac(template) => write_template(template, Construction::Hmac, secret, outgoing, now),
        Scheme::PlainHash(template) => write_template(template, Construction::Plain, secret, outgoing, now),
        Scheme::Token(at) => write_token(at, secret, outgoing),
        Scheme::StandardWebhooks(scheme) => write_standard(*scheme, secret, outgoing, now),
        Scheme::HttpSignatures(scheme) => write_http_signatures(scheme, secret, outgoing, now),
        Scheme::Family(family) => family.sign(secret, outgoing, now),
        Scheme::AnyOf(schemes) => {
            let mut result = Err(SignError::Unsignable);
            for scheme in schemes.iter() {
                let mut copy = outgoing.clone();
                result = sign(scheme, secret, &mut copy, now);
                if result.is_ok() {
                    *outgoing = copy;
                    break;
                }
            }
            result
        }
        Scheme::None => Ok(()),
    }
}

/// Adds a parameter to the query.
pub(crate) fn write_query(outgoing: &mut Outgoing, name: &str, text: &str) {
    let joint = if outgoing.target.contains('?') { '&' } else { '?' };
    let pair = form_urlencoded::Serializer::new(String::new()).append_pair(name, text).finish();
    outgoing.target = format!("{}{joint}{pair}", outgoing.target);
}

/// Puts a text at a JSON Pointer of the body, as a number where a number stood.
pub(crate) fn write_field(outgoing: &mut Outgoing, pointer: &str, text: &str) -> Result<(), SignError> {
    let mut body: Value = serde_json::from_slice(&outgoing.body).map_err(|_| SignError::BodyNotJson)?;
    let place = body.pointer_mut(pointer);
    let place = place.ok_or(SignError::BodyLacksField { pointer: pointer.to_owned() })?;
    let number = if place.is_number() { serde_json::from_str(text).ok() } else { None };
    *place = number.unwrap_or_else(|| text.into());
    outgoing.body = body.to_string().into_bytes();
    Ok(())
}
