//! A public key of a known kind, and the one place where signatures are checked against it.
//!
//! What must stay true: a kind verifies its own algorithms only. RSA keys below 2048 bits verify nothing.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_cert::der::Decode;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::PublicKeyAlgorithm;
use super::pem::first_block;
use crate::secret::SecretError;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Bytes of an Ed25519 public key.
const ED25519_BYTES: usize = 32;

/// What a text of a public key may be.
const EXPECTED: &str = "a public key as PEM, as base64 of its DER form, or, of Ed25519, as 64 hexadecimal digits or base64 of 32 bytes";

/// How certificates are signed. Providers sign nothing else with these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CertificateAlgorithm {
    RsaSha256,
    RsaSha384,
    RsaSha512,
    EcdsaSha256,
    EcdsaSha384,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// RSA, as `SubjectPublicKeyInfo` or as PKCS#1.
    Rsa(Vec<u8>),
    /// RSA, as modulus and exponent.
    RsaNumbers {
        /// Big-endian, without leading zeros.
        modulus: Vec<u8>,
        /// Likewise.
        exponent: Vec<u8>,
    },
    /// P-256, as `SubjectPublicKeyInfo` or as a point.
    P256(Vec<u8>),
    /// P-384, as `SubjectPublicKeyInfo`: authorities only.
    P384(Vec<u8>),
    /// Ed25519.
    Ed25519([u8; ED25519_BYTES]),
}

impl PublicKey {
    /// From `SubjectPublicKeyInfo` (RFC 5280).
    pub(crate) fn from_spki(der: &[u8]) -> Option<Self> {
        let info = SubjectPublicKeyInfoRef::from_der(der).ok()?;
        match info.algorithm.oid {
            RSA => Some(Self::Rsa(der.to_vec())),
            ELLIPTIC => match info.algorithm.parameters_oid().ok()? {
                P256 => Some(Self::P256(der.to_vec())),
                P384 => Some(Self::P384(der.to_vec())),
                _ => None,
            },
            ED25519 => info.subject_public_key.raw_bytes().try_into().ok().map(Self::Ed25519),
            _ => None,
        }
    }

    /// From PEM.
    pub(crate) fn from_pem(text: &str) -> Option<Self> {
        match first_block(text)? {
            ("PUBLIC KEY", der) => Self::from_spki(&der),
            // PKCS#1 (RFC 8017), which names no algorithm since it has one only.
            ("RSA PUBLIC KEY", der) => Some(Self::Rsa(der)),
            _ => None,
        }
    }

    /// From what a user pastes: PEM, base64 of DER, or the bytes of an Ed25519 key in hexadecimal or base64.
    pub(crate) fn from_text(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SecretError::Empty);
        }
        if text.contains("PRIVATE KEY-----") {
            return Err(SecretError::PrivateKey);
        }
        let malformed = SecretError::Malformed { expected: EXPECTED };
        if text.starts_with("-----BEGIN") {
            return Self::from_pem(text).ok_or(malformed);
        }
        if text.len() == 2 * ED25519_BYTES
            && let Ok(bytes) = hex::decode(text)
        {
            return bytes.try_into().map(Self::Ed25519).map_err(|_| malformed);
        }
        let bytes = STANDARD.decode(text).map_err(|_| malformed)?;
        match <[u8; ED25519_BYTES]>::try_from(bytes.as_slice()) {
            Ok(key) => Ok(Self::Ed25519(key)),
            Err(_) => Self::from_spki(&bytes).ok_or(malformed),
        }
    }

    /// Whether the signature is this key's over the message, by that very algorithm.
    pub(crate) fn verifies(&self, algorithm: PublicKeyAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        match (algorithm, self) {
            (PublicKeyAlgorithm::RsaSha1, _) => {
                self.verifies_rsa(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, message, signature)
            }
            (PublicKeyAlgorithm::RsaSha256, _) => {
                self.verifies_rsa(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (PublicKeyAlgorithm::EcdsaP256Der, Self::P256(key)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(message, signature).is_ok()
            }
            (PublicKeyAlgorithm::EcdsaP256Fixed, Self::P256(key)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature).is_ok()
            }
            (PublicKeyAlgorithm::Ed25519, Self::Ed25519(key)) => verifies_ed25519(key, message, signature),
            _ => false,
        }
    }

    fn verifies_rsa(&self, parameters: &'static RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => UnparsedPublicKey::new(parameters, key).verify(message, signature).is_ok(),
            Self::RsaNumbers { modulus, exponent } => {
                let numbers = RsaPublicKeyComponents { n: modulus, e: exponent };
                numbers.verify(parameters, message, signature).is_ok()
            }
            Self::P256(_) | Self::P384(_) | Self::Ed25519(_) => false,
        }
    }

    /// Whether the signature under a certificate is this key's.
    pub(super) fn certifies(&self, algorithm: CertificateAlgorithm, signed: &[u8], signature: &[u8]) -> bool {
        use CertificateAlgorithm as By;
        let parameters = match (algorithm, self) {
            (By::RsaSha256, _) => return self.verifies_rsa(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
            (By::RsaSha384, _) => return self.verifies_rsa(&RSA_PKCS1_2048_8192_SHA384, signed, signature),
            (By::RsaSha512, _) => return self.verifies_rsa(&RSA_PKCS1_2048_8192_SHA512, signed, signature),
            (By::EcdsaSha256, Self::P256(key)) => (&ECDSA_P256_SHA256_ASN1, key),
            (By::EcdsaSha384, Self::P256(key)) => (&ECDSA_P256_SHA384_ASN1, key),
            (By::EcdsaSha256, Self::P384(key)) => (&ECDSA_P384_SHA256_ASN1, key),
            (By::EcdsaSha384, Self::P384(key)) => (&ECDSA_P384_SHA384_ASN1, key),
            _ => return false,
        };
        let (parameters, key) = parameters;
        UnparsedPublicKey::new(parameters, key).verify(signed, signature).is_ok()
    }
}

/// Strict: a key of small order would let one signature fit many messages.
fn verifies_ed25519(key: &[u8; ED25519_BYTES], message: &[u8], signature: &[u8]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key);
    let signature = ed25519_dalek::Signature::from_slice(signature);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key.verify_strict(message, &signature).is_ok(),
        _ => false,
    }
}
