//! Amazon SNS: RSA over chosen fields of the JSON body, by a certificate that the body names.
//!
//! What must stay true: the certificate comes from `sns.<region>.amazonaws.com` and nowhere else; the signed fields
//! are fixed per type of message. Authenticity rests on the TLS connection to that host; dates,
//! use and name of the certificate are checked besides, and its issuers if the document carries them.

use serde_json::{Map, Value};

use super::read::{accepted, field_missing, signature};
use super::{Family, FamilyResult};
use crate::context::Context;
use crate::json::BODY_JSON_BYTES_MAX;
use crate::known_keys::{KeyDocument, KeyRequest};
use crate::pinned::https_host;
use crate::public_key::{NameRule, PublicKeyAlgorithm, SigningText, fetched, leaf_key};
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::Encoding;
use crate::verdict::Reason;

/// The signed fields of a notification, in order; absent ones are left out.
const NOTIFICATION: &[&str] = &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];

/// The signed fields of a confirmation.
const CONFIRMATION: &[&str] =
    &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

/// Whom SNS' certificates name: `sns.amazonaws.com`, `sns-signing.<region>.amazonaws.com` and others of that kind.
const NAME: NameRule = NameRule { wanted: "sns.amazonaws.com", is_it: is_sns_name };

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct Sns;

impl Family for Sns {
    fn name(&self) -> &'static str {
        "aws-sns"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[]
    }

    /// White space and fields beside the signed ones are not covered.
    fn covers_body(&self) -> bool {
        false
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let message = parse(context.request.body)?;
        let text = |name: &str| message.get(name).and_then(Value::as_str);
        let missing = |name: &str| field_missing(&format!("/{name}"));
        let algorithm = match text("SignatureVersion") {
            Some("1") => PublicKeyAlgorithm::RsaSha1,
            Some("2") => PublicKeyAlgorithm::RsaSha256,
            _ => {
                return Err(
                    Reason::family("algorithm_mismatch", "the signature version is not 1 or 2").into()
                );
            }
        };
        let found = text("Signature").ok_or_else(|| missing("Signature"))?;
        let found = signature(Encoding::Base64, found.as_bytes())?;
        let topic = text("TopicArn").ok_or_else(|| missing("TopicArn"))?;
        let mut topics = context.challenges().peekable();
        if topics.peek().is_some() && !topics.any(|wanted| wanted == topic) {
            return Err(Reason::family("topic_unexpected", "the topic is not one that was configured").into());
        }
        let signed = signed_text(&message)?;
        let url = text("SigningCertURL").ok_or_else(|| missing("SigningCertURL"))?;
        if !https_host(url).is_some_and(is_sns_host) || !url.ends_with(".pem") {
            let message = "the certificate's URL is not a .pem on sns.<region>.amazonaws.com";
            return Err(Reason::family("url_not_pinned", message).into());
        }
        let document = KeyDocument::CertificatePem;
        let certificate = fetched(context, KeyRequest { document, url: url.to_owned(), key_id: None })?;
        let key = leaf_key(&certificate, context.now, &NAME)?;
        if !key.verifies(algorithm, signed.as_bytes(), &found) {
            return Err(Reason::NoSignatureMatched { candidates: 1 }.into());
        }
        let signed_at = text("Timestamp").and_then(|text| text.parse::<jiff::Timestamp>().ok());
        Ok(accepted(context, None, 0, signed_at.map(jiff::Timestamp::as_millisecond)))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, _: Now) -> Result<(), SignError> {
        let key = SigningText::read(secret)?;
        let mut message = parse(&outgoing.body)?;
        let signed = signed_text(&message)?;
        let signature = key.sign(PublicKeyAlgorithm::RsaSha256, signed.as_bytes())?;
        message.insert("SignatureVersion".to_owned(), "2".into());
        message.insert("Signature".to_owned(), Encoding::Base64.encode(&signature).into());
        outgoing.body = Value::Object(message).to_string().into_bytes();
        Ok(())
    }
}

/// Whether a host is SNS itself: one label for the region. A bucket may be called `sns`, and its hosts begin alike
/// (`sns.s3.amazonaws.com`, `sns.s3-us-west-2.amazonaws.com`), so that labels of S3 are refused.
pub(crate) fn is_sns_host(host: &str) -> bool {
    let region = host.strip_prefix("sns.").and_then(|rest| {
        rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
    });
    region.is_some_and(|region| {
        let has_letters_and_dashes = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        has_letters_and_dashes && region.contains('-') && !region.starts_with("s3")
    })
}

/// Whether a certificate's name is one of SNS.
fn is_sns_name(name: &str) -> bool {
    let host = name.strip_suffix(".amazonaws.com").or_else(|| name.strip_suffix(".amazonaws.com.cn"));
    host.is_some_and(|host| host == "sns" || host.starts_with("sns-") || is_sns_host(name))
}

fn parse(body: &[u8]) -> Result<Map<String, Value>, Reason> {
    let malformed = || Reason::SignatureMalformed { expected: "a JSON object with its signature".to_owned() };
    if body.len() > BODY_JSON_BYTES_MAX {
        return Err(malformed());
    }
    serde_json::from_slice(body).map_err(|_| malformed())
}

fn signed_text(message: &Map<String, Value>) -> Result<String, Reason> {
    let names = match message.get("Type").and_then(Value::as_str) {
        Some("Notification") => NOTIFICATION,
        Some("SubscriptionConfirmation" | "UnsubscribeConfirmation") => CONFIRMATION,
        _ => return Err(field_missing("/Type")),
    };
    let mut signed = String::new();
    for name in names {
        match message.get(*name) {
            Some(Value::String(value)) => {
                for part in [name, "\n", value, "\n"] {
                    signed.push_str(part);
                }
            }
            None if *name == "Subject" => {}
            _ => return Err(field_missing(&format!("/{name}"))),
        }
    }
    Ok(signed)
}
