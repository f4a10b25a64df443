//! Front: HMAC-SHA256 of time and body in base64.
//!
//! What must stay true: the time is signed, and any is accepted: no tolerance is known.

use std::borrow::Cow;

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template};

const CHALLENGE: Handshake = Handshake {
    when: &[Condition::Has(Value::Header("x-front-challenge"))],
    needs_verification: true,
    body: Body::Json(&[("challenge", Value::Header("x-front-challenge"))]),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "front",
    title: "Front",
    scheme: Scheme::Hmac(Template::of(
        &[
            Part::Header(Cow::Borrowed("x-front-request-timestamp")),
            Part::Literal(Cow::Borrowed(":")),
            Part::Body,
        ],
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-front-signature", ""),
        None,
    )),
    headers: &["x-front-signature", "x-front-challenge"],
    secret: Some(SecretGuide {
        found_at: "App secret of the app.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    handshakes: &[CHALLENGE],
    documentation_url: "https://dev.frontapp.com",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "The unit of the time is not confirmed, so requests of any age are accepted.",
        "Where type and id stand is not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[("x-front-request-timestamp", "1790000000000")],
        body: r#"{"payload":{}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
