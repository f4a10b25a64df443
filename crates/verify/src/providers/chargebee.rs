//! Chargebee: HTTP Basic credentials.
//!
//! What must stay true: nothing in the request is signed, and a password may contain colons.

use crate::families::TokenAt;
use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "chargebee",
    title: "Chargebee",
    scheme: Scheme::Token(TokenAt::Basic),
    secret: Some(SecretGuide {
        found_at: "User name and password set on the webhook, as user:password.",
        example: "hooks:a-password-of-your-own",
        is_optional: false,
    }),
    documentation_url: "https://www.chargebee.com/docs/",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "Nothing is signed. Fields of the body are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"content":{}}"#, event_type: None },
    ..Provider::COMMON
};
