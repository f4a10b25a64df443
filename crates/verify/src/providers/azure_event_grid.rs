//! Azure Event Grid: a secret in the query of the URL or a token of Entra ID, and two ways to validate a subscription.
//!
//! What must stay true: the validation of a subscription is answered only to who proves himself as for deliveries.

use std::borrow::Cow;

use crate::families::EventGrid;
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
    scheme: Scheme::Family(&EventGrid),
    headers: &["aeg-event-type", "aeg-subscription-name"],
    secret: Some(SecretGuide {
        found_at: "A text of your own choice, given as ?secret=… in the endpoint's URL. For delivery with Entra ID instead: the application (id or URI) that you gave as audience and the id of its tenant, with a space between.",
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
        "Nothing is signed. A secret that ends in a space and a tenant's id names an audience: then ?secret=… does not count, and a bearer token must be there: RS256 by Microsoft's keys, of that tenant, for that audience, asked for by Event Grid, not expired. It does not cover the body.",
        "The role AzureEventGridSecureWebhookSubscriber is not looked for. Tokens of a managed identity, and clouds other than the public one, are not supported.",
        "Whether the OPTIONS request of CloudEvents carries the token is not confirmed; where it does not, its validation is refused.",
        "The validation by GET of validationUrl is not done: the code is answered at once.",
    ],
    sample: Sample {
        headers: &[("aeg-event-type", "Notification")],
        body: r#"[{"id":"831e1650-001e-001b-66ab-eeb76e069631","eventType":"Microsoft.Storage.BlobCreated","subject":"/blobs/a.txt","data":{},"dataVersion":"1"}]"#,
        event_type: Some("Microsoft.Storage.BlobCreated"),
    },
    ..Provider::COMMON
};
