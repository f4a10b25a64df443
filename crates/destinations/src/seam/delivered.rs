//! What became of a parcel. Read by the pipeline, which records it and decides the next step.

use std::time::Duration;

use bytes::Bytes;

/// Most bytes of [`Delivered::detail`]; what is longer is cut at a character.
pub const DETAIL_BYTES_MAX: usize = 4 * 1024;

/// The outcome of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// What to do next.
    pub outcome: Outcome,
    /// The protocol's own number for what happened, where it has one.
    pub code: Option<u16>,
    /// What the attempt log shows: UTF-8, at most [`DETAIL_BYTES_MAX`] bytes, without secrets.
    pub detail: Bytes,
    /// Time from the call to the outcome.
    pub duration: Duration,
}

/// What an attempt's outcome asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server has confirmed it.
    Done,
    /// It may work later. Also where the outcome is unknown: sent, but not confirmed in time.
    Retry {
        /// The server's wish for the time of the next attempt.
        after: Option<Duration>,
    },
    /// It will not work until somebody changes the configuration, the event or the server.
    Failed,
}

/// Cuts a text for [`Delivered::detail`].
pub(super) fn detail(mut text: String) -> Bytes {
    if text.len() > DETAIL_BYTES_MAX {
        text.truncate(text.floor_char_boundary(DETAIL_BYTES_MAX));
    }
    text.into()
}
