//! Acrobat Sign (Adobe Sign): the id of the client in a header, which every answer carries back.
//!
//! What must stay true: the id is carried back only where it is the source's own, so that a stranger learns nothing.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::handshake::{Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

const CLIENT_ID: &str = "x-adobesign-clientid";

/// Asked when the webhook is registered.
const INTENT: Handshake = Handshake {
    method: "GET",
    when: &[Condition::Has(Value::Header(CLIENT_ID))],
    needs_verification: true,
    headers: &[(CLIENT_ID, Value::Header(CLIENT_ID))],
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "adobe-sign",
    title: "Acrobat Sign (Adobe Sign)",
    scheme: Scheme::Token(TokenAt::Header { name: Cow::Borrowed(CLIENT_ID), prefix: Cow::Borrowed("") }),
    headers: &[CLIENT_ID],
    secret: Some(SecretGuide {
        found_at: "Client id (application id) of the application that registers the webhook.",
        example: "CBJCHBCAABAAexample0123456789",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/webhookNotificationId"))),
    dedupe: Rule::Body(Cow::Borrowed("/webhookNotificationId")),
    handshakes: &[INTENT],
    echoes: &[CLIENT_ID],
    documentation_url: "https://helpx.adobe.com/sign/kb/adobe-sign-keep-sending-just-one-even.html",
    notes: &[
        "Nothing is signed: who knows the client id and the URL can send anything. Keep the URL to yourself.",
        "An answer without the client id counts as a failure, and the event is sent again.",
        "The payload's fields are those of the developer guide; whether `webhookNotificationId` stays the same when an event is sent again is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"webhookId":"1","webhookNotificationId":"a1b2c3","event":"AGREEMENT_CREATED","agreement":{"id":"2"}}"#,
        event_type: Some("AGREEMENT_CREATED"),
    },
    ..Provider::COMMON
};
