//! Why a delivery did not happen, in the words of the attempt log.

use std::io;
use std::time::Duration;

use crate::guard::{DialError, VetError};

/// Whether a fault may pass by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may work later.
    Retry,
    /// It may work after this time, says the server.
    RetryAfter(Duration),
    /// The connection broke or could not be made. It may work later, and at once if it was an old connection.
    Lost,
    /// It will not work until somebody changes something.
    Fail,
}

/// An attempt that was not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// Whether it may pass.
    pub verdict: Verdict,
    /// The protocol's own number, where it has one.
    pub code: Option<u16>,
    /// One sentence: what happened and, for what cannot pass, what to do.
    pub detail: String,
}

impl Fault {
    /// It may work later.
    pub fn retry(detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Retry, code: None, detail: detail.into() }
    }

    /// The connection broke or could not be made.
    pub fn lost(detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Lost, code: None, detail: detail.into() }
    }

    /// It will not work until somebody changes something.
    pub fn fail(detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, code: None, detail: detail.into() }
    }

    /// The same with the protocol's number.
    #[must_use]
    pub fn with_code(self, code: u16) -> Self {
        Self { code: Some(code), ..self }
    }
}

impl From<VetError> for Fault {
    /// What the guard refuses stays refused until somebody changes the host or the allow-list.
    fn from(error: VetError) -> Self {
        match error {
            VetError::Url(_) | VetError::Resolved { .. } => Self::fail(error.to_string()),
            VetError::Dns { .. } => Self::lost(error.to_string()),
        }
    }
}

impl From<DialError> for Fault {
    fn from(error: DialError) -> Self {
        let remote = error.remote;
        Self::lost(match error.source.kind() {
            io::ErrorKind::ConnectionRefused => format!("connection refused by {remote}"),
            io::ErrorKind::TimedOut => format!("{remote} did not accept the connection in time"),
            _ => format!("failed to connect to {remote}: {}", error.source),
        })
    }
}
