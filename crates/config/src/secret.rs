//! A secret in memory: wiped when dropped, and `[redacted]` wherever it could be printed.

use std::fmt;

use zeroize::Zeroizing;

/// Text that must not appear in logs, messages or printed configuration. It cannot be compared with `==`: that takes
/// a time which depends on the secret.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Name the reason at the call: every use is a place where a secret can leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
