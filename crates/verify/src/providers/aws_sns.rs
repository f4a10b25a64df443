//! Amazon SNS: RSA over fields of the body, a certificate on a pinned host, and a subscription that must be confirmed.
//!
//! What must stay true: a subscription is confirmed for a configured topic only, after verification, by fetching a URL
//! of SNS itself.

use std::borrow::Cow;

use crate::families::{Sns, is_sns_host};
use crate::handshake::{Condition, Fetch, Handshake, Value};
use crate::provider::{Provider, Sample};
use crate::rules::Rule;
use crate::scheme::Scheme;

const CONFIRMATION: Handshake = Handshake {
    when: &[Condition::Is(Value::Field("/Type"), "SubscriptionConfirmation")],
    needs_verification: true,
    must_equal_challenge: Some((Value::Field("/TopicArn"), 403)),
    fetch: Some(Fetch { url: Value::Field("/SubscribeURL"), host_is: is_sns_host }),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "aws-sns",
    title: "Amazon SNS",
    scheme: Scheme::Family(&Sns),
    headers: &["x-amz-sns-message-type"],
    event_type: Some(Rule::Body(Cow::Borrowed("/Type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/MessageId"))),
    dedupe: Rule::Body(Cow::Borrowed("/MessageId")),
    handshakes: &[CONFIRMATION],
    content_types: &["text/plain", "application/json"],
    documentation_url: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
    notes: &[
        "There is no secret: give the topic's ARN as challenge, or anybody's topic is believed and no subscription is confirmed.",
        "The certificate's host, dates, use and name are checked, and the signatures of its issuers if they are served beside it; it is trusted because it was fetched over TLS from that host. No age of messages is enforced.",
        "Versions 1 (SHA-1) and 2 (SHA-256) of the signature are taken; set the topic to 2.",
        "Raw delivery has no signature and is refused.",
    ],
    sample: Sample {
        headers: &[("x-amz-sns-message-type", "Notification"), ("content-type", "text/plain; charset=UTF-8")],
        body: r#"{"Type":"Notification","MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324","TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic","Subject":"My First Message","Message":"Hello world!","Timestamp":"2026-09-21T12:26:40.000Z","SignatureVersion":"2","Signature":"","SigningCertURL":"https://sns.us-west-2.amazonaws.com/SimpleNotificationService-simulated.pem","UnsubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe"}"#,
        event_type: Some("Notification"),
    },
    ..Provider::COMMON
};
