//! Keys for the fuzzed schemes: the test keys of the library, as the documents that providers publish.

use hooktide_verify::{Key, KeyDocument, KeyRequest, KnownKeys, Now, Provider, Scheme};

/// The time of receipt.
pub const NOW: Now = Now::from_unix_s(1_790_000_000);

const RSA: &str = include_str!("../../crates/verify/tests/suite/keys/rsa.pem");
const P256: &str = include_str!("../../crates/verify/tests/suite/keys/p256.pem");
const ED25519: &str = include_str!("../../crates/verify/tests/suite/keys/ed25519.pem");
const RSA_PUBLIC: &str = include_str!("../../crates/verify/tests/suite/keys/rsa.pub.pem");
const CERTIFICATE: &str = include_str!("../../crates/verify/tests/suite/keys/cert.pem");
const CERTIFICATE_SNS: &str = include_str!("../../crates/verify/tests/suite/keys/cert-sns.pem");
const JWKS: &str = include_str!("keys/jwks.json");
const PLAID: &str = include_str!("keys/plaid.json");

/// Holds a document for whatever is asked.
#[derive(Clone, Copy, Debug)]
pub struct Held;

impl KnownKeys for Held {
    fn find(&self, request: &KeyRequest) -> Option<Key> {
        let document = match request.document {
            KeyDocument::CertificatePem if request.url.contains("paypal") => CERTIFICATE.to_owned(),
            KeyDocument::CertificatePem => CERTIFICATE_SNS.to_owned(),
            KeyDocument::PublicKeyPem => RSA_PUBLIC.to_owned(),
            KeyDocument::JwkSet => JWKS.to_owned(),
            KeyDocument::ProviderJson if request.url.contains("plaid") => PLAID.to_owned(),
            KeyDocument::ProviderJson => {
                let notifications = serde_json::json!({"webhook": {"public_key": RSA_PUBLIC}});
                serde_json::json!({"config": {"notifications": notifications}}).to_string()
            }
            _ => return None,
        };
        Some(Key { document: document.into_bytes() })
    }
}

/// Holds one document, whatever is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Only<'a>(pub &'a [u8]);

impl KnownKeys for Only<'_> {
    fn find(&self, _: &KeyRequest) -> Option<Key> {
        Some(Key { document: self.0.to_vec() })
    }
}

/// The private half with which a provider signs, if it signs with one.
#[must_use]
pub fn signer(provider: &Provider) -> Option<&'static str> {
    let Scheme::Family(family) = provider.scheme else {
        return None;
    };
    match family.name() {
        "discord" => Some(ED25519),
        "sendgrid" | "plaid" => Some(P256),
        "aws-sns" | "paypal" | "adobe-io-events" | "google-pubsub" => Some(RSA),
        _ => None,
    }
}
