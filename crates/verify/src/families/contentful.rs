//! Contentful: HMAC-SHA256 over method, path, a list of headers that the list itself is part of, and the body.
//!
//! What must stay true: the list must name the time and itself, or neither would be signed.

use super::read::{accepted, header, header_text, signature, text_key, time};
use super::{Family, FamilyResult};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::request::{Outgoing, Request};
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, Hash, TimeUnit, Timestamp, mac};
use crate::verdict::Reason;

const SIGNATURE: &str = "x-contentful-signature";
const SIGNED_HEADERS: &str = "x-contentful-signed-headers";
const TIMESTAMP: &str = "x-contentful-timestamp";
const TIME: Timestamp = Timestamp::header(TIMESTAMP, TimeUnit::Milliseconds, 30);

/// Most headers in the list.
const HEADERS_MAX: usize = 64;

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct Contentful;

impl Family for Contentful {
    fn name(&self) -> &'static str {
        "contentful"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[SIGNATURE, SIGNED_HEADERS, TIMESTAMP]
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let keys = context.usable(text_key)?;
        let found = signature(Encoding::Hex, header(context.request, SIGNATURE)?)?;
        let signed_ms = time(context, &TIME, header(context.request, TIMESTAMP)?)?;
        let head = head(context.request)?;
        let matches = |key: &[u8]| {
            secrets_equal(&mac(Hash::Sha256, key, &[head.as_bytes(), context.request.body]), &found)
        };
        let matched = keys.iter().find(|(_, key)| matches(key));
        let (index, _) = matched.ok_or(Reason::NoSignatureMatched { candidates: 1 })?;
        Ok(accepted(context, Some(*index), 0, Some(signed_ms)))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        let key = text_key(secret)?;
        outgoing.set_header(TIMESTAMP, TimeUnit::Milliseconds.write(now).ok_or(SignError::Time)?);
        outgoing.set_header(SIGNED_HEADERS, format!("{SIGNED_HEADERS},{TIMESTAMP}"));
        let head = outgoing.received(head)?;
        let signature = mac(Hash::Sha256, &key, &[head.as_bytes(), &outgoing.body]);
        outgoing.set_header(SIGNATURE, Encoding::Hex.encode(&signature));
        Ok(())
    }
}

/// Everything that is signed before the body.
fn head(request: &Request<'_>) -> Result<String, Reason> {
    let list = header_text(request, SIGNED_HEADERS)?;
    let mut names: Vec<&str> = list.split(',').map(str::trim).collect();
    if names.len() > HEADERS_MAX {
        return Err(Reason::TooManySignatures { limit: HEADERS_MAX });
    }
    if !names.contains(&TIMESTAMP) || !names.contains(&SIGNED_HEADERS) {
        let message = "the list of signed headers lacks the time or itself";
        return Err(Reason::family("headers_not_signed", message));
    }
    names.sort_unstable();
    let mut lines = Vec::with_capacity(names.len());
    for name in names {
        lines.push(format!("{name}:{}", header_text(request, name)?.trim()));
    }
    Ok(format!("{}\n{}\n{}\n", request.method, escaped_target(request), lines.join(";")))
}

/// The path and query as the provider's library writes them: the query is escaped as if it were one value, and then
/// the whole once more as a URL.
fn escaped_target(request: &Request<'_>) -> String {
    let path = escape(request.path(), b"-_.!~*'();,/?:@&=+$#");
    if request.query().is_empty() {
        return path;
    }
    let query = escape(request.query(), b"-_.!~*'()").replace('%', "%25");
    format!("{path}?{query}")
}

fn escape(text: &str, kept: &[u8]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push_str(&hex::encode_upper([byte]));
        }
    }
    escaped
}
