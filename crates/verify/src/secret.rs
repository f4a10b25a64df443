//! The secrets of a source, and the time they are used at. Stored and chosen by the caller.
//!
//! What must stay true: the text is wiped when dropped and never printed, and a secret outside its window proves
//! nothing.

use std::fmt;

use zeroize::Zeroizing;

/// The caller's time. This crate has no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970.
    pub unix_ms: i64,
}

impl Now {
    /// From whole seconds since 1970.
    #[must_use]
    pub const fn from_unix_s(unix_s: i64) -> Self {
        Self { unix_ms: unix_s.saturating_mul(1000) }
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn unix_s(self) -> i64 {
        self.unix_ms.div_euclid(1000)
    }
}

/// What a secret is for. One kind never stands in for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Proves deliveries.
    Signing,
    /// A text that a handshake compares or shows: a verify token, a wanted topic, a public key id.
    Challenge,
}

/// One secret of a source.
#[derive(Clone)]
pub struct Secret {
    /// The caller's name for it, reported when it matches.
    pub id: String,
    /// What it may be used for.
    pub purpose: Purpose,
    /// First second since 1970 in which it counts; always, if absent.
    pub valid_from_s: Option<i64>,
    /// First second since 1970 in which it no longer counts; never, if absent.
    pub valid_until_s: Option<i64>,
    text: Zeroizing<String>,
}

/// Where a moment lies in a secret's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    Active,
    NotYetValid,
    Expired,
}

impl Secret {
    /// A signing secret without limits in time, as the provider shows it.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            purpose: Purpose::Signing,
            valid_from_s: None,
            valid_until_s: None,
            text: Zeroizing::new(text.into()),
        }
    }

    /// A text for handshakes only.
    #[must_use]
    pub fn challenge(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { purpose: Purpose::Challenge, ..Self::new(id, text) }
    }

    /// The same secret, valid from `from_s` (inclusive) to `until_s` (exclusive), seconds since 1970.
    #[must_use]
    pub fn valid(self, from_s: Option<i64>, until_s: Option<i64>) -> Self {
        Self { valid_from_s: from_s, valid_until_s: until_s, ..self }
    }

    /// The text as the user gave it. Not to be printed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn window(&self, now: Now) -> Window {
        if self.valid_from_s.is_some_and(|from| now.unix_s() < from) {
            return Window::NotYetValid;
        }
        if self.valid_until_s.is_some_and(|until| now.unix_s() >= until) {
            return Window::Expired;
        }
        Window::Active
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?}, {:?}, [redacted])", self.id, self.purpose)
    }
}

/// Why a secret's text cannot be used by a scheme. No part of the text is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Nothing in it, or nothing after its prefix.
    #[error("the secret is empty")]
    Empty,
    /// Fewer bytes than the scheme asks for.
    #[error("the secret has {found_bytes} bytes; at least {needed_bytes} are needed")]
    TooShort {
        /// Bytes after decoding.
        found_bytes: usize,
        /// Fewest bytes allowed.
        needed_bytes: usize,
    },
    /// Not the text that the scheme decodes.
    #[error("the secret is not {expected}")]
    Malformed {
        /// What the scheme decodes.
        expected: &'static str,
    },
    /// A public key where a shared secret is needed: anybody could sign with it.
    #[error("this is a public key; the scheme needs the shared secret")]
    PublicKey,
    /// A private key where a public one is needed.
    #[error("this is a private key, which must stay with the sender; give the public key")]
    PrivateKey,
}
