//! Microsoft Teams (outgoing webhook): HMAC-SHA256 of the body in `Authorization`.
//!
//! What must stay true: the secret is base64 and decoded.

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, KeyForm, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "microsoft-teams",
    title: "Microsoft Teams (outgoing webhook)",
    scheme: Scheme::Hmac(
        Template::of_body(Hash::Sha256, Encoding::Base64, SignatureAt::header("authorization", "HMAC "))
            .keyed(KeyForm::Base64),
    ),
    secret: Some(SecretGuide {
        found_at: "Security token shown when the outgoing webhook is made.",
        example: "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0",
        is_optional: false,
    }),
    documentation_url: "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook",
    confirmation: Confirmation::ThirdParties,
    notes: &["Type, id and deadline are not confirmed: the hash of the body tells events apart."],
    sample: Sample { headers: &[], body: r#"{"text":"<at>bot</at> hello"}"#, event_type: None },
    ..Provider::COMMON
};
