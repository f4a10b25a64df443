//! Texts that fit: cut at a character when they are too long for a service.

/// What stands in the place of what was cut.
const MORE: char = '…';

/// The longest start of `text` that is at most `units_max` long, ending with "…" when something was cut. `units` says
/// what one character takes.
pub(super) fn cut(text: &str, units_max: usize, units: impl Fn(char) -> usize) -> String {
    if text.chars().map(&units).sum::<usize>() <= units_max {
        return text.to_owned();
    }
    let mut room = units_max.saturating_sub(units(MORE));
    let fits = |character: &char| {
        let left = room.checked_sub(units(*character));
        room = left.unwrap_or_default();
        left.is_some()
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    kept.push(MORE);
    kept
}

/// As most services count: characters outside of the basic plane are two.
pub(super) fn utf16(character: char) -> usize {
    character.len_utf16()
}

/// Bytes of a character inside a JSON string.
pub(super) fn json_bytes(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        '\0'..='\x1f' => 6,
        other => other.len_utf8(),
    }
}
