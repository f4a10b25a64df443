//! A scheme that a user sets for the provider `custom`, as JSON: a template, a plain hash, or a shared token.
//!
//! What must stay true: only a scheme without mistakes becomes a [`Scheme`], and it proves the body wherever there is a
//! signature.

use crate::families::TokenAt;
use crate::scheme::Scheme;
use crate::template::{Template, TemplateMistake};

/// A scheme as its user writes it: `{"hmac": {…}}`, `{"plain_hash": {…}}` or `{"token": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum CustomScheme {
    /// HMAC over a template.
    Hmac(Template),
    /// A plain hash with the secret among its parts.
    PlainHash(Template),
    /// A shared token, compared.
    Token(TokenAt),
}

impl CustomScheme {
    /// The scheme, if nothing is wrong with it.
    ///
    /// # Errors
    /// The first mistake.
    pub fn checked(self) -> Result<Scheme, TemplateMistake> {
        match self {
            Self::Hmac(template) => template.check().map(|()| Scheme::Hmac(template)),
            Self::PlainHash(template) => template.check_plain().map(|()| Scheme::PlainHash(template)),
            Self::Token(at) => at.check().map(|()| Scheme::Token(at)),
        }
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests;
