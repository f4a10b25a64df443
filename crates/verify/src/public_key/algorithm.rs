//! The signature algorithms with a public key. A scheme fixes one.

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum PublicKeyAlgorithm {
    /// RSA PKCS#1 v1.5 with SHA-1: only for providers that have nothing better. Never signed with here.
    RsaSha1,
    /// RSA PKCS#1 v1.5 with SHA-256.
    RsaSha256,
    /// ECDSA on P-256 with SHA-256, the signature as DER.
    EcdsaP256Der,
    /// ECDSA on P-256 with SHA-256, the signature as two numbers of 32 bytes.
    EcdsaP256Fixed,
    /// Ed25519.
    Ed25519,
}

impl PublicKeyAlgorithm {
    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaSha1 => "RSA with SHA-1",
            Self::RsaSha256 => "RSA with SHA-256",
            Self::EcdsaP256Der | Self::EcdsaP256Fixed => "ECDSA on P-256",
            Self::Ed25519 => "Ed25519",
        }
    }
}
