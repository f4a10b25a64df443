//! Sentry: HMAC-SHA256 of the body in `Sentry-Hook-Signature`.
//!
//! What must stay true: the time in `Sentry-Hook-Timestamp` is not signed and not judged.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "sentry",
    title: "Sentry",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("sentry-hook-signature", ""),
    )),
    headers: &["sentry-hook-signature"],
    secret: Some(SecretGuide {
        found_at: "Client secret of the integration, not the token of an organisation.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::Joined {
        parts: Cow::Borrowed(&[
            Rule::Header(Cow::Borrowed("sentry-hook-resource")),
            Rule::Body(Cow::Borrowed("/action")),
        ]),
        separator: Cow::Borrowed("."),
    }),
    documentation_url: "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "The id of a request and the deadline for answers are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[("sentry-hook-resource", "issue")],
        body: r#"{"action":"created","data":{"issue":{"id":"1"}}}"#,
        event_type: Some("issue.created"),
    },
    ..Provider::COMMON
};
