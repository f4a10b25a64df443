//! The verdict and its three forms. The receiving side stores it with the request.
//!
//! What must stay true: only a scheme's own judgement makes an acceptance; a diagnosis only decorates a refusal.

use std::fmt;

use super::{Mistake, Reason};
use crate::known_keys::KeyRequest;

/// What was found out about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be believed.
    Accepted(Acceptance),
    /// It may not.
    Refused(Refusal),
    /// Not yet: this key must be known first. Fetch it and verify again.
    KeyNeeded(KeyRequest),
}

impl Verdict {
    /// The acceptance, if it is one.
    #[must_use]
    pub fn accepted(&self) -> Option<&Acceptance> {
        match self {
            Self::Accepted(acceptance) => Some(acceptance),
            Self::Refused(_) | Self::KeyNeeded(_) => None,
        }
    }

    /// The refusal, if it is one.
    #[must_use]
    pub fn refused(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Accepted(_) | Self::KeyNeeded(_) => None,
        }
    }
}

/// Which secret confirmed a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretMatch {
    /// Its position among the secrets given.
    pub index: usize,
    /// Its id.
    pub id: String,
}

/// How a request was confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// The secret that matched; absent where the scheme has none.
    pub secret: Option<SecretMatch>,
    /// Position of the signature that matched, among those sent.
    pub signature: usize,
    /// When the sender says it signed, in milliseconds since 1970.
    pub timestamp_ms: Option<i64>,
    /// Milliseconds from then to now; negative if the sender's clock is ahead.
    pub skew_ms: Option<i64>,
}

/// Why a request is not believed, and what the usual mistake is if one was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The first reason.
    pub reason: Reason,
    /// What most likely went wrong.
    pub mistake: Option<Mistake>,
}

impl Refusal {
    /// The stable code of the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.reason.code()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        match &self.mistake {
            Some(mistake) => write!(f, "; {mistake}"),
            None => Ok(()),
        }
    }
}

/// What stops a judgement before acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Refused(Reason),
    KeyNeeded(KeyRequest),
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}
