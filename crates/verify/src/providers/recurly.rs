//! Recurly: HMAC-SHA256 of time and body, in a list that begins with the time.
//!
//! What must stay true: every signature of the list is tried.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp, TimestampAt};

pub(super) static PROVIDER: Provider = Provider {
    name: "recurly",
    title: "Recurly",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::List {
            name: Cow::Borrowed("recurly-signature"),
            separator: ',',
            prefix: Cow::Borrowed(""),
        },
        Some(Timestamp {
            at: TimestampAt::FirstOfList,
            unit: TimeUnit::Milliseconds,
            past_s_max: Some(300),
            future_s_max: Some(300),
        }),
    )),
    headers: &["recurly-signature"],
    secret: Some(SecretGuide {
        found_at: "Key of the webhook endpoint.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event_type"))),
    documentation_url: "https://docs.recurly.com",
    notes: &[
        "There is no delivery id, and `id` may stay the same over the events of an object: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"id":"p3kzp9tsb","event_type":"created","object_type":"account"}"#,
        event_type: Some("created"),
    },
    ..Provider::COMMON
};
