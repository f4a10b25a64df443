//! A credential of a destination: never printed, wiped when dropped.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

/// What stands in the place of a secret.
pub(super) const REDACTED: &str = "[redacted]";
/// Shorter secrets are not searched for in texts: what they would hide is the text.
const REDACTED_BYTES_MIN: usize = 4;

/// A password or token.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps `text` from being shown.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the client library that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Removes the secret from a text that came from elsewhere, such as a server's error message.
    #[must_use]
    pub fn redact(&self, text: String) -> String {
        if self.0.len() < REDACTED_BYTES_MIN || !text.contains(self.0.as_str()) {
            return text;
        }
        text.replace(self.0.as_str(), REDACTED)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}
