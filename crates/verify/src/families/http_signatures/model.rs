//! The settings of the scheme.

use std::borrow::Cow;

use crate::public_key::PublicKeyAlgorithm;
use crate::template::{KeyForm, Text};

/// A signature algorithm of RFC 9421, section 3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum HttpSignatureAlgorithm {
    /// `hmac-sha256`.
    HmacSha256,
    /// `ed25519`.
    Ed25519,
    /// `ecdsa-p256-sha256`.
    EcdsaP256Sha256,
    /// `rsa-v1_5-sha256`.
    #[cfg_attr(feature = "serde", serde(rename = "rsa-v1_5-sha256"))]
    RsaV15Sha256,
}

impl HttpSignatureAlgorithm {
    /// As the `alg` parameter names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::RsaV15Sha256 => "rsa-v1_5-sha256",
        }
    }

    pub(super) const fn public_key(self) -> Option<PublicKeyAlgorithm> {
        match self {
            Self::HmacSha256 => None,
            Self::Ed25519 => Some(PublicKeyAlgorithm::Ed25519),
            Self::EcdsaP256Sha256 => Some(PublicKeyAlgorithm::EcdsaP256Fixed),
            Self::RsaV15Sha256 => Some(PublicKeyAlgorithm::RsaSha256),
        }
    }
}

/// The scheme's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct HttpSignatures {
    /// The algorithm.
    pub algorithm: HttpSignatureAlgorithm,
    /// How the key is made of the secret's text, for HMAC. Public keys are PEM, base64 of DER, or hexadecimal.
    pub key: KeyForm,
    /// What every accepted signature must cover, as its list writes it: header names in lower case, `@method`, ….
    pub required: Cow<'static, [Text]>,
    /// Seconds that the time of signing may differ from now, either way. The time must be there.
    pub tolerance_s: u64,
}

impl HttpSignatures {
    /// Headers of the proof.
    pub(crate) const HEADERS: [&'static str; 3] = ["signature", "signature-input", "content-digest"];

    /// HMAC over method, path and the body's digest, 300 s.
    pub const DEFAULT: Self = Self {
        algorithm: HttpSignatureAlgorithm::HmacSha256,
        key: KeyForm::Text,
        required: Cow::Borrowed(&[
            Cow::Borrowed("@method"),
            Cow::Borrowed("@path"),
            Cow::Borrowed("content-digest"),
        ]),
        tolerance_s: 300,
    };
}

impl Default for HttpSignatures {
    fn default() -> Self {
        Self::DEFAULT
    }
}
