//! Microsoft Graph: a text of your own in every notification, tokens of Entra ID beside those that carry data, and a
//! token to echo when a subscription is made.

use std::borrow::Cow;

use crate::families::Graph;
use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;

const VALIDATION: Handshake = Handshake {
    when: &[Condition::Has(Value::Query("validationToken"))],
    body: Body::Plain(Value::Query("validationToken")),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "microsoft-graph",
    title: "Microsoft Graph",
    scheme: Scheme::Family(&Graph),
    secret: Some(SecretGuide {
        found_at: "The clientState that you gave when you made the subscription. For notifications with resource data, after it the ids of the application and of its tenant, with spaces between: \"state 00000000-… 11111111-…\".",
        example: "a-long-random-client-state",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/value/0/changeType"))),
    split: Some(Split {
        at: Cow::Borrowed("/value"),
        event_type: Rule::Body(Cow::Borrowed("/changeType")),
        id: Rule::Body(Cow::Borrowed("/id")),
    }),
    handshakes: &[VALIDATION],
    success_status: 202,
    documentation_url: "https://learn.microsoft.com/graph/change-notifications-delivery-webhooks",
    notes: &[
        "Nothing is signed; the clientState travels in the body, so keep bodies out of logs.",
        "Where the secret names an application, validationTokens are demanded and every one must be valid: RS256 by Microsoft's keys, of that tenant, for that application, asked for by Graph's change tracking, not expired. They do not cover the body. Name each application and tenant in a secret of its own.",
        "Such a source refuses notifications without tokens. Whether lifecycle notifications carry them is not confirmed: give those a URL of their own, with a source whose secret is the clientState alone.",
        "The public cloud only: keys come from login.microsoftonline.com. Applications with signing keys of their own are not supported.",
        "The resource's data is passed on encrypted as it came.",
        "Subscriptions expire and must be renewed by you.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"value":[{"subscriptionId":"7f105c7d-2dc5-4530-97cd-4e7ae6534c07","clientState":"","changeType":"created","resource":"users/1/messages/2"}]}"#,
        event_type: Some("created"),
    },
    ..Provider::COMMON
};
