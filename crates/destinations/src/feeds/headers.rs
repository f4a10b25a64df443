//! The header lines of a fetched event: what the broker says, then what the sender does, bounded.

use hooktide_model::message::HOPS_NAME;

/// Lines of the sender that are kept.
const LINES_MAX: usize = 64;
/// Longest value of a line; a longer one is left out.
const VALUE_BYTES_MAX: usize = 4 * 1024;

/// Lines in order, the broker's first. A sender cannot pass for the broker: a name that is there already is left out.
#[derive(Debug, Default)]
pub(super) struct Headers {
    lines: Vec<(String, Vec<u8>)>,
    senders: usize,
}

impl Headers {
    /// A line of the broker's.
    pub(super) fn fact(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.lines.push((name.to_owned(), value.into()));
        self
    }

    /// A line of the sender's. Underscores become dashes, so that `event_type` is the same line everywhere.
    pub(super) fn sent(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        let Ok(name) = http::HeaderName::try_from(name.replace('_', "-")) else { return };
        let value = value.into();
        let is_there = self.lines.iter().any(|(held, _)| held == name.as_str());
        // A loop ends however many lines a message has.
        let has_room = self.senders < LINES_MAX || name == HOPS_NAME;
        if !is_there && has_room && value.len() <= VALUE_BYTES_MAX {
            self.lines.push((name.as_str().to_owned(), value));
            self.senders += 1;
        }
    }

    pub(super) fn into_lines(self) -> Vec<(String, Vec<u8>)> {
        self.lines
    }
}

#[cfg(test)]
mod tests;
