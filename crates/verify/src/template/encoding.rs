//! How signatures are written. One digest has one spelling, except where a provider is known to vary.
//!
//! What must stay true: decoding is strict, so that a signature cannot be varied and still be taken.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// The spelling of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Encoding {
    /// Hexadecimal, lower case.
    Hex,
    /// Hexadecimal in either case.
    HexAnyCase,
    /// Base64 with padding.
    Base64,
    /// Base64 without padding.
    Base64NoPad,
    /// Base64 of the URL alphabet with padding.
    Base64Url,
    /// Base64 of the URL alphabet without padding.
    Base64UrlNoPad,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 6] =
        [Self::Hex, Self::HexAnyCase, Self::Base64, Self::Base64NoPad, Self::Base64Url, Self::Base64UrlNoPad];

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "lower-case hex",
            Self::HexAnyCase => "hex",
            Self::Base64 => "base64",
            Self::Base64NoPad => "base64 without padding",
            Self::Base64Url => "base64url",
            Self::Base64UrlNoPad => "base64url without padding",
        }
    }

    /// The spelling of some bytes.
    #[must_use]
    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex | Self::HexAnyCase => hex::encode(bytes),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64NoPad => STANDARD_NO_PAD.encode(bytes),
            Self::Base64Url => URL_SAFE.encode(bytes),
            Self::Base64UrlNoPad => URL_SAFE_NO_PAD.encode(bytes),
        }
    }

    /// The bytes of a text of this very spelling.
    #[must_use]
    pub fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hex if text.iter().any(u8::is_ascii_uppercase) => None,
            Self::Hex | Self::HexAnyCase => hex::decode(text).ok(),
            Self::Base64 => STANDARD.decode(text).ok(),
            Self::Base64NoPad => STANDARD_NO_PAD.decode(text).ok(),
            Self::Base64Url => URL_SAFE.decode(text).ok(),
            Self::Base64UrlNoPad => URL_SAFE_NO_PAD.decode(text).ok(),
        }
    }
}
