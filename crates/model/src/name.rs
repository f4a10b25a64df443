//! Names that callers choose: their grammars and limits, checked once at the edge.
//!
//! Limits are the wire API's (svix 1.947): 256 characters for uids and event types, 128 for channels and tags,
//! 4,096 bytes of metadata.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Characters in a uid or an event type name.
pub const NAME_CHARS_MAX: usize = 256;
/// Characters in a channel or a tag.
pub const LABEL_CHARS_MAX: usize = 128;
/// Channels of a message or an endpoint.
pub const CHANNELS_MAX: usize = 10;
/// Tags of a message.
pub const TAGS_MAX: usize = 5;
/// Bytes of an object's metadata, written as JSON.
pub const METADATA_BYTES_MAX: usize = 4096;
/// Characters of an organisation id.
pub const ORG_CHARS_MAX: usize = 64;

/// Free string pairs on applications and endpoints.
pub type Metadata = BTreeMap<String, String>;

/// Why a name was refused, in words for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No characters.
    #[error("must not be empty")]
    Empty,
    /// Too many characters.
    #[error("must be at most {0} characters")]
    TooLong(usize),
    /// A character outside the grammar.
    #[error("may hold only the characters {0}")]
    Character(&'static str),
    /// A uid that looks like an id.
    #[error("must not start with {0:?}: that is how ids start")]
    IdPrefix(&'static str),
    /// An organisation id without its prefix.
    #[error("must start with \"org_\" and go on with letters and digits")]
    Org,
}

fn check(text: &str, chars_max: usize, extra: &[u8], words: &'static str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.chars().count() > chars_max {
        return Err(NameError::TooLong(chars_max));
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte)) {
        return Err(NameError::Character(words));
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, |$text:ident| $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Check and keep the text.
            ///
            /// # Errors
            /// The first rule that the text breaks.
            pub fn parse($text: &str) -> Result<Self, NameError> {
                $check?;
                Ok(Self(Arc::from($text)))
            }

            /// From a row that was checked when it was written.
            #[must_use]
            pub fn trusted(text: &str) -> Self {
                Self(Arc::from(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

name!(/// An event type's name: `invoice.paid`.
    EventTypeName, |text| check(text, NAME_CHARS_MAX, b"-_.", "a-z A-Z 0-9 - _ ."));
name!(/// A caller's own name for an object. The prefix rule is [`Uid::parse_for`]'s.
    Uid, |text| check(text, NAME_CHARS_MAX, b"-_.", "a-z A-Z 0-9 - _ ."));
name!(/// A channel: messages and endpoints may name some, and must then share one.
    Channel, |text| check(text, LABEL_CHARS_MAX, b"-_.:+", "a-z A-Z 0-9 - _ . : +"));
name!(/// A tag: a label on messages that lists can be filtered by.
    Tag, |text| check(text, LABEL_CHARS_MAX, b"-_./\\#", "a-z A-Z 0-9 - _ . / \\ #"));
name!(/// An organisation (environment): the tenant of the server. `org_…`.
    OrgId, |text| check_org(text));

fn check_org(text: &str) -> Result<(), NameError> {
    let rest = text.strip_prefix("org_").ok_or(NameError::Org)?;
    check(rest, ORG_CHARS_MAX, b"", "a-z A-Z 0-9 after org_").map_err(|_| NameError::Org)
}

impl Uid {
    /// Check a uid for an object whose ids start with `id_prefix`: a uid must not look like an id.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse_for(id_prefix: &'static str, text: &str) -> Result<Self, NameError> {
        if text.starts_with(id_prefix) {
            return Err(NameError::IdPrefix(id_prefix));
        }
        Self::parse(text)
    }
}
