//! Public keys: how their texts, certificates and JSON forms are read, and what each may verify.
//!
//! The families call this. What must stay true: the algorithm comes from the family, a key of another kind verifies
//! nothing, and a private key is never taken where a public one belongs.

mod algorithm;
mod certificate;
mod chain;
mod document;
mod jwk;
mod key;
mod pem;
mod private;

pub use algorithm::PublicKeyAlgorithm;
pub use document::KEY_DOCUMENT_BYTES_MAX;

pub(crate) use certificate::{NameRule, leaf_key};
pub(crate) use document::fetched;
pub(crate) use jwk::{from_jwk, from_jwk_set};
pub(crate) use key::PublicKey;
pub(crate) use private::SigningText;
