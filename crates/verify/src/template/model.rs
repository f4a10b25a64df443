//! The data of a template. Static for providers, owned for schemes that a user sets.
//!
//! What must stay true: the same type serves both, so that a custom scheme can do whatever a provider's can.

use std::borrow::Cow;

use super::{Encoding, Hash, KeyForm};

/// Text that is static in a provider and owned in a custom scheme.
pub type Text = Cow<'static, str>;

/// A declarative scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Template {
    /// What is signed, joined without separators.
    pub parts: Cow<'static, [Part]>,
    /// The hash.
    pub hash: Hash,
    /// How the signature is written.
    pub encoding: Encoding,
    /// How the key is made of the secret's text.
    #[cfg_attr(feature = "serde", serde(default))]
    pub key: KeyForm,
    /// Fewest bytes of the key.
    #[cfg_attr(feature = "serde", serde(default = "one"))]
    pub key_bytes_min: usize,
    /// Where the signature is.
    pub signature: SignatureAt,
    /// Where the time is, if the scheme has one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub timestamp: Option<Timestamp>,
    /// Whether the signature may also be over the body as PHP writes JSON: characters beyond ASCII as `\uXXXX`, slashes
    /// as `\/`. The body as received is tried first.
    #[cfg_attr(feature = "serde", serde(default))]
    pub or_escaped: bool,
}

#[cfg(feature = "serde")]
const fn one() -> usize {
    1
}

impl Template {
    /// The commonest scheme: the body alone is signed, the secret's text is the key, and there is no time.
    #[must_use]
    pub const fn of_body(hash: Hash, encoding: Encoding, signature: SignatureAt) -> Self {
        Self::of(&[Part::Body], hash, encoding, signature, None)
    }

    /// A scheme whose key is the secret's text.
    #[must_use]
    pub const fn of(
        parts: &'static [Part],
        hash: Hash,
        encoding: Encoding,
        signature: SignatureAt,
        timestamp: Option<Timestamp>,
    ) -> Self {
        Self {
            parts: Cow::Borrowed(parts),
            hash,
            encoding,
            key: KeyForm::Text,
            key_bytes_min: 1,
            signature,
            timestamp,
            or_escaped: false,
        }
    }

    /// The same scheme for a provider that may sign its JSON in PHP's spelling and send it in another.
    #[must_use]
    pub const fn or_escaped(mut self) -> Self {
        self.or_escaped = true;
        self
    }

    /// The same scheme with a key made in another way.
    #[must_use]
    pub const fn keyed(mut self, key: KeyForm) -> Self {
        self.key = key;
        self
    }
}

/// One piece of what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Part {
    /// The exact body.
    Body,
    /// The timestamp's text as received.
    Timestamp,
    /// A header's value as received.
    Header(Text),
    /// The method, upper case.
    Method,
    /// The public URL as registered.
    Url,
    /// The path without its query.
    Path,
    /// Path and query.
    Target,
    /// A query parameter, decoded.
    Query(Text),
    /// Fixed text.
    Literal(Text),
    /// The text or number at a JSON Pointer (RFC 6901).
    BodyField(Text),
    /// The secret itself, for plain hashes.
    Secret,
}

/// Where the signature is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum SignatureAt {
    /// One value after a prefix (often empty). `may_repeat` takes every line of the header as a candidate.
    Header {
        /// Its name.
        name: Text,
        /// What precedes the signature.
        #[cfg_attr(feature = "serde", serde(default))]
        prefix: Text,
        /// Whether several lines may be there.
        #[cfg_attr(feature = "serde", serde(default))]
        may_repeat: bool,
    },
    /// `k=v` pairs, of which any of some keys is a signature: `t=…,v1=…`.
    Fields {
        /// The header's name.
        name: Text,
        /// Between pairs.
        separator: char,
        /// Keys that are signatures.
        keys: Cow<'static, [Text]>,
    },
    /// Values in a list, each after a prefix.
    List {
        /// The header's name.
        name: Text,
        /// Between values.
        separator: char,
        /// What precedes each signature.
        #[cfg_attr(feature = "serde", serde(default))]
        prefix: Text,
    },
    /// Headers of which any may match: primary and secondary, or numbered.
    Headers {
        /// Their names.
        names: Cow<'static, [Text]>,
    },
    /// The text at a JSON Pointer of the body.
    BodyField(Text),
    /// A query parameter.
    Query(Text),
}

impl SignatureAt {
    /// One header, once, with a prefix.
    #[must_use]
    pub const fn header(name: &'static str, prefix: &'static str) -> Self {
        Self::Header { name: Cow::Borrowed(name), prefix: Cow::Borrowed(prefix), may_repeat: false }
    }

    /// `k=v` pairs in one header.
    #[must_use]
    pub const fn fields(name: &'static str, separator: char, keys: &'static [Text]) -> Self {
        Self::Fields { name: Cow::Borrowed(name), separator, keys: Cow::Borrowed(keys) }
    }

    /// The headers that carry signatures.
    pub fn header_names(&self) -> Vec<&str> {
        match self {
            Self::Header { name, .. } | Self::Fields { name, .. } | Self::List { name, .. } => vec![name],
            Self::Headers { names } => names.iter().map(AsRef::as_ref).collect(),
            Self::BodyField(_) | Self::Query(_) => Vec::new(),
        }
    }
}

/// The time of a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Timestamp {
    /// Where it is.
    pub at: TimestampAt,
    /// How it is written.
    pub unit: TimeUnit,
    /// Seconds it may lie in the past; any, if absent.
    pub past_s_max: Option<u64>,
    /// Seconds it may lie in the future; any, if absent.
    pub future_s_max: Option<u64>,
}

impl Timestamp {
    /// A header, with the same tolerance both ways.
    #[must_use]
    pub const fn header(name: &'static str, unit: TimeUnit, tolerance_s: u64) -> Self {
        Self {
            at: TimestampAt::Header(Cow::Borrowed(name)),
            unit,
            past_s_max: Some(tolerance_s),
            future_s_max: Some(tolerance_s),
        }
    }

    /// A field of the signature header, with the same tolerance both ways.
    #[must_use]
    pub const fn field(key: &'static str, unit: TimeUnit, tolerance_s: u64) -> Self {
        Self {
            at: TimestampAt::Field(Cow::Borrowed(key)),
            unit,
            past_s_max: Some(tolerance_s),
            future_s_max: Some(tolerance_s),
        }
    }
}

impl Timestamp {
    /// A time that is signed and reported, of any age: for providers that name no tolerance.
    #[must_use]
    pub const fn of_any_age(at: TimestampAt, unit: TimeUnit) -> Self {
        Self { at, unit, past_s_max: None, future_s_max: None }
    }
}

/// Where the time is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum TimestampAt {
    /// A header of its own.
    Header(Text),
    /// A key of the signature header's pairs.
    Field(Text),
    /// The first value of the signature header's list.
    FirstOfList,
    /// The text or number at a JSON Pointer of the body.
    BodyField(Text),
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum TimeUnit {
    /// Seconds since 1970 in decimal digits.
    Seconds,
    /// Milliseconds since 1970 in decimal digits.
    Milliseconds,
    /// RFC 3339.
    Rfc3339,
    /// The date of HTTP headers (RFC 9110).
    HttpDate,
}
