//! The schemes by family. A provider or a user picks one; the request never does.
//!
//! What must stay true: the algorithm is fixed by the scheme.

use std::borrow::Cow;

use crate::families::{Family, HttpSignatures, StandardWebhooks, TokenAt};
use crate::template::Template;

/// How a request proves who sent it.
#[derive(Clone, Debug)]
pub enum Scheme {
    /// HMAC over a template.
    Hmac(Template),
    /// A plain hash with the secret among its parts.
    PlainHash(Template),
    /// A shared token, compared.
    Token(TokenAt),
    /// Standard Webhooks v1 and v1a.
    StandardWebhooks(StandardWebhooks),
    /// HTTP message signatures (RFC 9421).
    HttpSignatures(HttpSignatures),
    /// A scheme that needs code of its own.
    Family(&'static dyn Family),
    /// Any of several: for providers in migration.
    AnyOf(Cow<'static, [Self]>),
    /// Nothing is proved; only the secrecy of the URL protects.
    None,
}

impl Scheme {
    /// Whether what its receiver holds is a public key, which is no secret.
    #[must_use]
    pub fn takes_public_key(&self) -> bool {
        matches!(self, Self::Family(family) if family.takes_public_key())
    }

    /// The same scheme with another tolerance of its time, in seconds both ways; nothing, if it has no time to which
    /// one applies.
    #[must_use]
    pub fn with_tolerance(&self, seconds: u64) -> Option<Self> {
        let timed = |template: &Template| {
            let mut template = template.clone();
            let time = template.timestamp.as_mut()?;
            (time.past_s_max, time.future_s_max) = (Some(seconds), Some(seconds));
            Some(template)
        };
        match self {
            Self::Hmac(template) => timed(template).map(Self::Hmac),
            Self::PlainHash(template) => timed(template).map(Self::PlainHash),
            Self::StandardWebhooks(scheme) => {
                Some(Self::StandardWebhooks(StandardWebhooks { tolerance_s: seconds, ..*scheme }))
            }
            Self::HttpSignatures(scheme) => {
                Some(Self::HttpSignatures(HttpSignatures { tolerance_s: seconds, ..scheme.clone() }))
            }
            Self::Token(_) | Self::Family(_) | Self::AnyOf(_) | Self::None => None,
        }
    }

    /// The headers that carry its proof, as documentation and diagnosis name them.
    #[must_use]
    pub fn proof_headers(&self) -> Vec<&str> {
        match self {
            Self::Hmac(template) | Self::PlainHash(template) => template.signature.header_names(),
            Self::Token(TokenAt::Header { name, .. }) => vec![name],
            Self::Token(TokenAt::Basic | TokenAt::Bearer) => vec!["authorization"],
            Self::Token(TokenAt::Query(_) | TokenAt::BodyField(_)) | Self::None => Vec::new(),
            Self::StandardWebhooks(scheme) => vec![scheme.headers.signature()],
            Self::HttpSignatures(_) => HttpSignatures::HEADERS.to_vec(),
            Self::Family(family) => family.proof_headers().to_vec(),
            Self::AnyOf(schemes) => schemes.iter().flat_map(Self::proof_headers).collect(),
        }
    }
}
