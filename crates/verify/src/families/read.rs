//! What families read of a request, with the reason when it is not there.
//!
//! What must stay true: a header that carries proof is there once, and texts are decoded strictly.

use zeroize::Zeroizing;

use crate::context::Context;
use crate::request::{Found, Request};
use crate::secret::{Secret, SecretError};
use crate::template::{Encoding, KeyForm, Text, Timestamp, TimestampAt, check_time, prepare};
use crate::verdict::{Acceptance, Reason};

/// A header that must be there once.
pub(super) fn header<'a>(request: &Request<'a>, name: &str) -> Result<&'a [u8], Reason> {
    match request.header(name) {
        Found::Once(value) => Ok(value),
        Found::Missing => Err(Reason::HeaderMissing { name: name.to_owned() }),
        Found::Repeated => Err(Reason::HeaderRepeated { name: name.to_owned() }),
    }
}

/// Its text.
pub(super) fn header_text<'a>(request: &Request<'a>, name: &str) -> Result<&'a str, Reason> {
    let malformed = || Reason::SignatureMalformed { expected: format!("text in the {name} header") };
    str::from_utf8(header(request, name)?).map_err(|_| malformed())
}

/// The bytes of a signature.
pub(super) fn signature(encoding: Encoding, text: &[u8]) -> Result<Vec<u8>, Reason> {
    let malformed = || Reason::SignatureMalformed { expected: encoding.name().to_owned() };
    encoding.decode(text).filter(|bytes| !bytes.is_empty()).ok_or_else(malformed)
}

/// Why a text of the body is not there.
pub(super) fn field_missing(pointer: &str) -> Reason {
    Reason::FieldMissing { pointer: pointer.to_owned() }
}

/// A secret as its own bytes.
pub(super) fn text_key(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    prepare(KeyForm::Text, 1, secret.text())
}

/// Reads a time and refuses it outside the tolerance; gives milliseconds since 1970.
pub(super) fn time(context: &Context<'_>, rule: &Timestamp, text: &[u8]) -> Result<i64, Reason> {
    let signed_ms = rule.unit.parse_ms(text)?;
    if context.check_time {
        check_time(rule, signed_ms, context.now)?;
    }
    Ok(signed_ms)
}

/// The name of the header in which a rule's time is.
pub(super) fn time_header(rule: &Timestamp) -> Option<&Text> {
    match &rule.at {
        TimestampAt::Header(name) => Some(name),
        _ => None,
    }
}

/// An acceptance by a secret, or by a fetched key alone.
pub(super) fn accepted(
    context: &Context<'_>,
    secret: Option<usize>,
    signature: usize,
    signed_ms: Option<i64>,
) -> Acceptance {
    Acceptance {
        secret: secret.map(|index| context.matched(index)),
        signature,
        timestamp_ms: signed_ms,
        skew_ms: signed_ms.map(|signed_ms| context.now.unix_ms.saturating_sub(signed_ms)),
    }
}
