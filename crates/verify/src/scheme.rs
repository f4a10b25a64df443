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
