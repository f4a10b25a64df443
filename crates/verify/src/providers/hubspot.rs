//! HubSpot: version 3 of its signatures, and the two older ones for sources that cannot have it.
//!
//! What must stay true: the older ones are providers of their own, so that a request cannot choose the weaker way.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

const OLD_SIGNATURE: SignatureAt = SignatureAt::header("x-hubspot-signature", "");

pub(super) static PROVIDER: Provider = Provider {
    name: "hubspot",
    title: "HubSpot (v3)",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Method, Part::Url, Part::Body, Part::Timestamp],
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-hubspot-signature-v3", ""),
        Some(Timestamp::header("x-hubspot-request-timestamp", TimeUnit::Milliseconds, 300)),
    )),
    headers: &["x-hubspot-signature-v3", "x-hubspot-signature"],
    notes: &[
        "Every request carries old and new signatures: this takes the new one only.",
        "The URL is signed as registered; HubSpot decodes some escapes in it, which is not done here: keep them out.",
    ],
    ..HUBSPOT
};

/// Version 2: SHA-256 over secret, method, URL and body.
pub(super) static V2: Provider = Provider {
    name: "hubspot-v2",
    title: "HubSpot (v2)",
    scheme: Scheme::PlainHash(Template::of(
        &[Part::Secret, Part::Method, Part::Url, Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        OLD_SIGNATURE,
        None,
    )),
    notes: &["There is no time in it: prefer version 3.", "The URL is signed as registered."],
    ..HUBSPOT
};

/// Version 1: SHA-256 over secret and body.
pub(super) static V1: Provider = Provider {
    name: "hubspot-v1",
    title: "HubSpot (v1)",
    scheme: Scheme::PlainHash(Template::of(
        &[Part::Secret, Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        OLD_SIGNATURE,
        None,
    )),
    notes: &["There is neither time nor URL in it: prefer version 3."],
    ..HUBSPOT
};

const HUBSPOT: Provider = Provider {
    secret: Some(SecretGuide {
        found_at: "Client secret of the app, under Auth.",
        example: "0a1b2c3d-4e5f-6789-abcd-ef0123456789",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/0/subscriptionType"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/0/eventId"))),
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
    documentation_url: "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
    sample: Sample {
        headers: &[],
        body: r#"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123}]"#,
        event_type: Some("contact.creation"),
    },
    ..Provider::COMMON
};
