//! HubSpot: HMAC-SHA256 of method, URL, body and time, version 3.
//!
//! What must stay true: the weaker signatures of versions 1 and 2, which are sent beside it, are never taken.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "hubspot",
    title: "HubSpot",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Method, Part::Url, Part::Body, Part::Timestamp],
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-hubspot-signature-v3", ""),
        Some(Timestamp::header("x-hubspot-request-timestamp", TimeUnit::Milliseconds, 300)),
    )),
    headers: &["x-hubspot-signature-v3"],
    secret: Some(SecretGuide {
        found_at: "Client secret of the app.",
        example: "0123abcd-0123-4567-89ab-0123456789ab",
        is_optional: false,
    }),
    split: Some(Split {
        at: Cow::Borrowed(""),
        event_type: Rule::Body(Cow::Borrowed("/subscriptionType")),
        id: Rule::Joined {
            parts: Cow::Borrowed(&[
                Rule::Body(Cow::Borrowed("/portalId")),
                Rule::Body(Cow::Borrowed("/eventId")),
            ]),
            separator: Cow::Borrowed(":"),
        },
    }),
    answer_ms_max: Some(5_000),
    documentation_url: "https://developers.hubspot.com/docs/api/webhooks/validating-requests",
    notes: &[
        "The public URL of the source must be exactly the one registered at HubSpot; that HubSpot decodes parts of it before hashing is not confirmed, so keep it free of percent signs.",
        "A deadline of 5 s is confirmed by third parties only.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"subscriptionType":"contact.creation","attemptNumber":0}]"#,
        event_type: None,
    },
    ..Provider::COMMON
};
