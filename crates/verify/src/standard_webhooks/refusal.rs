//! Why a request was not believed, in words that tell its sender or receiver what to look at.
//!
//! Shown to people by the receiving side. What must stay true: codes never change, and no variant carries a secret or
//! the signature that would have been right.

use super::content::{MessageIdError, TimestampError};
use super::headers::Header;
use super::verify::SIGNATURES_MAX;

/// The first reason for which a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The receiver holds no key: nothing could ever be accepted.
    #[error("no verifying key is configured")]
    NoKeys,
    /// A header of the three is absent.
    #[error("the {header} header is missing")]
    HeaderMissing {
        /// Which one.
        header: Header,
    },
    /// The id is empty, too long, or could make the signed text ambiguous.
    #[error("the {header} header is malformed: {0}", header = Header::Id)]
    MessageIdMalformed(MessageIdError),
    /// The timestamp is not a plain number of seconds.
    #[error("the {header} header is malformed: {0}", header = Header::Timestamp)]
    TimestampMalformed(TimestampError),
    /// Signed too long ago: a replay, a slow relay, or clocks that disagree.
    #[error(
        "the timestamp is {skew_s} s in the past, more than the {tolerance_s} s allowed (a replay, or wrong clocks)"
    )]
    TimestampTooOld {
        /// Seconds between signing and now.
        skew_s: u64,
        /// Seconds allowed.
        tolerance_s: u64,
    },
    /// Signed in the future: clocks disagree.
    #[error(
        "the timestamp is {skew_s} s in the future, more than the {tolerance_s} s allowed (wrong clocks)"
    )]
    TimestampTooNew {
        /// Seconds between now and signing.
        skew_s: u64,
        /// Seconds allowed.
        tolerance_s: u64,
    },
    /// Nothing in the header has the form `label,base64`.
    #[error("the {} header is malformed: it has no entry of the form label,base64", Header::Signature)]
    SignatureMalformed,
    /// More entries with a known label than are tried.
    #[error("the {} header has more than {SIGNATURES_MAX} signatures", Header::Signature)]
    TooManySignatures,
    /// Signatures are there, but none is of a kind for which a key is held.
    #[error(
        "the request is not signed with a scheme of the configured keys (whsec_ verifies v1, whpk_ verifies v1a)"
    )]
    SchemeMismatch,
    /// Signatures of the right kind are there, and no key confirms any of them.
    #[error(
        "none of {candidates} signatures matches: the secret is another one, or the body was changed on its way"
    )]
    NoSignatureMatched {
        /// Signatures that were tried.
        candidates: usize,
    },
}

impl Refusal {
    /// A stable code for logs, stored refusals and API answers.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoKeys => "no_keys",
            Self::HeaderMissing { .. } => "header_missing",
            Self::MessageIdMalformed(_) => "message_id_malformed",
            Self::TimestampMalformed(_) => "timestamp_malformed",
            Self::TimestampTooOld { .. } => "timestamp_too_old",
            Self::TimestampTooNew { .. } => "timestamp_too_new",
            Self::SignatureMalformed => "signature_malformed",
            Self::TooManySignatures => "too_many_signatures",
            Self::SchemeMismatch => "scheme_mismatch",
            Self::NoSignatureMatched { .. } => "no_signature_matched",
        }
    }
}
