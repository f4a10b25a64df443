//! Airwallex: HMAC-SHA256 of time and body.
//!
//! What must stay true: nothing stands between time and body.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp, TimestampAt};

pub(super) static PROVIDER: Provider = Provider {
    name: "airwallex",
    title: "Airwallex",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-signature", ""),
        Some(Timestamp::of_any_age(
            TimestampAt::Header(Cow::Borrowed("x-timestamp")),
            TimeUnit::Milliseconds,
        )),
    )),
    secret: Some(SecretGuide {
        found_at: "Secret of the webhook under Developer, Webhooks; each URL has its own.",
        example: "whsec_example0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/name"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events",
    notes: &[
        "Airwallex names no tolerance, and whether an event that is sent again has a new time is not confirmed: any age is taken unless the source sets one.",
        "Only status 200 counts as success.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"id":"evt_100_2019102201549020043","name":"payment_intent.succeeded","account_id":"acct_1","data":{"object":{}}}"#,
        event_type: Some("payment_intent.succeeded"),
    },
    ..Provider::COMMON
};
