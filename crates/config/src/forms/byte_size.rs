//! Sizes in bytes: `512MiB`, `50GB`, or a bare number of bytes.

use super::{Form, Wrong};

/// The units from large to small. Both families are accepted and never mixed up: 1 MiB is 1,048,576, 1 MB is 1,000,000.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

/// Reads a size. Upper and lower case are the same, a space before the unit is fine.
///
/// # Errors
/// When the text is not a whole number with a known unit, or does not fit into 64 bits.
pub fn parse_bytes(text: &str) -> Result<u64, Wrong> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim();
    let number = number.replace('_', "");
    if number.is_empty() {
        return Err(malformed(text));
    }
    let unit_bytes = if unit.is_empty() {
        1
    } else {
        UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(|| malformed(text))?.1
    };
    let bytes = number.parse::<u64>().ok().and_then(|count| count.checked_mul(unit_bytes));
    bytes.ok_or_else(|| Wrong::new(format!("`{text}` is too large"), "write a size below 16777216TiB"))
}

/// Writes a size in the largest unit that divides it; parses back to the same value.
pub fn format_bytes(bytes: u64) -> String {
    if bytes == 0 {
        return "0".to_owned();
    }
    let (name, unit_bytes) = UNITS
        .iter()
        .find(|(_, unit_bytes)| bytes.is_multiple_of(*unit_bytes))
        .expect("every number of bytes is divided by the last unit, 1 byte");
    format!("{}{name}", bytes / unit_bytes)
}

fn malformed(text: &str) -> Wrong {
    Wrong::new(
        format!("`{text}` is not a size"),
        "write a whole number with one of B, KiB, MiB, GiB, TiB or KB, MB, GB, TB, as in `512MiB`",
    )
}

/// A size within bounds, both included.
pub(crate) struct BytesIn {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

impl BytesIn {
    fn range(&self) -> String {
        format!("{} to {}", format_bytes(self.min), format_bytes(self.max))
    }
}

impl Form for BytesIn {
    type Out = u64;

    fn parse(&self, text: &str) -> Result<u64, Wrong> {
        let bytes = parse_bytes(text)?;
        if (self.min..=self.max).contains(&bytes) {
            return Ok(bytes);
        }
        Err(Wrong::new(format!("`{text}` is out of range"), format!("write a size from {}", self.range())))
    }

    fn describe(&self) -> String {
        format!("size in bytes, {}", self.range())
    }
}

/// A size, or 0 for no limit.
pub(crate) struct BytesOrUnlimited(pub(crate) BytesIn);

impl Form for BytesOrUnlimited {
    type Out = Option<u64>;

    fn parse(&self, text: &str) -> Result<Self::Out, Wrong> {
        if parse_bytes(text)? == 0 { Ok(None) } else { self.0.parse(text).map(Some) }
    }

    fn describe(&self) -> String {
        format!("{}, or 0 for no limit", self.0.describe())
    }
}
