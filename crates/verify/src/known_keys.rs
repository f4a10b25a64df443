//! Keys and certificates that a scheme needs and that must be fetched. The fetching is the caller's.
//!
//! What must stay true: a request names a URL on a host that the scheme pins; nothing the sender wrote is fetched
//! unchecked.

/// What kind of document is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyDocument {
    /// An X.509 certificate or chain as PEM.
    CertificatePem,
    /// A public key as PEM.
    PublicKeyPem,
    /// One JSON Web Key.
    Jwk,
    /// A set of JSON Web Keys.
    JwkSet,
    /// A document of the provider's own, read by its family.
    ProviderJson,
}

/// A key that is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyRequest {
    /// The document's form.
    pub document: KeyDocument,
    /// Where it is, `https` on a host that the scheme pins.
    pub url: String,
    /// Which of several keys, where the sender named one.
    pub key_id: Option<String>,
}

/// A fetched document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its bytes as fetched; more than [`crate::KEY_DOCUMENT_BYTES_MAX`] are refused.
    pub document: Vec<u8>,
}

/// Where verification finds fetched keys. Implemented by the caller over its cache.
pub trait KnownKeys {
    /// The key, if it is at hand.
    ///
    /// A set of keys may be kept by its URL alone, but a set that lacks the named key is refused as `key_unknown`: keep
    /// sets for minutes, or fetch anew (seldom) on that code.
    fn find(&self, request: &KeyRequest) -> Option<Key>;
}

/// Knows no key: for schemes that need none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoKnownKeys;

impl KnownKeys for NoKnownKeys {
    fn find(&self, _: &KeyRequest) -> Option<Key> {
        None
    }
}
