//! The data of handshakes: when one applies and what it answers. Static, one value per provider.
//!
//! What must stay true: every condition must hold, so that a delivery of another shape is never answered here.

use crate::template::{Encoding, Hash, KeyForm};

/// One question and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Handshake {
    /// The only method it applies to.
    pub method: &'static str,
    /// All must hold.
    pub when: &'static [Condition],
    /// Must be accepted by the source's scheme first.
    pub needs_verification: bool,
    /// This text must equal a challenge secret of the source; else the status is the answer.
    pub must_equal_challenge: Option<(Value, u16)>,
    /// The status.
    pub status: u16,
    /// Header lines.
    pub headers: &'static [(&'static str, Value)],
    /// The body.
    pub body: Body,
    /// A secret that the provider hands over here.
    pub learn: Option<Value>,
    /// A URL that the provider wants fetched.
    pub fetch: Option<Fetch>,
}

impl Handshake {
    /// Answers nothing yet: the base for struct update.
    pub const NONE: Self = Self {
        method: "POST",
        when: &[],
        needs_verification: false,
        must_equal_challenge: None,
        status: 200,
        headers: &[],
        body: Body::Empty,
        learn: None,
        fetch: None,
    };
}

/// What tells a handshake from a delivery.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// A value is there.
    Has(Value),
    /// A value is not there.
    Lacks(Value),
    /// A value is this text.
    Is(Value, &'static str),
    /// A value is hexadecimal of a length between these, inclusive.
    IsHex(Value, usize, usize),
}

/// A text out of the request, or made of it.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A header.
    Header(&'static str),
    /// A query parameter.
    Query(&'static str),
    /// The text or number at a JSON Pointer of the body.
    Field(&'static str),
    /// Fixed text.
    Text(&'static str),
    /// The first challenge secret of the source.
    ChallengeSecret,
    /// Several, joined.
    Joined(&'static [Self]),
    /// The HMAC of a text with the first active signing secret.
    Hmac {
        /// The hash.
        hash: Hash,
        /// Its spelling.
        encoding: Encoding,
        /// How the key is made.
        key: KeyForm,
        /// The text.
        of: &'static Self,
    },
}

/// The body of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// None.
    Empty,
    /// `text/plain`, with `nosniff`: an echo must never be taken for a page.
    Plain(Value),
    /// A JSON object of texts.
    Json(&'static [(&'static str, Value)]),
    /// Fixed JSON.
    FixedJson(&'static str),
}

/// A URL to fetch.
#[derive(Clone, Copy, Debug)]
pub struct Fetch {
    /// Where the URL stands.
    pub url: Value,
    /// Whether its host is the provider's. A function, because a beginning and an end are not enough: anybody may own
    /// `sns.<name>.s3.amazonaws.com`.
    pub host_is: fn(&str) -> bool,
}
