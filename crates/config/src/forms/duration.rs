//! Durations: `250ms`, `5s`, `1h30m`, `2d`, alone, with `off`, or as the list of delays of a retry schedule.
//! Resolution is one millisecond; a bare number is refused because its unit would be a guess.

use std::time::Duration;

use super::{Form, Wrong};
use crate::Literal;

/// The units from large to small, in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The longest retry schedule, so that a typing mistake cannot ask for a delivery without end.
const SCHEDULE_LENGTH_MAX: usize = 100;
const SCHEDULE_DELAY_MIN: Duration = Duration::from_millis(1);
const SCHEDULE_DELAY_MAX: Duration = Duration::from_secs(30 * 86_400);

/// Reads a duration: numbers with units `d`, `h`, `m`, `s`, `ms`, from large to small.
///
/// # Errors
/// When the text is not of that form or does not fit into 64 bits of milliseconds.
pub fn parse_duration(text: &str) -> Result<Duration, Wrong> {
    let mut rest = text;
    let mut total_ms: u64 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let (number, after) = split(rest, |c: char| c.is_ascii_digit());
        let (unit, after) = split(after, |c: char| c.is_alphabetic());
        if number.is_empty() {
            return Err(malformed(text));
        }
        if unit.is_empty() {
            return Err(if after.is_empty() { unitless(text) } else { malformed(text) });
        }
        let Some((_, unit_ms)) = units.find(|(name, _)| *name == unit) else {
            return Err(malformed(text));
        };
        let part = number.parse::<u64>().ok().and_then(|count| count.checked_mul(*unit_ms));
        total_ms = part.and_then(|part| total_ms.checked_add(part)).ok_or_else(|| too_long(text))?;
        rest = after;
    }
    if text.is_empty() { Err(malformed(text)) } else { Ok(Duration::from_millis(total_ms)) }
}

/// Writes a duration in the largest unit that divides it; parses back to the same value. Below a millisecond is cut.
pub fn format_duration(duration: Duration) -> String {
    let total_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if total_ms == 0 {
        return "0s".to_owned();
    }
    let (name, unit_ms) = UNITS
        .iter()
        .find(|(_, unit_ms)| total_ms.is_multiple_of(*unit_ms))
        .expect("every number of milliseconds is divided by the last unit, 1 ms");
    format!("{}{name}", total_ms / unit_ms)
}

fn split(text: &str, accept: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !accept(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn malformed(text: &str) -> Wrong {
    Wrong::new(
        format!("`{text}` is not a duration"),
        "write numbers with the units d, h, m, s, ms, from large to small, as in `1h30m` or `250ms`",
    )
}

fn unitless(text: &str) -> Wrong {
    Wrong::new(format!("`{text}` has no unit"), format!("write `{text}s` for seconds, or use ms, m, h, d"))
}

fn too_long(text: &str) -> Wrong {
    Wrong::new(format!("`{text}` is too long"), "write a duration of at most some thousand years")
}

/// A duration within bounds, both included.
pub(crate) struct DurationIn {
    pub(crate) min: Duration,
    pub(crate) max: Duration,
}

impl DurationIn {
    fn range(&self) -> String {
        format!("{} to {}", format_duration(self.min), format_duration(self.max))
    }
}

impl Form for DurationIn {
    type Out = Duration;

    fn parse(&self, text: &str) -> Result<Duration, Wrong> {
        let duration = parse_duration(text)?;
        if (self.min..=self.max).contains(&duration) {
            return Ok(duration);
        }
        Err(Wrong::new(
            format!("`{text}` is out of range"),
            format!("write a duration from {}", self.range()),
        ))
    }

    fn describe(&self) -> String {
        format!("duration, {}", self.range())
    }
}

/// A duration, or `off` for never.
pub(crate) struct DurationOrOff(pub(crate) DurationIn);

impl Form for DurationOrOff {
    type Out = Option<Duration>;

    fn parse(&self, text: &str) -> Result<Self::Out, Wrong> {
        if text == "off" { Ok(None) } else { self.0.parse(text).map(Some) }
    }

    fn describe(&self) -> String {
        format!("{}, or `off`", self.0.describe())
    }
}

/// The delays after each failed try, separated by commas; empty means that nothing is tried twice.
pub(crate) struct Schedule;

impl Form for Schedule {
    type Out = Vec<Duration>;

    fn parse(&self, text: &str) -> Result<Self::Out, Wrong> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let delay = DurationIn { min: SCHEDULE_DELAY_MIN, max: SCHEDULE_DELAY_MAX };
        let delays = text.split(',').map(|part| delay.parse(part.trim())).collect::<Result<Vec<_>, _>>()?;
        if delays.len() > SCHEDULE_LENGTH_MAX {
            return Err(Wrong::new(
                format!("has {} delays", delays.len()),
                format!("write at most {SCHEDULE_LENGTH_MAX}"),
            ));
        }
        Ok(delays)
    }

    fn describe(&self) -> String {
        let (min, max) = (format_duration(SCHEDULE_DELAY_MIN), format_duration(SCHEDULE_DELAY_MAX));
        format!("list of durations, {min} to {max} each, at most {SCHEDULE_LENGTH_MAX}, may be empty")
    }

    fn literal(&self) -> Literal {
        Literal::List
    }

    fn accepts_empty(&self) -> bool {
        true
    }
}
