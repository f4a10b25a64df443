//! CloudEvents: a Bearer token in a header or the query, as the specification of webhooks has it.
//!
//! What must stay true: permission to send is given in the answer to OPTIONS, and nothing else happens there.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::handshake::{Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;

/// An id counts together with its source only.
const IDS_OF_HEADERS: Rule = Rule::Joined {
    parts: Cow::Borrowed(&[Rule::Header(Cow::Borrowed("ce-source")), Rule::Header(Cow::Borrowed("ce-id"))]),
    separator: Cow::Borrowed(" "),
};
const IDS_OF_BODY: Rule = Rule::Joined {
    parts: Cow::Borrowed(&[Rule::Body(Cow::Borrowed("/source")), Rule::Body(Cow::Borrowed("/id"))]),
    separator: Cow::Borrowed(" "),
};

const PERMISSION: Handshake = Handshake {
    method: "OPTIONS",
    when: &[Condition::Has(Value::Header("webhook-request-origin"))],
    headers: &[
        ("webhook-allowed-origin", Value::Header("webhook-request-origin")),
        ("webhook-allowed-rate", Value::Text("*")),
        ("allow", Value::Text("POST")),
    ],
    ..Handshake::NONE
};

/// A rate that is asked for is granted as asked.
const PERMISSION_WITH_RATE: Handshake = Handshake {
    method: "OPTIONS",
    when: &[
        Condition::Has(Value::Header("webhook-request-origin")),
        Condition::Has(Value::Header("webhook-request-rate")),
    ],
    headers: &[
        ("webhook-allowed-origin", Value::Header("webhook-request-origin")),
        ("webhook-allowed-rate", Value::Header("webhook-request-rate")),
        ("allow", Value::Text("POST")),
    ],
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "cloudevents",
    title: "CloudEvents",
    scheme: Scheme::AnyOf(Cow::Borrowed(&[
        Scheme::Token(TokenAt::Bearer),
        Scheme::Token(TokenAt::Query(Cow::Borrowed("access_token"))),
    ])),
    secret: Some(SecretGuide {
        found_at: "The token you give to the sender.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Header(Cow::Borrowed("ce-type")),
        Rule::Body(Cow::Borrowed("/type")),
    ]))),
    delivery_id: Some(Rule::FirstOf(Cow::Borrowed(&[IDS_OF_HEADERS, IDS_OF_BODY]))),
    dedupe: Rule::FirstOf(Cow::Borrowed(&[IDS_OF_HEADERS, IDS_OF_BODY])),
    content_types: &[],
    split: Some(Split {
        at: Cow::Borrowed(""),
        event_type: Rule::Body(Cow::Borrowed("/type")),
        id: IDS_OF_BODY,
    }),
    handshakes: &[PERMISSION_WITH_RATE, PERMISSION],
    documentation_url: "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md",
    notes: &[
        "Nothing is signed. The callback that a sender may offer is not used: permission is in the answer.",
        "Refusals for load carry Retry-After, and other formats get 415.",
    ],
    sample: Sample {
        headers: &[
            ("ce-type", "com.example.object.created"),
            ("ce-source", "/objects"),
            ("ce-id", "A234-1234-1234"),
        ],
        body: r#"{"hello":"world"}"#,
        event_type: Some("com.example.object.created"),
    },
    success_status: 202,
    ..Provider::COMMON
};
