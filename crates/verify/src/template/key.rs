//! How the key is made of the secret's text.
//!
//! What must stay true: an empty key and the text of a public key are refused, whatever the form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::digest::{Hash, plain};
use crate::secret::SecretError;

/// The preparation of a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum KeyForm {
    /// The text's UTF-8 bytes.
    #[default]
    Text,
    /// Base64, decoded.
    Base64,
    /// Hexadecimal, decoded.
    Hex,
    /// Base64 after `whsec_`, decoded.
    Whsec,
    /// The SHA-1 of the text.
    Sha1OfText,
    /// The text after the first colon.
    AfterColon,
    /// The UTF-8 bytes of the text in Unicode's compatibility decomposition (NFKD).
    TextNfkd,
}

impl KeyForm {
    /// Every form.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Base64,
        Self::Hex,
        Self::Whsec,
        Self::Sha1OfText,
        Self::AfterColon,
        Self::TextNfkd,
    ];

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "plain text",
            Self::Base64 => "base64",
            Self::Hex => "hexadecimal",
            Self::Whsec => "whsec_ and base64",
            Self::Sha1OfText => "the SHA-1 of its text",
            Self::AfterColon => "the part after the colon",
            Self::TextNfkd => "plain text, decomposed (NFKD)",
        }
    }
}

/// Texts that only a public key begins with.
const PUBLIC_BEGINNINGS: [&str; 4] =
    ["whpk_", "-----BEGIN PUBLIC KEY", "-----BEGIN RSA PUBLIC KEY", "-----BEGIN CERTIFICATE"];

/// The key's bytes.
pub(crate) fn prepare(
    form: KeyForm,
    bytes_min: usize,
    text: &str,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    if PUBLIC_BEGINNINGS.iter().any(|beginning| text.trim_start().starts_with(beginning)) {
        return Err(SecretError::PublicKey);
    }
    let malformed = SecretError::Malformed { expected: form.name() };
    let bytes = match form {
        KeyForm::Text => text.as_bytes().to_vec(),
        KeyForm::Base64 => STANDARD.decode(text).map_err(|_| malformed)?,
        KeyForm::Hex => hex::decode(text).map_err(|_| malformed)?,
        KeyForm::Whsec => {
            STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).map_err(|_| malformed)?
        }
        KeyForm::Sha1OfText if text.is_empty() => Vec::new(),
        KeyForm::Sha1OfText => plain(Hash::Sha1, &[text.as_bytes()]),
        KeyForm::TextNfkd => text.nfkd().collect::<String>().into_bytes(),
        KeyForm::AfterColon => text.split_once(':').ok_or(malformed)?.1.as_bytes().to_vec(),
    };
    let bytes = Zeroizing::new(bytes);
    if bytes.is_empty() {
        return Err(SecretError::Empty);
    }
    if bytes.len() < bytes_min {
        return Err(SecretError::TooShort { found_bytes: bytes.len(), needed_bytes: bytes_min });
    }
    Ok(bytes)
}
