//! Reads the two header fields: the inputs (what is signed, with parameters) and the signatures, by label.
//!
//! What must stay true: only the canonical spelling of RFC 8941 is read, so that the text that is signed is the text
//! that was received; components with parameters are not understood and refuse their signature.

use crate::request::Request;
use crate::template::Encoding;
use crate::verdict::Reason;

/// Most signatures that are tried.
pub(super) const SIGNATURES_MAX: usize = 8;

/// Most components that one signature covers.
const COMPONENTS_MAX: usize = 64;

/// Longest field that is read.
const FIELD_BYTES_MAX: usize = 16 * 1024;

/// What one signature covers, and its parameters.
#[derive(Debug)]
pub(super) struct Input<'a> {
    pub(super) label: &'a str,
    /// From the bracket to the end, as received.
    pub(super) text: &'a str,
    pub(super) components: Vec<&'a str>,
    pub(super) created_s: Option<i64>,
    pub(super) expires_s: Option<i64>,
    pub(super) algorithm: Option<&'a str>,
}

fn malformed() -> Reason {
    Reason::SignatureMalformed {
        expected: "Signature-Input of RFC 9421 in its canonical spelling".to_owned(),
    }
}

/// The inputs in order.
pub(super) fn inputs(field: &str) -> Result<Vec<Input<'_>>, Reason> {
    members(field)?.into_iter().map(|(label, text)| input(label, text)).collect()
}

/// The bytes of the signature of a label.
pub(super) fn signature_of(field: &str, label: &str) -> Result<Option<Vec<u8>>, Reason> {
    let Some((_, text)) = members(field)?.into_iter().find(|(held, _)| *held == label) else {
        return Ok(None);
    };
    let encoded = text.strip_prefix(':').and_then(|text| text.strip_suffix(':'));
    let bytes = encoded.and_then(|encoded| Encoding::Base64.decode(encoded.as_bytes()));
    bytes.map(Some).ok_or(Reason::SignatureMalformed { expected: "base64 between colons".to_owned() })
}

/// The members of a dictionary: cut at commas outside quotes.
pub(super) fn members(field: &str) -> Result<Vec<(&str, &str)>, Reason> {
    if field.len() > FIELD_BYTES_MAX {
        return Err(malformed());
    }
    let mut members: Vec<(&str, &str)> = Vec::new();
    let mut rest = field.trim_matches(' ');
    while !rest.is_empty() {
        let mut is_quoted = false;
        let ends = |letter: char| {
            is_quoted ^= letter == '"';
            letter == ',' && !is_quoted
        };
        let at = rest.find(ends).unwrap_or(rest.len());
        let (label, text) = rest[..at].split_once('=').ok_or_else(malformed)?;
        if members.iter().any(|(held, _)| *held == label) {
            return Err(malformed());
        }
        if members.len() == SIGNATURES_MAX {
            return Err(Reason::TooManySignatures { limit: SIGNATURES_MAX });
        }
        members.push((label, text.trim_end_matches(' ')));
        rest = rest.get(at + 1..).unwrap_or_default().trim_start_matches(' ');
    }
    Ok(members)
}

fn input<'a>(label: &'a str, text: &'a str) -> Result<Input<'a>, Reason> {
    let (list, parameters) =
        text.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(malformed)?;
    let quoted = list.split(' ').filter(|item| !list.is_empty() || !item.is_empty());
    let components: Option<Vec<&str>> = quoted.map(unquoted).collect();
    let components = components.ok_or_else(malformed)?;
    let is_repeated = components.iter().enumerate().any(|(at, it)| components[..at].contains(it));
    if components.len() > COMPONENTS_MAX || is_repeated {
        return Err(malformed());
    }
    let mut input = Input { label, text, components, created_s: None, expires_s: None, algorithm: None };
    let parameters = match parameters.strip_prefix(';') {
        Some(parameters) => parameters.split(';').collect(),
        None if parameters.is_empty() => Vec::new(),
        None => return Err(malformed()),
    };
    for parameter in parameters {
        let (name, value) = parameter.split_once('=').ok_or_else(malformed)?;
        match name {
            "created" => input.created_s = Some(value.parse().map_err(|_| malformed())?),
            "expires" => input.expires_s = Some(value.parse().map_err(|_| malformed())?),
            "alg" => input.algorithm = Some(unquoted(value).ok_or_else(malformed)?),
            "keyid" | "nonce" | "tag" => {}
            _ => return Err(malformed()),
        }
    }
    Ok(input)
}

/// A plain string between quotes.
fn unquoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = inner.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\');
    is_plain.then_some(inner)
}

/// The one value of a header, or its lines joined as RFC 9110 has it.
pub(super) fn joined(request: &Request<'_>, name: &str) -> Result<String, Reason> {
    let mut values = Vec::new();
    for value in request.header_values(name) {
        values.push(str::from_utf8(value).map_err(|_| malformed())?.trim_matches([' ', '\t']));
    }
    if values.is_empty() {
        return Err(Reason::HeaderMissing { name: name.to_owned() });
    }
    Ok(values.join(", "))
}
