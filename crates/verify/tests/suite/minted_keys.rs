//! Key pairs and fetched documents for the tamper matrix. They were made for these tests and are used nowhere else.
//!
//! The receiver's public halves are the examples of the providers; the private halves are files beside this one.

use hooktide_verify::{Key, KeyDocument, KeyRequest, KnownKeys, Scheme};

pub(crate) const RSA: &str = include_str!("keys/rsa.pem");
pub(crate) const P256: &str = include_str!("keys/p256.pem");
pub(crate) const ED25519: &str = include_str!("keys/ed25519.pem");
pub(crate) const RSA_PUBLIC: &str = include_str!("keys/rsa.pub.pem");
/// The same as PKCS#1.
pub(crate) const RSA_PUBLIC_PKCS1: &str = include_str!("keys/rsa.pub.pkcs1.pem");

/// Names `sns.amazonaws.com`, with the same key and dates as the next.
pub(crate) const CERTIFICATE_SNS: &str = include_str!("keys/cert-sns.pem");
/// Names `messageverificationcerts.paypal.com`, valid from 2026 to 2046.
pub(crate) const CERTIFICATE: &str = include_str!("keys/cert.pem");
/// The same, valid in 2020.
pub(crate) const CERTIFICATE_EXPIRED: &str = include_str!("keys/cert-expired.pem");
/// The same key and dates, for a name that only begins alike.
pub(crate) const CERTIFICATE_STRANGER: &str = include_str!("keys/cert-stranger.pem");

/// RSA-SHA1 by the key above over the payload of the sample, made by another implementation.
pub(crate) const TRAVIS_SIGNATURE: &str = "HfPQe6k5rfBH0MBf5Fa2rDedVZoL1+56Nkkpy0BocnhGenxtVOWMMef2k5051PExtusjYj+0lLWJJHmkf/ddMtnLAbz/0LUFYtWvnr0NeHw/Dgdmk75jPTdneiZDghxIcHs9g2MIUCykEF+jW2fZ8v/TWeo7o/IQ9aXTnHhU4UJiTSEau/OWAUylWyvg6imEOQ3wx5fimPqvd8JK6wPVAs8Rqjk7amCBmncbDGlsXA0BVY2zQZ9X1IIPw7bDjPlrhbWKQxmldvCHMCwe61hF4cA/yYLh1ewUuluX9qkLUk9SC4SEX7dPWuyfj5yv8cQpvmi/pA6g2H9EVn0f1INYDw==";

/// The public halves as JSON Web Keys.
const RSA_JWK: &str = r#"{"kty":"RSA","use":"sig","alg":"RS256","kid":"simulated","e":"AQAB","n":"s0t3bP5QVFgboE7_RqwZHJEfmfKIcpTdCrEd6Yirjeo8BCOKXDK9JLHpXMPP5Nyer8DlsG3zMt0O1IM-Iix6eh3iff3wQL3WXFIoEjKMYpEcetv5N_fadZLaeKb9fnunjoLx05if4nDmfAcOtBLmWWrSZWvyJVIl4Ct8ArXw89DAlAvAylki7o-2TGYcgr3FCjf8HFD0CZesixeKP5IqFrFaT9OwXcHdJ6zGKIOKdsdiuwTakm854vjvO8kuGtDscNJlldTZ8hsIS36R8kvKoCoF_q1PQg7wLYzDAfc4U5Hwg7j-XN5p_EYJO1CUpHRYVrOLuWORoHvo6oEQ90Wkiw"}"#;
const P256_JWK: &str = r#"{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":"simulated","expired_at":null,"x":"UrYRbILFU5T-n1XD2z_fAt-FAcOnik7GeUDI8hSe9KU","y":"czK4kXMy2JK3PJupm32RtjVKr2rZhXQvjympzYnlIeA"}"#;

/// The private half with which a provider signs, if it signs with one.
pub(crate) fn signing_key(scheme: &Scheme) -> Option<&'static str> {
    let Scheme::Family(family) = scheme else {
        return None;
    };
    match family.name() {
        "discord" | "telnyx" => Some(ED25519),
        "sendgrid" | "plaid" => Some(P256),
        "aws-sns" | "paypal" | "adobe-io-events" | "google-pubsub" | "orum-io" => Some(RSA),
        _ => None,
    }
}

/// Holds what the samples ask for, under the very URLs that they may ask.
pub(crate) struct MintedKeys;

impl KnownKeys for MintedKeys {
    fn find(&self, request: &KeyRequest) -> Option<Key> {
        let document = match (request.document, request.url.as_str()) {
            (
                KeyDocument::CertificatePem,
                "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-simulated.pem",
            ) => CERTIFICATE_SNS.to_owned(),
            (KeyDocument::CertificatePem, "https://api.paypal.com/v1/notifications/certs/CERT-simulated") => {
                CERTIFICATE.to_owned()
            }
            (
                KeyDocument::PublicKeyPem,
                "https://static.adobeioevents.com/prod/keys/pub-key-simulated.pem",
            ) => RSA_PUBLIC.to_owned(),
            (
                KeyDocument::JwkSet,
                "https://www.googleapis.com/oauth2/v3/certs"
                | "https://login.microsoftonline.com/common/discovery/v2.0/keys",
            ) => format!("{{\"keys\":[{P256_JWK},{RSA_JWK}]}}").replacen("simulated", "other", 1),
            (KeyDocument::ProviderJson, "https://production.plaid.com/webhook_verification_key/get") => {
                format!("{{\"key\":{P256_JWK},\"request_id\":\"1\"}}")
            }
            (KeyDocument::ProviderJson, "https://api.travis-ci.com/config") => {
                let notifications = serde_json::json!({"webhook": {"public_key": RSA_PUBLIC}});
                serde_json::json!({"config": {"notifications": notifications}}).to_string()
            }
            _ => return None,
        };
        Some(Key { document: document.into_bytes() })
    }
}

/// Holds one document, whatever is asked for.
pub(crate) struct Only<'a>(pub(crate) &'a [u8]);

impl KnownKeys for Only<'_> {
    fn find(&self, _: &KeyRequest) -> Option<Key> {
        Some(Key { document: self.0.to_vec() })
    }
}
