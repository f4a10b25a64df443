//! Azure Event Grid: a secret in the query of the URL, and two ways to validate a subscription.
//!
//! What must stay true: the validation of a subscription is answered only to who knows the query secret.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;

const VALIDATION: Handshake = Handshake {
    when: &[Condition::Is(Value::Header("aeg-event-type"), "SubscriptionValidation")],
    needs_verification: true,
    body: Body::Json(&[("validationResponse", Value::Field("/0/data/validationCode"))]),
    ..Handshake::NONE
};

const CLOUD_EVENTS: Handshake = Handshake {
    method: "OPTIONS",
    when: &[Condition::Has(Value::Header("webhook-request-origin"))],
    needs_verification: true,
    headers: &[
        ("webhook-allowed-origin", Value::Header("webhook-request-origin")),
        ("webhook-allowed-rate", Value::Text("*")),
        ("allow", Value::Text("POST")),
    ],
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "azure-event-grid",
    title: "Azure Event Grid",
    scheme: Scheme::Token(TokenAt::Query(Cow::Borrowed("secret"))),
    headers: &["aeg-event-type", "aeg-subscription-name"],
    secret: Some(SecretGuide {
        found_at: "A text of your own choice, given as ?secret=… in the endpoint's URL.",
        example: "a-long-random-text-in-the-url",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Body(Cow::Borrowed("/0/eventType")),
        Rule::Body(Cow::Borrowed("/0/type")),
        Rule::Body(Cow::Borrowed("/type")),
    ]))),
    delivery_id: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Body(Cow::Borrowed("/0/id")),
        Rule::Body(Cow::Borrowed("/id")),
    ]))),
    dedupe: Rule::FirstOf(Cow::Borrowed(&[
        Rule::Body(Cow::Borrowed("/0/id")),
        Rule::Body(Cow::Borrowed("/id")),
    ])),
    split: Some(Split {
        at: Cow::Borrowed(""),
        event_type: Rule::FirstOf(Cow::Borrowed(&[
            Rule::Body(Cow::Borrowed("/eventType")),
            Rule::Body(Cow::Borrowed("/type")),
        ])),
        id: Rule::Body(Cow::Borrowed("/id")),
    }),
    handshakes: &[VALIDATION, CLOUD_EVENTS],
    methods: &["POST", "OPTIONS"],
    content_types: &[
        "application/json",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    ],
    documentation_url: "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema",
    notes: &[
        "Nothing is signed. Delivery with Entra ID tokens is not confirmed and not built.",
        "The validation by GET of validationUrl is not done: the code is answered at once.",
    ],
    sample: Sample {
        headers: &[("aeg-event-type", "Notification")],
        body: r#"[{"id":"831e1650-001e-001b-66ab-eeb76e069631","eventType":"Microsoft.Storage.BlobCreated","subject":"/blobs/a.txt","data":{},"dataVersion":"1"}]"#,
        event_type: Some("Microsoft.Storage.BlobCreated"),
    },
    ..Provider::COMMON
};
