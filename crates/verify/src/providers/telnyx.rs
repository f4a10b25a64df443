//! Telnyx: Ed25519 over time and body.
//!
//! What must stay true: a bar stands between time and body.

use std::borrow::Cow;

use crate::families::Detached;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::public_key::PublicKeyAlgorithm;
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Part, TimeUnit, Timestamp};

static SCHEME: Detached = Detached {
    name: "telnyx",
    headers: &["telnyx-signature-ed25519", "telnyx-timestamp"],
    algorithm: PublicKeyAlgorithm::Ed25519,
    encoding: Encoding::Base64,
    timestamp: Some(Timestamp::header("telnyx-timestamp", TimeUnit::Seconds, 300)),
    parts: &[Part::Timestamp, Part::Literal(Cow::Borrowed("|")), Part::Body],
};

pub(super) static PROVIDER: Provider = Provider {
    name: "telnyx",
    title: "Telnyx",
    scheme: Scheme::Family(&SCHEME),
    headers: &["telnyx-signature-ed25519"],
    secret: Some(SecretGuide {
        found_at: "Public Key under Keys & Credentials of the account in the Mission Control Portal.",
        example: "4b+pDRhppEUgcyJjJt6fOXOS6T5xQzNbDFOtNJO4hfk=",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/data/event_type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/data/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/data/id")),
    documentation_url: "https://developers.telnyx.com/docs/development/sdk/python/webhooks",
    notes: &[
        "The tolerance of 300 s is customary among receivers; the provider's library leaves it to the caller.",
        "That `data.id` is the same when an event is sent again is confirmed by third parties.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"data":{"record_type":"event","event_type":"call.initiated","id":"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0","payload":{}}}"#,
        event_type: Some("call.initiated"),
    },
    ..Provider::COMMON
};
