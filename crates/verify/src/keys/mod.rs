//! Keys: what a secret's text means, and what each key may be used for.
//!
//! The API parses and creates secrets through these types, the pipeline signs with them, receivers verify with them.
//! What must stay true: the kind is fixed when the text is parsed, so no key is ever used in the other scheme.

mod error;
mod hmac_key;
mod kind;
mod signing;
mod text;
mod verifying;

#[cfg(test)]
mod tests;

pub use error::KeyError;
pub use kind::KeyKind;
pub use signing::{SYMMETRIC_BYTES_GENERATED, SigningKey};
pub use text::{SYMMETRIC_BYTES_MAX, SYMMETRIC_BYTES_MIN};
pub use verifying::VerifyingKey;

pub(crate) use signing::SigningMaterial;
pub(crate) use verifying::VerifyingMaterial;
