//! What a filter looks at: one webhook, whose body is parsed only if a clause asks for it.
//!
//! The pipeline and the API build one per message and may hand it to many filters; the body is then parsed once. What
//! must stay true: a body that is no JSON is a reason that can be told, never an error.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

/// A larger body is not parsed for a filter; its clauses do not hold, and the reason says so.
pub const SUBJECT_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why the body cannot be looked into.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotJson {
    /// There is nothing in it.
    #[error("the body is empty")]
    Empty,
    /// It is larger than [`SUBJECT_BODY_BYTES_MAX`].
    #[error("the body has {bytes} bytes, more than the {SUBJECT_BODY_BYTES_MAX} that a filter looks into")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It does not parse.
    #[error("the body is not JSON (line {line}, column {column})")]
    Invalid {
        /// Where parsing stopped, counted from 1.
        line: usize,
        /// Where parsing stopped, counted from 1.
        column: usize,
    },
}

/// One webhook as filters see it. Of a key that an object repeats, the last one counts.
#[derive(Debug, Default)]
pub struct Subject<'a> {
    body: &'a [u8],
    parsed: OnceCell<Result<Value, NotJson>>,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    path: Option<&'a str>,
    event_type: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// A webhook with this body and nothing else.
    pub fn new(body: &'a [u8]) -> Self {
        Self { body, ..Self::default() }
    }

    /// With one header more. Names are compared without regard to case; a name may come more than once.
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With one parameter of the query more, already decoded. A name may come more than once.
    #[must_use]
    pub fn query(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// With the path of the request.
    #[must_use]
    pub fn path(mut self, path: &'a str) -> Self {
        self.path = Some(path);
        self
    }

    /// With the event type.
    #[must_use]
    pub fn event_type(mut self, event_type: &'a str) -> Self {
        self.event_type = Some(event_type);
        self
    }

    pub(crate) fn json(&self) -> Result<&Value, &NotJson> {
        self.parsed.get_or_init(|| parse(self.body)).as_ref()
    }

    pub(crate) fn body_bytes(&self) -> usize {
        self.body.len()
    }

    pub(crate) fn path_text(&self) -> Option<&str> {
        self.path
    }

    pub(crate) fn event_type_text(&self) -> Option<&str> {
        self.event_type
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    pub(crate) fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

fn parse(body: &[u8]) -> Result<Value, NotJson> {
    if body.is_empty() {
        return Err(NotJson::Empty);
    }
    if body.len() > SUBJECT_BODY_BYTES_MAX {
        return Err(NotJson::TooLarge { bytes: body.len() });
    }
    serde_json::from_slice(body)
        .map_err(|error| NotJson::Invalid { line: error.line(), column: error.column() })
}
