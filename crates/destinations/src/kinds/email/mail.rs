//! The mail of an event. Whatever the event holds, it becomes no header: the library encodes texts, and line ends never
//! reach a subject.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};

use crate::seam::{Fault, Parcel};

/// Longest subject in characters.
const SUBJECT_CHARS_MAX: usize = 200;
/// The mail's own headers beside the usual ones.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::new_from_ascii_str("Idempotency-Key");
const WEBHOOK_ID: HeaderName = HeaderName::new_from_ascii_str("Webhook-Id");
/// Tells other programs not to answer (RFC 3834 section 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Writes the mail; the same parcel gives the same mail.
pub(super) fn write(
    parcel: &Parcel,
    from: &Mailbox,
    to: &[Mailbox],
    subject: &str,
    text: String,
) -> Result<Vec<u8>, Fault> {
    let subject: String = subject
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(SUBJECT_CHARS_MAX)
        .collect();
    let occurred =
        UNIX_EPOCH + Duration::from_millis(u64::try_from(parcel.occurred_at_ms).unwrap_or_default());
    let mut builder = Message::builder()
        .from(from.clone())
        .subject(subject)
        .date(occurred)
        .message_id(Some(message_id(&parcel.idempotency_key, from.email.domain())))
        .raw_header(HeaderValue::new(IDEMPOTENCY_KEY, plain(&parcel.idempotency_key)))
        .raw_header(HeaderValue::new(WEBHOOK_ID, plain(&parcel.message_id)))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN);
    for recipient in to {
        builder = builder.to(recipient.clone());
    }
    let mail = builder
        .body(text)
        .map_err(|error| Fault::fail(format!("the mail cannot be written for this event: {error}")))?;
    Ok(mail.formatted())
}

/// `<key@domain>`: the same for every attempt of a delivery.
pub(super) fn message_id(idempotency_key: &str, domain: &str) -> String {
    format!("<{}@{domain}>", plain(idempotency_key))
}

/// What is not a letter, a digit or one of `._-` becomes its number, so that nothing ends an id or a header early.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => plain.push(char::from(byte)),
            other => plain.push_str(&format!("={other:02X}")),
        }
    }
    plain
}
