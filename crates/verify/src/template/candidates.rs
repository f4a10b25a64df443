//! Finds the signatures of a request: every one that the scheme's shape allows, so that all can be tried.
//!
//! What must stay true: their number is bounded, and what is not spelled as the scheme says is no candidate.

use std::borrow::Cow;

use super::model::{SignatureAt, Template, TimestampAt};
use crate::json;
use crate::request::{Found, Request};
use crate::verdict::Reason;

/// Most signatures that are tried per request.
pub(crate) const SIGNATURES_MAX: usize = 16;

/// What the signature's place holds.
pub(super) struct Candidates<'a> {
    /// Position among the signatures sent, and the decoded bytes.
    pub(super) decoded: Vec<(usize, Vec<u8>)>,
    /// The time, if it is written beside the signatures.
    pub(super) timestamp: Option<Cow<'a, [u8]>>,
}

pub(super) fn find<'a>(template: &Template, request: &Request<'a>) -> Result<Candidates<'a>, Reason> {
    let (texts, timestamp) = texts(template, request)?;
    if texts.len() > SIGNATURES_MAX {
        return Err(Reason::TooManySignatures { limit: SIGNATURES_MAX });
    }
    let decoded: Vec<_> = texts
        .iter()
        .enumerate()
        .filter_map(|(index, text)| Some((index, template.encoding.decode(text)?)))
        .filter(|(_, bytes)| bytes.len() == template.hash.bytes())
        .collect();
    if decoded.is_empty() {
        return Err(Reason::SignatureMalformed { expected: expectation(template) });
    }
    Ok(Candidates { decoded, timestamp })
}

type Texts<'a> = (Vec<Cow<'a, [u8]>>, Option<Cow<'a, [u8]>>);

/// The texts that stand where signatures stand, still encoded.
pub(super) fn texts<'a>(template: &Template, request: &Request<'a>) -> Result<Texts<'a>, Reason> {
    match &template.signature {
        SignatureAt::Header { name, prefix, may_repeat } => {
            let values: Vec<&[u8]> =
                if *may_repeat { request.header_values(name).collect() } else { vec![once(request, name)?] };
            if values.is_empty() {
                return Err(Reason::HeaderMissing { name: name.to_string() });
            }
            Ok((after_prefix(values.into_iter(), prefix), None))
        }
        SignatureAt::Fields { name, separator, keys } => {
            fields(template, once(request, name)?, *separator, keys)
        }
        SignatureAt::List { name, separator, prefix } => {
            let mut items = split(once(request, name)?, *separator);
            let first = matches!(&template.timestamp, Some(time) if time.at == TimestampAt::FirstOfList);
            let timestamp = if first { items.next().map(Cow::Borrowed) } else { None };
            Ok((after_prefix(items, prefix), timestamp))
        }
        SignatureAt::Headers { names } => {
            let values: Vec<_> =
                names.iter().flat_map(|name| request.header_values(name)).map(Cow::Borrowed).collect();
            match (values.is_empty(), names.first()) {
                (true, first) => {
                    Err(Reason::HeaderMissing { name: first.map_or_else(String::new, ToString::to_string) })
                }
                (false, _) => Ok((values, None)),
            }
        }
        SignatureAt::BodyField(pointer) => {
            let text = json::text(request.body, pointer)
                .ok_or_else(|| Reason::FieldMissing { pointer: pointer.to_string() })?;
            Ok((vec![bytes_of(text)], None))
        }
        SignatureAt::Query(name) => {
            let value = request.query_value(name);
            let value = value.ok_or_else(|| Reason::QueryMissing { name: name.to_string() })?;
            Ok((vec![Cow::Owned(value.into_bytes())], None))
        }
    }
}

fn fields<'a>(
    template: &Template,
    header: &'a [u8],
    separator: char,
    keys: &[Cow<'static, str>],
) -> Result<Texts<'a>, Reason> {
    let time_key = match &template.timestamp {
        Some(time) => match &time.at {
            TimestampAt::Field(key) => Some(key),
            TimestampAt::Header(_) | TimestampAt::FirstOfList | TimestampAt::BodyField(_) => None,
        },
        None => None,
    };
    let mut signatures = Vec::new();
    let mut timestamp = None;
    for pair in split(header, separator) {
        let Some(equals) = pair.iter().position(|byte| *byte == b'=') else {
            continue;
        };
        let (key, value) = (&pair[..equals], &pair[equals + 1..]);
        if keys.iter().any(|held| held.as_bytes() == key) {
            signatures.push(Cow::Borrowed(value));
        } else if time_key.is_some_and(|held| held.as_bytes() == key) {
            // Two times would let the same header be read in two ways.
            if timestamp.replace(Cow::Borrowed(value)).is_some() {
                return Err(Reason::TimestampMalformed { expected: "there once" });
            }
        }
    }
    Ok((signatures, timestamp))
}

fn split(header: &[u8], separator: char) -> impl Iterator<Item = &[u8]> {
    let separator = u8::try_from(separator).unwrap_or(b',');
    header.split(move |byte| *byte == separator).map(<[u8]>::trim_ascii)
}

fn after_prefix<'a>(values: impl Iterator<Item = &'a [u8]>, prefix: &str) -> Vec<Cow<'a, [u8]>> {
    values.filter_map(|value| value.strip_prefix(prefix.as_bytes())).map(Cow::Borrowed).collect()
}

/// The value of a header that must be there once.
pub(super) fn once<'a>(request: &Request<'a>, name: &str) -> Result<&'a [u8], Reason> {
    match request.header(name) {
        Found::Once(value) => Ok(value),
        Found::Missing => Err(Reason::HeaderMissing { name: name.to_owned() }),
        Found::Repeated => Err(Reason::HeaderRepeated { name: name.to_owned() }),
    }
}

pub(super) fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

fn expectation(template: &Template) -> String {
    let spelled = format!("{} bytes of {}", template.hash.bytes(), template.encoding.name());
    match &template.signature {
        SignatureAt::Header { prefix, .. } | SignatureAt::List { prefix, .. } if !prefix.is_empty() => {
            format!("{prefix} followed by {spelled}")
        }
        SignatureAt::Fields { keys, .. } => format!("{}= followed by {spelled}", keys.join("= or ")),
        _ => spelled,
    }
}
