//! A receipt: a request as a provider sent it, with what was made of it.
//!
//! An accepted one has the key of its message, which holds the body; a refused one has its own key and keeps its own
//! body. What must stay true: header values are the sender's bytes, whatever they are.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{MessageId, ReceiptId, Seq, Timestamp};

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ReceiptOutcome {
    /// It is a message now.
    Accepted = 0,
    /// It was not believed, or could not be taken.
    Refused = 1,
    /// An event with the same key and another body came before; nothing was done with this one.
    Conflict = 2,
}

impl ReceiptOutcome {
    /// From a stored number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Accepted),
            1 => Some(Self::Refused),
            2 => Some(Self::Conflict),
            _ => None,
        }
    }
}

/// Everything of a request but its body, and the verdict.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptHead {
    /// When its body had arrived, in milliseconds since 1970.
    pub received_ms: i64,
    /// As in the request line.
    pub method: String,
    /// Path and query after the token, as received.
    pub target: String,
    /// The public URL that the request was judged with, if known.
    pub url: Option<String>,
    /// Header lines in order. Values are bytes, one per character.
    pub headers: Vec<(String, String)>,
    /// Who sent it: the connection's peer, or whom a trusted proxy names.
    pub peer: Option<String>,
    /// The verdict: stable, for programs.
    pub code: String,
    /// The verdict for people.
    pub detail: String,
    /// The secret that matched.
    pub secret: Option<String>,
    /// The status that was answered.
    pub status: u16,
    /// What makes it the same event as another; only of requests that were believed.
    pub dedupe_key: Option<String>,
    /// Bytes of the body, kept or not; absent if it was too large to be read.
    pub body_bytes: Option<u64>,
    /// Headers and parameters that carried a secret of the source although their names do not tell: not to be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_names: Vec<String>,
    /// The receipt that this one is a replay of.
    pub replay_of: Option<String>,
    /// Events that its body was split into; absent where it is one event.
    #[serde(default)]
    pub events: Option<u32>,
    /// The receipt of the whole request that this event was cut out of.
    #[serde(default)]
    pub part_of: Option<String>,
}

impl std::fmt::Debug for ReceiptHead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Headers and target may hold tokens.
        f.debug_struct("ReceiptHead")
            .field("received_ms", &self.received_ms)
            .field("method", &self.method)
            .field("code", &self.code)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A receipt as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The source's key.
    pub source: Seq,
    /// What became of it.
    pub outcome: ReceiptOutcome,
    /// Request and verdict.
    pub head: ReceiptHead,
    /// The message that it became.
    pub message: Option<MessageId>,
    /// The body; `None` when it was not kept, has expired, or was not asked for.
    pub body: Option<Bytes>,
}

impl Receipt {
    /// When the request had arrived.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.head.received_ms)
    }
}

/// A header's value as [`ReceiptHead`] keeps it.
#[must_use]
pub fn text_of_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The bytes of a value that [`text_of_bytes`] made.
#[must_use]
pub fn bytes_of_text(text: &str) -> Vec<u8> {
    text.chars().map(|one| u8::try_from(u32::from(one)).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests;
