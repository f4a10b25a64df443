//! What is wrong with a template that a user wrote.
//!
//! What must stay true: a template without mistakes covers the body, and its time if it relies on one.

use super::model::{Part, SignatureAt, Template, Text, TimestampAt};

/// Most parts of a custom template.
const PARTS_MAX: usize = 32;

/// A mistake in a custom template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateMistake {
    /// Too many parts.
    #[error("there are more than {PARTS_MAX} parts")]
    TooManyParts,
    /// The body could be changed without notice.
    #[error("`parts` lacks `body`: anybody could change it")]
    BodyNotSigned,
    /// The time could be changed without notice.
    #[error("`parts` lacks `timestamp`: a replay could claim any time")]
    TimestampNotSigned,
    /// A part that has no meaning without another setting.
    #[error("`parts` has `timestamp`, but `timestamp` is not set")]
    TimestampNotSet,
    /// A time beside signatures where there is no such place.
    #[error(
        "the timestamp's place does not fit the signature's: `field` needs `fields`, `first_of_list` needs `list`"
    )]
    TimestampPlace,
    /// A header without a name, or with bytes that no header name has.
    #[error("a header name is empty or has bytes that header names cannot have")]
    HeaderName,
    /// No key or name to find a signature by.
    #[error("the signature has no place: its list of names is empty")]
    NoSignature,
    /// A separator that splits nothing or is ambiguous.
    #[error("the separator must be one ASCII character that is part of no signature or time")]
    Separator,
    /// A pointer that is not RFC 6901.
    #[error("a body field must be a JSON Pointer, as in /data/id")]
    Pointer,
    /// Without it anybody could make the hash.
    #[error("`parts` lacks `secret`: anybody could make the hash")]
    SecretMissing,
    /// No URL holds its own signature.
    #[error("the signature is a parameter of the URL that it would sign: sign `path` instead")]
    SignatureSigned,
    /// HMAC keys are not part of the text.
    #[error("`secret` is a part of plain hashes only")]
    SecretPart,
}

impl Template {
    /// Checks an HMAC template that a user wrote.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self) -> Result<(), TemplateMistake> {
        if self.parts.contains(&Part::Secret) {
            return Err(TemplateMistake::SecretPart);
        }
        self.check_common()
    }

    /// Checks a template of a plain hash that a user wrote.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check_plain(&self) -> Result<(), TemplateMistake> {
        if !self.parts.contains(&Part::Secret) {
            return Err(TemplateMistake::SecretMissing);
        }
        self.check_common()
    }

    fn check_common(&self) -> Result<(), TemplateMistake> {
        if self.parts.len() > PARTS_MAX {
            return Err(TemplateMistake::TooManyParts);
        }
        if !self.parts.contains(&Part::Body) {
            return Err(TemplateMistake::BodyNotSigned);
        }
        self.check_timestamp()?;
        self.check_signature()?;
        self.parts.iter().try_for_each(|part| match part {
            Part::Header(name) => header_name(name),
            Part::BodyField(pointer) => json_pointer(pointer),
            _ => Ok(()),
        })
    }

    fn check_timestamp(&self) -> Result<(), TemplateMistake> {
        let is_part = self.parts.contains(&Part::Timestamp);
        let Some(timestamp) = &self.timestamp else {
            return if is_part { Err(TemplateMistake::TimestampNotSet) } else { Ok(()) };
        };
        match (&timestamp.at, &self.signature) {
            (TimestampAt::BodyField(pointer), _) => return json_pointer(pointer),
            (TimestampAt::Header(name), _) => {
                header_name(name)?;
                if self.parts.contains(&Part::Header(name.clone())) {
                    return Ok(());
                }
            }
            (TimestampAt::Field(_), SignatureAt::Fields { separator, .. })
            | (TimestampAt::FirstOfList, SignatureAt::List { separator, .. }) => {
                if timestamp.unit.has(*separator) {
                    return Err(TemplateMistake::Separator);
                }
            }
            (TimestampAt::Field(_) | TimestampAt::FirstOfList, _) => {
                return Err(TemplateMistake::TimestampPlace);
            }
        }
        if is_part { Ok(()) } else { Err(TemplateMistake::TimestampNotSigned) }
    }

    fn check_signature(&self) -> Result<(), TemplateMistake> {
        match &self.signature {
            SignatureAt::Header { name, .. } => header_name(name),
            SignatureAt::Fields { keys, .. } if keys.is_empty() => Err(TemplateMistake::NoSignature),
            SignatureAt::Fields { name, separator, .. } | SignatureAt::List { name, separator, .. } => {
                if !separator.is_ascii() || separator.is_ascii_alphanumeric() || "=+/-_".contains(*separator)
                {
                    return Err(TemplateMistake::Separator);
                }
                header_name(name)
            }
            SignatureAt::Headers { names } if names.is_empty() => Err(TemplateMistake::NoSignature),
            SignatureAt::Headers { names } => names.iter().try_for_each(header_name),
            // The body would have to contain its own signature.
            SignatureAt::BodyField(_) => Err(TemplateMistake::BodyNotSigned),
            SignatureAt::Query(name) if name.is_empty() => Err(TemplateMistake::NoSignature),
            SignatureAt::Query(name) => {
                let holds_it = |part: &Part| match part {
                    Part::Url | Part::Target => true,
                    Part::Query(signed) => signed == name,
                    _ => false,
                };
                if self.parts.iter().any(holds_it) { Err(TemplateMistake::SignatureSigned) } else { Ok(()) }
            }
        }
    }
}

/// Whether a header can have that name.
pub(crate) fn header_name(name: &Text) -> Result<(), TemplateMistake> {
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if is_name { Ok(()) } else { Err(TemplateMistake::HeaderName) }
}

/// Whether that is a JSON Pointer.
pub(crate) fn json_pointer(pointer: &Text) -> Result<(), TemplateMistake> {
    if pointer.starts_with('/') { Ok(()) } else { Err(TemplateMistake::Pointer) }
}
