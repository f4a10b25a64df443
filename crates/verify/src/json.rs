//! Looks into a JSON body without changing a byte of it: values keep the spelling they were sent in.
//!
//! Templates and rules call this. What must stay true: numbers are read as text (a re-printed number is another
//! number), and a body too large or not JSON has no values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Largest body that is looked into.
pub const BODY_JSON_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Most steps of a pointer.
const POINTER_STEPS_MAX: usize = 16;

/// The raw value at an RFC 6901 pointer; the whole body for the empty pointer.
pub(crate) fn raw<'a>(body: &'a [u8], pointer: &str) -> Option<&'a RawValue> {
    if body.len() > BODY_JSON_BYTES_MAX {
        return None;
    }
    let mut value: &RawValue = serde_json::from_slice(body).ok()?;
    if pointer.is_empty() {
        return Some(value);
    }
    for (taken, step) in pointer.strip_prefix('/')?.split('/').enumerate() {
        if taken == POINTER_STEPS_MAX {
            return None;
        }
        value = child(value, step)?;
    }
    Some(value)
}

fn child<'a>(value: &'a RawValue, step: &str) -> Option<&'a RawValue> {
    let text = value.get();
    if text.starts_with('[') {
        let position: usize = step.parse().ok()?;
        return serde_json::from_str::<Vec<&RawValue>>(text).ok()?.get(position).copied();
    }
    let name = step.replace("~1", "/").replace("~0", "~");
    serde_json::from_str::<BTreeMap<String, &RawValue>>(text).ok()?.get(&name).copied()
}

/// The text of a string (decoded), number or boolean (as written) at a pointer.
pub(crate) fn text<'a>(body: &'a [u8], pointer: &str) -> Option<Cow<'a, str>> {
    let raw = raw(body, pointer)?.get();
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}
