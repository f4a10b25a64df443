//! Postmark: HTTP Basic credentials that you put into the URL of the webhook.
//!
//! What must stay true: nothing in the request is signed.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "postmark",
    title: "Postmark",
    scheme: Scheme::Token(TokenAt::Basic),
    secret: Some(SecretGuide {
        found_at: "The user and password you set on the webhook, as user:password.",
        example: "hooks:a-password-of-your-own",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/RecordType"))),
    delivery_id: Some(Rule::Joined {
        parts: Cow::Borrowed(&[
            Rule::Body(Cow::Borrowed("/MessageID")),
            Rule::Body(Cow::Borrowed("/RecordType")),
        ]),
        separator: Cow::Borrowed(":"),
    }),
    dedupe: Rule::Joined {
        parts: Cow::Borrowed(&[
            Rule::Body(Cow::Borrowed("/MessageID")),
            Rule::Body(Cow::Borrowed("/RecordType")),
        ]),
        separator: Cow::Borrowed(":"),
    },
    documentation_url: "https://postmarkapp.com/developer/webhooks/webhooks-overview",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "Nothing is signed: limit the addresses from which the source is reached as well.",
        "A header of your own on the webhook is possible too: use a custom source for it.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"RecordType":"Bounce","MessageID":"883953f4-6105-42a2-a16a-77a8eac79483"}"#,
        event_type: Some("Bounce"),
    },
    ..Provider::COMMON
};
