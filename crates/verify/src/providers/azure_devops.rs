//! Azure DevOps: HTTP Basic credentials.
//!
//! What must stay true: nothing in the request is signed.

use crate::families::TokenAt;
use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "azure-devops",
    title: "Azure DevOps",
    scheme: Scheme::Token(TokenAt::Basic),
    secret: Some(SecretGuide {
        found_at: "User name and password set on the service hook, as user:password.",
        example: "hooks:a-password-of-your-own",
        is_optional: false,
    }),
    documentation_url: "https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks",
    confirmation: Confirmation::ThirdParties,
    notes: &["Nothing is signed. Type and id are not confirmed: the hash of the body tells events apart."],
    sample: Sample { headers: &[], body: r#"{"resource":{}}"#, event_type: None },
    ..Provider::COMMON
};
