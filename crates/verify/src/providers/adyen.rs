//! Adyen payments: an HMAC-SHA256 inside each item of the body.
//!
//! What must stay true: an item's type and reference are among the signed fields, so that ids are.

use std::borrow::Cow;

use crate::families::AdyenItems;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "adyen",
    title: "Adyen (payments)",
    scheme: Scheme::Family(&AdyenItems),
    secret: Some(SecretGuide {
        found_at: "HMAC key under Developers, Webhooks, Additional settings: 64 hexadecimal digits.",
        example: "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/notificationItems/0/NotificationRequestItem/eventCode"))),
    dedupe: Rule::Joined {
        parts: Cow::Borrowed(&[
            Rule::Body(Cow::Borrowed("/notificationItems/0/NotificationRequestItem/eventCode")),
            Rule::Body(Cow::Borrowed("/notificationItems/0/NotificationRequestItem/pspReference")),
        ]),
        separator: Cow::Borrowed(":"),
    },
    split: Some(Split {
        at: Cow::Borrowed("/notificationItems"),
        event_type: Rule::Body(Cow::Borrowed("/NotificationRequestItem/eventCode")),
        id: Rule::Joined {
            parts: Cow::Borrowed(&[
                Rule::Body(Cow::Borrowed("/NotificationRequestItem/eventCode")),
                Rule::Body(Cow::Borrowed("/NotificationRequestItem/pspReference")),
            ]),
            separator: Cow::Borrowed(":"),
        },
    }),
    documentation_url: "https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures/",
    notes: &[
        "Eight fields of each item are signed; whatever else an item says is not.",
        "The fields are joined by colons without escapes, as the provider's library does.",
        "The answer deadline is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":""},"amount":{"currency":"EUR","value":1000},"eventCode":"AUTHORISATION","merchantAccountCode":"TestMerchant","merchantReference":"order-1","pspReference":"7914073381342284","success":"true"}}]}"#,
        event_type: Some("AUTHORISATION"),
    },
    ..Provider::COMMON
};
