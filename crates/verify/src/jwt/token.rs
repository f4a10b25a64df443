//! The compact form (RFC 7515): three parts of base64url, of which the first two are signed.
//!
//! What must stay true: nothing in a token is believed before its signature is checked, and extensions that must be
//! understood are refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::verdict::Reason;

/// Longest token that is read.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// A token in parts.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    /// The algorithm that it names.
    pub(crate) algorithm: String,
    /// The key that it names.
    pub(crate) key_id: Option<String>,
    /// What it says.
    pub(crate) claims: Value,
    /// What is signed.
    pub(crate) signed: &'a str,
    /// The signature.
    pub(crate) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    pub(crate) fn parse(text: &'a [u8]) -> Result<Self, Reason> {
        let malformed = || Reason::SignatureMalformed { expected: "a JSON Web Token".to_owned() };
        if text.len() > TOKEN_BYTES_MAX {
            return Err(malformed());
        }
        let text = str::from_utf8(text).map_err(|_| malformed())?;
        let (signed, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (head, claims) = signed.split_once('.').ok_or_else(malformed)?;
        let head: Value = decode_json(head).ok_or_else(malformed)?;
        let text = |name: &str| head.get(name).and_then(Value::as_str).map(str::to_owned);
        if head.get("crit").is_some() {
            return Err(Reason::family("token_extension", "the token demands extensions that are not known"));
        }
        Ok(Self {
            algorithm: text("alg").ok_or_else(malformed)?,
            key_id: text("kid"),
            claims: decode_json(claims).filter(Value::is_object).ok_or_else(malformed)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed())?,
        })
    }

    /// The text of a claim.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }
}

fn decode_json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// A token signed by `sign`.
pub(crate) fn write<E>(
    head: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<String, E> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let signature = sign(signed.as_bytes())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
