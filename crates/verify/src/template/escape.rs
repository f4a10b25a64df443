//! A JSON body as PHP writes it, which some senders sign though they send another spelling of the same JSON.
//!
//! What must stay true: the result means what the body means, so that nothing else can be passed off as signed: a body
//! that is no JSON has no such form.

use serde_json::value::RawValue;

/// Largest body that is spelled anew.
const BODY_ESCAPED_BYTES_MAX: usize = 1024 * 1024;

/// Characters from here on are escaped.
const FIRST_ESCAPED: char = '\u{7f}';

/// The body with characters beyond ASCII as `\uXXXX` and slashes as `\/`; nothing, if that is the body itself, or if the
/// body is no JSON.
pub(super) fn escaped(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() > BODY_ESCAPED_BYTES_MAX {
        return None;
    }
    let text = str::from_utf8(body).ok()?;
    if !text.contains(|character| character >= FIRST_ESCAPED || character == '/') {
        return None;
    }
    // Outside of JSON's strings the escapes would say something else.
    serde_json::from_str::<&RawValue>(text).ok()?;
    let mut written = String::with_capacity(text.len() * 2);
    let mut before = '\0';
    for character in text.chars() {
        match character {
            '/' if before != '\\' => written.push_str("\\/"),
            FIRST_ESCAPED.. => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    written.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => written.push(character),
        }
        before = character;
    }
    Some(written.into_bytes())
}
