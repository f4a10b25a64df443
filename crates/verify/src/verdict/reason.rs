//! The first reason for which a request is refused, with a stable code and words for people.
//!
//! What must stay true: codes never change once released.

use crate::known_keys::KeyRequest;
use crate::secret::SecretError;
use crate::standard_webhooks;

/// The first reason not to believe a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing could ever be accepted.
    #[error("no secret is configured")]
    NoSecrets,
    /// Every secret is outside its window.
    #[error("no secret is valid at this time")]
    NoActiveSecret,
    /// No secret fits the scheme.
    #[error("no secret can be used: {0}")]
    SecretUnusable(SecretError),
    /// A header that carries part of the proof is absent.
    #[error("the {name} header is missing")]
    HeaderMissing {
        /// Its name.
        name: String,
    },
    /// A header that must be there once is there more often.
    #[error("the {name} header is there more than once")]
    HeaderRepeated {
        /// Its name.
        name: String,
    },
    /// A field of the body that carries part of the proof is absent.
    #[error("the body has no text or number at {pointer}")]
    FieldMissing {
        /// JSON Pointer (RFC 6901).
        pointer: String,
    },
    /// A query parameter that carries part of the proof is absent or repeated.
    #[error("the query has no single {name}")]
    QueryMissing {
        /// Its name.
        name: String,
    },
    /// The scheme signs the URL, and the source does not know its own.
    #[error("the scheme signs the URL, and the public URL of the source is not configured")]
    UrlMissing,
    /// There is no timestamp where the scheme has one.
    #[error("the timestamp is missing")]
    TimestampMissing,
    /// The timestamp cannot be read.
    #[error("the timestamp is not {expected}")]
    TimestampMalformed {
        /// What it should be.
        expected: &'static str,
    },
    /// Signed too long ago.
    #[error("the timestamp is {skew_ms} ms in the past, more than the {tolerance_s} s allowed")]
    TimestampTooOld {
        /// Milliseconds between signing and now.
        skew_ms: u64,
        /// Seconds allowed.
        tolerance_s: u64,
    },
    /// Signed in the future.
    #[error("the timestamp is {skew_ms} ms in the future, more than the {tolerance_s} s allowed")]
    TimestampTooNew {
        /// Milliseconds between now and signing.
        skew_ms: u64,
        /// Seconds allowed.
        tolerance_s: u64,
    },
    /// Nothing there has the form of a signature.
    #[error("the signature is not {expected}")]
    SignatureMalformed {
        /// What it should be.
        expected: String,
    },
    /// More signatures than are tried.
    #[error("there are more than {limit} signatures")]
    TooManySignatures {
        /// Most that are tried.
        limit: usize,
    },
    /// Signatures are there, and no secret confirms any of them.
    #[error("none of {candidates} signatures matches: another secret, or the body changed on its way")]
    NoSignatureMatched {
        /// Signatures that were tried.
        candidates: usize,
    },
    /// A fetched document lacks the key that the request names. Who keeps documents fetches this one anew, seldom, and
    /// verifies again: it may have been renewed.
    #[error("the fetched keys have no usable one of the id that the request names")]
    KeyUnknown {
        /// The document.
        wanted: Box<KeyRequest>,
    },
    /// The shared token is another one.
    #[error("the token is not the one configured")]
    TokenMismatch,
    /// The reason of the Standard Webhooks verifier.
    #[error(transparent)]
    StandardWebhooks(standard_webhooks::Refusal),
    /// A reason that only one family has.
    #[error("{message}")]
    Family {
        /// Stable.
        code: &'static str,
        /// For people.
        message: String,
    },
}

impl Reason {
    pub(crate) fn family(code: &'static str, message: &str) -> Self {
        Self::Family { code, message: message.to_owned() }
    }

    /// A stable code for logs, stored refusals and API answers.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSecrets => "no_secrets",
            Self::NoActiveSecret => "no_active_secret",
            Self::SecretUnusable(_) => "secret_unusable",
            Self::HeaderMissing { .. } => "header_missing",
            Self::HeaderRepeated { .. } => "header_repeated",
            Self::FieldMissing { .. } => "field_missing",
            Self::QueryMissing { .. } => "query_missing",
            Self::UrlMissing => "url_missing",
            Self::TimestampMissing => "timestamp_missing",
            Self::TimestampMalformed { .. } => "timestamp_malformed",
            Self::TimestampTooOld { .. } => "timestamp_too_old",
            Self::TimestampTooNew { .. } => "timestamp_too_new",
            Self::SignatureMalformed { .. } => "signature_malformed",
            Self::TooManySignatures { .. } => "too_many_signatures",
            Self::NoSignatureMatched { .. } => "no_signature_matched",
            Self::KeyUnknown { .. } => "key_unknown",
            Self::TokenMismatch => "token_mismatch",
            Self::StandardWebhooks(refusal) => refusal.code(),
            Self::Family { code, .. } => code,
        }
    }

    /// Whether the proof was not there at all, so that another scheme of a provider in migration should explain.
    pub(crate) const fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::HeaderMissing { .. }
                | Self::FieldMissing { .. }
                | Self::QueryMissing { .. }
                | Self::StandardWebhooks(standard_webhooks::Refusal::HeaderMissing { .. })
        )
    }
}
