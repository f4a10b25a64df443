//! Trello: HMAC-SHA1 of the body and the callback URL.
//!
//! What must stay true: the URL follows the body, exactly as registered.

use crate::handshake::Handshake;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template};

const CREATION: Handshake = Handshake { method: "HEAD", status: 200, ..Handshake::NONE };

pub(super) static PROVIDER: Provider = Provider {
    name: "trello",
    title: "Trello",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Body, Part::Url],
        Hash::Sha1,
        Encoding::Base64,
        SignatureAt::header("x-trello-webhook", ""),
        None,
    )),
    headers: &["x-trello-webhook"],
    secret: Some(SecretGuide {
        found_at: "The application's OAuth secret, not its token.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    handshakes: &[CREATION],
    documentation_url: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
    notes: &[
        "When a webhook is made, Trello asks for the URL with HEAD and wants 200.",
        "The public URL of the source must be exactly the one registered at Trello.",
        "Where type and id of an action stand is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"action":{"data":{}},"model":{"name":"Board"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
