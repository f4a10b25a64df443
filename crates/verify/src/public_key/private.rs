//! Private keys, for signing as a provider would: tests and simulation. A receiver holds none.
//!
//! What must stay true: a key signs by its own algorithm only; SHA-1 is never signed with. The nonces of ECDSA and the
//! blinding of RSA are drawn inside the library.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use zeroize::Zeroizing;

use super::PublicKeyAlgorithm;
use super::pem::first_block;
use crate::secret::{Secret, SecretError};
use crate::sign::SignError;

/// The secret of a signer by public keys: what the receiver holds (which may be nothing), then the private key as
/// PKCS#8 PEM.
pub(crate) struct SigningText<'a> {
    /// The receiver's text.
    pub(crate) shared: &'a str,
    key: Zeroizing<Vec<u8>>,
}

impl<'a> SigningText<'a> {
    pub(crate) fn read(secret: &'a Secret) -> Result<Self, SignError> {
        let text = secret.text();
        let at = text.find("-----BEGIN PRIVATE KEY-----").ok_or(SignError::Unsignable)?;
        let malformed = SecretError::Malformed { expected: "a private key as PKCS#8 PEM" };
        let (_, key) = first_block(&text[at..]).ok_or(malformed)?;
        Ok(Self { shared: text[..at].trim_end(), key: Zeroizing::new(key) })
    }

    /// The signature over a message.
    pub(crate) fn sign(&self, algorithm: PublicKeyAlgorithm, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signed = match algorithm {
            PublicKeyAlgorithm::RsaSha1 => None,
            PublicKeyAlgorithm::RsaSha256 => self.sign_rsa(message),
            PublicKeyAlgorithm::EcdsaP256Der => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.key)
                    .ok()
                    .and_then(|key| key.sign(&SystemRandom::new(), message).ok())
                    .map(|signature| signature.as_ref().to_vec())
            }
            PublicKeyAlgorithm::EcdsaP256Fixed => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.key)
                    .ok()
                    .and_then(|key| key.sign(&SystemRandom::new(), message).ok())
                    .map(|signature| signature.as_ref().to_vec())
            }
            PublicKeyAlgorithm::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&self.key)
                .ok()
                .map(|key| key.sign(message).as_ref().to_vec()),
        };
        signed.ok_or(SignError::Unsignable)
    }

    fn sign_rsa(&self, message: &[u8]) -> Option<Vec<u8>> {
        let key = RsaKeyPair::from_pkcs8(&self.key).ok()?;
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }
}
