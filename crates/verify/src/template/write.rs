//! Signs by a template: writes the headers that the provider would send.
//!
//! What must stay true: what is written here verifies by the same template at the same time.

use super::content::{pieces, with_secret};
use super::judge::Construction;
use super::key;
use super::model::{SignatureAt, Template, TimestampAt};
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::{SignError, write_field, write_query};

pub(crate) fn write(
    template: &Template,
    construction: Construction,
    secret: &Secret,
    outgoing: &mut Outgoing,
    now: Now,
) -> Result<(), SignError> {
    let key = key::prepare(template.key, template.key_bytes_min, secret.text())?;
    let timestamp = match &template.timestamp {
        Some(rule) => Some(place_time(&rule.at, rule.unit.write(now).ok_or(SignError::Time)?, outgoing)?),
        None => None,
    };
    let digest = outgoing.received(|request| {
        let pieces = pieces(&template.parts, request, timestamp.as_deref().map(str::as_bytes))?;
        Ok::<_, SignError>(construction.digest(template, &key, &with_secret(&pieces, &key)))
    })?;
    place_signature(template, &template.encoding.encode(&digest), timestamp.as_deref(), outgoing)
}

/// Writes the time where it has a place of its own; gives the text that is signed.
fn place_time(at: &TimestampAt, text: String, outgoing: &mut Outgoing) -> Result<String, SignError> {
    match at {
        TimestampAt::Header(name) => outgoing.set_header(name, text.clone()),
        TimestampAt::Field(_) | TimestampAt::FirstOfList => {}
        TimestampAt::BodyField(pointer) => write_field(outgoing, pointer, &text)?,
    }
    Ok(text)
}

fn place_signature(
    template: &Template,
    signature: &str,
    timestamp: Option<&str>,
    outgoing: &mut Outgoing,
) -> Result<(), SignError> {
    match &template.signature {
        SignatureAt::Header { name, prefix, .. } => outgoing.set_header(name, format!("{prefix}{signature}")),
        SignatureAt::Fields { name, separator, keys } => {
            let key = keys.first().ok_or(SignError::Unsignable)?;
            let time = match (template.timestamp.as_ref().map(|time| &time.at), timestamp) {
                (Some(TimestampAt::Field(key)), Some(text)) => format!("{key}={text}{separator}"),
                _ => String::new(),
            };
            outgoing.set_header(name, format!("{time}{key}={signature}"));
        }
        SignatureAt::List { name, separator, prefix } => {
            let time = match (template.timestamp.as_ref().map(|time| &time.at), timestamp) {
                (Some(TimestampAt::FirstOfList), Some(text)) => format!("{text}{separator}"),
                _ => String::new(),
            };
            outgoing.set_header(name, format!("{time}{prefix}{signature}"));
        }
        SignatureAt::Headers { names } => {
            outgoing.set_header(names.first().ok_or(SignError::Unsignable)?, signature);
        }
        SignatureAt::BodyField(pointer) => write_field(outgoing, pointer, signature)?,
        SignatureAt::Query(name) => write_query(outgoing, name, signature),
    }
    Ok(())
}
