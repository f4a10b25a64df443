//! Twilio: HMAC-SHA1 over the public URL and the fields of the form.

use std::borrow::Cow;

use crate::families::Twilio;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "twilio",
    title: "Twilio",
    scheme: Scheme::Family(&Twilio),
    headers: &["x-twilio-signature"],
    secret: Some(SecretGuide {
        found_at: "Auth Token of the account, in the Twilio console.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Form(Cow::Borrowed("MessageStatus")),
        Rule::Form(Cow::Borrowed("CallStatus")),
    ]))),
    dedupe: Rule::FirstOf(Cow::Borrowed(&[
        Rule::Joined {
            parts: Cow::Borrowed(&[
                Rule::Form(Cow::Borrowed("MessageSid")),
                Rule::Form(Cow::Borrowed("MessageStatus")),
            ]),
            separator: Cow::Borrowed(":"),
        },
        Rule::Joined {
            parts: Cow::Borrowed(&[
                Rule::Form(Cow::Borrowed("CallSid")),
                Rule::Form(Cow::Borrowed("CallStatus")),
            ]),
            separator: Cow::Borrowed(":"),
        },
    ])),
    methods: &["POST", "GET"],
    content_types: &["application/x-www-form-urlencoded", "application/json"],
    documentation_url: "https://www.twilio.com/docs/usage/security",
    notes: &[
        "The source must know its public URL exactly as registered.",
        "There is no time in the signature: a request can be replayed.",
    ],
    sample: Sample {
        headers: &[("content-type", "application/x-www-form-urlencoded")],
        body: "MessageSid=SM1234567890&MessageStatus=delivered&To=%2B14158675309&Empty=",
        event_type: Some("delivered"),
    },
    ..Provider::COMMON
};
