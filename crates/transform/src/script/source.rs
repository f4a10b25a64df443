//! What is looked at in a source before the engine sees it.

use super::error::{ScriptError, ScriptErrorKind};

/// The shortest source, as the API of transformations has it.
pub const SOURCE_BYTES_MIN: usize = 10;
/// The longest source, as the API of transformations has it.
pub const SOURCE_BYTES_MAX: usize = 51_200;

pub(super) fn check(source: &str) -> Result<(), ScriptError> {
    let bytes = source.len();
    if !(SOURCE_BYTES_MIN..=SOURCE_BYTES_MAX).contains(&bytes) {
        let message =
            format!("a script has {SOURCE_BYTES_MIN} to {SOURCE_BYTES_MAX} bytes, this one has {bytes}");
        return Err(ScriptError::new(ScriptErrorKind::Syntax, message));
    }
    for (index, line) in source.lines().enumerate() {
        if let Some(column) = big_integer(line) {
            let message =
                "big integers such as 5n are not supported, nor may a text or comment look like one";
            let counted = |from_0: usize| u32::try_from(from_0 + 1).ok();
            let error = ScriptError::new(ScriptErrorKind::Syntax, message);
            return Err(ScriptError { line: counted(index), column: counted(column), ..error });
        }
    }
    Ok(())
}

/// Where a big integer is written, in characters from 0. What stands in texts and comments counts too: to tell them
/// from code takes a parser of the whole language, and one that errs would let a literal pass.
fn big_integer(line: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut column = 0;
    for word in line.split_inclusive(|c| !is_part(c)) {
        let name = word.trim_end_matches(|c| !is_part(c));
        if name.starts_with(|c: char| c.is_ascii_digit()) && name.strip_suffix('n').is_some_and(is_number) {
            return Some(column);
        }
        column += word.chars().count();
    }
    None
}

fn is_number(digits: &str) -> bool {
    let prefixes = ["0x", "0X", "0o", "0O", "0b", "0B"];
    match prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix)) {
        Some(rest) => rest.chars().all(|c| c.is_ascii_hexdigit() || c == '_'),
        None => digits.chars().all(|c| c.is_ascii_digit() || c == '_'),
    }
}
