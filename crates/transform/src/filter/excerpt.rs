//! Values shown to a person: short, on one line, and without what looks like a secret.
//!
//! What must stay true: a value of any size costs no more than what is shown of it.

use std::io;

use serde_json::Value;

use super::values::View;

/// The longest value that is shown; the rest is cut and an ellipsis says so.
pub const EXCERPT_CHARS_MAX: usize = 120;
/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";
/// A header or parameter whose name contains one of these keeps its values to itself.
const SECRET_NAMES: [&str; 10] =
    ["auth", "cookie", "secret", "token", "key", "sign", "passw", "credential", "session", "hmac"];

pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|word| name.contains(word))
}

pub(super) fn redacted() -> String {
    REDACTED.to_owned()
}

/// The value as JSON, cut; `None` if there is none.
pub(super) fn excerpt(view: View<'_>) -> Option<String> {
    match view {
        View::Json(value) => Some(of_json(value)),
        View::Text(text) => Some(of_text(text)),
        View::Missing | View::Unreadable => None,
    }
}

pub(super) fn of_json(value: &Value) -> String {
    let mut cut = Cut { bytes: Vec::new() };
    // The writer refuses to grow; what it holds by then is what is shown.
    let _refused = serde_json::to_writer(&mut cut, value);
    shorten(&String::from_utf8_lossy(&cut.bytes))
}

fn of_text(text: &str) -> String {
    let head: String = text.chars().take(EXCERPT_CHARS_MAX + 1).collect();
    of_json(&Value::String(head))
}

fn shorten(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(EXCERPT_CHARS_MAX) else {
        return text.to_owned();
    };
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// A writer that stops the serialiser once there is more than will be shown.
struct Cut {
    bytes: Vec<u8>,
}

/// A character has four bytes at most, so this is more than is shown.
const CUT_BYTES: usize = 4 * (EXCERPT_CHARS_MAX + 1);

impl io::Write for Cut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CUT_BYTES.saturating_sub(self.bytes.len());
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(room);
        self.bytes.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
