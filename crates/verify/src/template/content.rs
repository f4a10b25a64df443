//! Builds what is signed, from the request's own bytes.
//!
//! What must stay true: the body is never rewritten, nor copied for a hash, and texts are signed as received.

use std::borrow::Cow;

use super::candidates::{bytes_of, once};
use super::model::Part;
use crate::json;
use crate::request::Request;
use crate::verdict::Reason;

/// One piece of the signed text. The secret differs per key, so its place is kept.
pub(super) enum Piece<'a> {
    Bytes(Cow<'a, [u8]>),
    Secret,
}

pub(super) fn pieces<'a>(
    parts: &'a [Part],
    request: &Request<'a>,
    timestamp: Option<&'a [u8]>,
) -> Result<Vec<Piece<'a>>, Reason> {
    parts.iter().map(|part| piece(part, request, timestamp)).collect()
}

/// The signed text of a scheme that is no template, as one run of bytes.
pub(crate) fn content(
    parts: &[Part],
    request: &Request<'_>,
    timestamp: Option<&[u8]>,
) -> Result<Vec<u8>, Reason> {
    Ok(with_secret(&pieces(parts, request, timestamp)?, b"").concat())
}

fn piece<'a>(
    part: &'a Part,
    request: &Request<'a>,
    timestamp: Option<&'a [u8]>,
) -> Result<Piece<'a>, Reason> {
    let bytes = match part {
        Part::Body => Cow::Borrowed(request.body),
        Part::Timestamp => Cow::Borrowed(timestamp.ok_or(Reason::TimestampMissing)?),
        Part::Header(name) => Cow::Borrowed(once(request, name)?),
        Part::Method => Cow::Borrowed(request.method.as_bytes()),
        Part::Url => Cow::Borrowed(request.url.ok_or(Reason::UrlMissing)?.as_bytes()),
        Part::Path => Cow::Borrowed(request.path().as_bytes()),
        Part::Target => Cow::Borrowed(request.target.as_bytes()),
        Part::Query(name) => {
            let value = request.query_value(name);
            Cow::Owned(value.ok_or_else(|| Reason::QueryMissing { name: name.to_string() })?.into_bytes())
        }
        Part::Literal(text) => Cow::Borrowed(text.as_bytes()),
        Part::BodyField(pointer) => {
            let text = json::text(request.body, pointer);
            bytes_of(text.ok_or_else(|| Reason::FieldMissing { pointer: pointer.to_string() })?)
        }
        Part::Secret => return Ok(Piece::Secret),
    };
    Ok(Piece::Bytes(bytes))
}

/// The pieces with the secret in its place.
pub(super) fn with_secret<'b>(pieces: &'b [Piece<'_>], secret: &'b [u8]) -> Vec<&'b [u8]> {
    let bytes = |piece: &'b Piece<'_>| match piece {
        Piece::Bytes(bytes) => bytes.as_ref(),
        Piece::Secret => secret,
    };
    pieces.iter().map(bytes).collect()
}
