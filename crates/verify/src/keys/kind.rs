//! The two schemes of Standard Webhooks. Configuration, API and storage name a key's scheme with this type.

/// A signature scheme, and so the kind of key it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// HMAC-SHA256 with a shared secret (`whsec_`), label `v1`.
    Hmac256,
    /// Ed25519 with a private (`whsk_`) and a public (`whpk_`) key, label `v1a`.
    Ed25519,
}

impl KeyKind {
    /// Every kind, for help texts and schemas.
    pub const ALL: [Self; 2] = [Self::Hmac256, Self::Ed25519];

    /// The name in configuration and storage: `hmac256` or `ed25519`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hmac256 => "hmac256",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The kind of that exact name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The label before the comma in the signature header: `v1` or `v1a` (Standard Webhooks 1.0.0).
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hmac256 => "v1",
            Self::Ed25519 => "v1a",
        }
    }
}
