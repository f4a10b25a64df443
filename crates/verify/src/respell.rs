//! Writes the same JSON with other white space, as libraries print it. Only the diagnosis calls this.
//!
//! What must stay true: order, numbers and escapes stay as sent, since only white space is judged; the result is as
//! long as its nesting allows, so nesting is bounded.

/// Deepest nesting that is indented.
const DEPTH_MAX: usize = 64;

/// How white space is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// None at all.
    Compact,
    /// One space after commas and colons.
    Spaced,
    /// A line per value, indented by two spaces.
    Pretty,
}

/// The JSON in another style; nothing, if it is nested too deeply. Text that is no JSON gives some text.
pub(crate) fn respell(json: &[u8], style: Style) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(json.len());
    let mut depth = 0_usize;
    let mut is_text = false;
    let mut is_escaped = false;
    for &byte in json {
        if is_text {
            out.push(byte);
            is_text = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return None;
                }
                out.push(byte);
                break_line(&mut out, style, depth);
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                close(&mut out, style, depth, byte);
            }
            b',' => {
                out.push(byte);
                separate(&mut out, style, depth);
            }
            b':' => out.extend_from_slice(if style == Style::Compact { b":" } else { b": " }),
            _ => {
                is_text = byte == b'"';
                out.push(byte);
            }
        }
    }
    Some(out)
}

fn separate(out: &mut Vec<u8>, style: Style, depth: usize) {
    if style == Style::Spaced {
        out.push(b' ');
    }
    break_line(out, style, depth);
}

fn break_line(out: &mut Vec<u8>, style: Style, depth: usize) {
    if style == Style::Pretty {
        out.push(b'\n');
        out.resize(out.len() + 2 * depth, b' ');
    }
}

/// Closes an object or array; an empty one stays on its line.
fn close(out: &mut Vec<u8>, style: Style, depth: usize, byte: u8) {
    if style == Style::Pretty {
        out.truncate(out.trim_ascii_end().len());
        if !matches!(out.last(), Some(b'{' | b'[')) {
            break_line(out, style, depth);
        }
    }
    out.push(byte);
}
