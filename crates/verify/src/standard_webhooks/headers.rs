//! The three headers of a signed request, under either of the names they travel by.
//!
//! Receivers fill it from whatever header map they use. What must stay true: the three values come from one family of
//! names; mixing families would let a request show one id and be verified with another.

use std::fmt;

/// The header values of a request as they arrived; `None` where a header is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignatureHeaders<'a> {
    /// `webhook-id`: which event this is, the same over all tries.
    pub id: Option<&'a [u8]>,
    /// `webhook-timestamp`: seconds since the epoch at which this try was signed.
    pub timestamp: Option<&'a [u8]>,
    /// `webhook-signature`: space separated `label,base64` entries.
    pub signature: Option<&'a [u8]>,
}

impl<'a> SignatureHeaders<'a> {
    /// Looks the headers up by lower-case name: the `webhook-*` family, or `svix-*` if none of the former is there.
    ///
    /// `get` returns the value only where exactly one is present; a repeated header is best treated as absent.
    #[must_use]
    pub fn find(mut get: impl FnMut(&str) -> Option<&'a [u8]>) -> Self {
        let standard = Self {
            id: get("webhook-id"),
            timestamp: get("webhook-timestamp"),
            signature: get("webhook-signature"),
        };
        if standard != Self::default() {
            return standard;
        }
        Self { id: get("svix-id"), timestamp: get("svix-timestamp"), signature: get("svix-signature") }
    }
}

/// One of the three headers, as refusals name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// `webhook-id`.
    Id,
    /// `webhook-timestamp`.
    Timestamp,
    /// `webhook-signature`.
    Signature,
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "webhook-id (or svix-id)",
            Self::Timestamp => "webhook-timestamp (or svix-timestamp)",
            Self::Signature => "webhook-signature (or svix-signature)",
        })
    }
}
