//! What a person, or a program, sees of each event: one line on standard output.

use std::io::IsTerminal;
use std::time::Duration;

use serde_json::json;

use super::event::Event;
use crate::failure::Failure;
use crate::output::print_data;

/// How events are shown.
#[derive(Clone, Copy)]
pub(crate) enum Report {
    /// Columns.
    Text {
        /// Whether the status is coloured.
        color: bool,
    },
    /// One JSON object each.
    Json,
}

impl Report {
    /// Text, with colours for a person who wants them.
    pub(crate) fn text() -> Self {
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self::Text { color: std::io::stdout().is_terminal() && !is_plain }
    }

    /// The application answered.
    pub(super) fn answered(self, event: &Event, status: u16, took: Duration) -> Result<(), Failure> {
        let ms = took.as_millis();
        match self {
            Self::Json => print_data(&json_line(event, Some(status), Some(ms), None)),
            Self::Text { color } => {
                let (on, off) = match (color, (200..300).contains(&status)) {
                    (false, _) => ("", ""),
                    (true, true) => ("\x1b[32m", "\x1b[0m"),
                    (true, false) => ("\x1b[31m", "\x1b[0m"),
                };
                print_data(&format!("{}  {on}{status}{off}  {ms:>5} ms  {}\n", time(event), what(event)))
            }
        }
    }

    /// It did not.
    pub(super) fn not_taken(self, event: &Event, why: &str) -> Result<(), Failure> {
        match self {
            Self::Json => print_data(&json_line(event, None, None, Some(why))),
            Self::Text { color } => {
                let (on, off) = if color { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
                print_data(&format!("{}  {on}---{off}      - ms  {}  {why}\n", time(event), what(event)))
            }
        }
    }
}

/// The time of day at which it was received, in UTC.
fn time(event: &Event) -> &str {
    event.received_at.get(11..23).unwrap_or(&event.received_at)
}

fn what(event: &Event) -> String {
    format!("{}  {}", event.event_type, event.id)
}

fn json_line(event: &Event, status: Option<u16>, ms: Option<u128>, error: Option<&str>) -> String {
    let line = json!({
        "id": event.id,
        "eventType": event.event_type,
        "receivedAt": event.received_at,
        "status": status,
        "ms": ms.map(|ms| u64::try_from(ms).unwrap_or(u64::MAX)),
        "error": error,
    });
    format!("{line}\n")
}
