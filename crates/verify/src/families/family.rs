//! The seam for schemes that need code of their own: canonical forms, public keys, JWT.
//!
//! What must stay true: a family is pure; a key it lacks is asked for, never fetched.

use std::fmt;

use crate::context::Context;
use crate::known_keys::KeyRequest;
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::verdict::{Acceptance, Failure, Reason};

/// Why a family does not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The request is refused.
    Refused(Reason),
    /// A key must be known first.
    KeyNeeded(KeyRequest),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(reason) => Self::Refused(reason),
            Stop::KeyNeeded(request) => Self::KeyNeeded(request),
        }
    }
}

/// What a family finds.
pub type FamilyResult = Result<Acceptance, Stop>;

/// A scheme as code.
pub trait Family: fmt::Debug + Sync {
    /// Stable name.
    fn name(&self) -> &'static str;

    /// Headers that carry the proof, lower case.
    fn proof_headers(&self) -> &'static [&'static str];

    /// Whether every byte of the body is covered by the proof.
    fn covers_body(&self) -> bool {
        true
    }

    /// Whether what the receiver holds is a public key, which is no secret.
    fn takes_public_key(&self) -> bool {
        false
    }

    /// Judges a request.
    ///
    /// # Errors
    /// The first reason not to believe it, or the key that is needed.
    fn verify(&self, context: &Context<'_>) -> FamilyResult;

    /// Signs a request as the provider would.
    ///
    /// # Errors
    /// If the secret cannot sign (a public key), or the request lacks what is signed.
    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError>;
}
