//! A request as it was received, and one that is about to be sent. Nothing here parses: the bytes are the sender's.
//!
//! Verifiers and rules read [`Request`]; signers fill [`Outgoing`]. What must stay true: header names are looked up
//! without regard to case, and a repeated header is never silently reduced to one of its values.

/// The parts of a received request that proofs and rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Upper case, as in the request line.
    pub method: &'a str,
    /// The public URL as it was registered with the provider. Schemes that sign a URL need it: behind a proxy the
    /// server cannot tell it.
    pub url: Option<&'a str>,
    /// Path and query as received.
    pub target: &'a str,
    /// Every header line, in order.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The exact bytes.
    pub body: &'a [u8],
}

/// What a look-up of a header that should be there once found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// No such header.
    Missing,
    /// Its only value.
    Once(&'a [u8]),
    /// More than one line carries the name.
    Repeated,
}

impl<'a> Request<'a> {
    /// Every value of a header, in order.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// A header that makes sense once only.
    #[must_use]
    pub fn header(&self, name: &str) -> Found<'a> {
        let mut values = self.header_values(name);
        match (values.next(), values.next()) {
            (None, _) => Found::Missing,
            (Some(value), None) => Found::Once(value),
            (Some(_), Some(_)) => Found::Repeated,
        }
    }

    /// The text of a header that is there once and is UTF-8.
    #[must_use]
    pub fn header_text(&self, name: &str) -> Option<&'a str> {
        match self.header(name) {
            Found::Once(value) => str::from_utf8(value).ok(),
            Found::Missing | Found::Repeated => None,
        }
    }

    /// The path without its query.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    /// The query after the question mark, still encoded; empty if there is none.
    #[must_use]
    pub fn query(&self) -> &'a str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The decoded value of a query parameter that is there once.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<String> {
        only_value(self.query().as_bytes(), name)
    }

    /// The decoded value of a field of a form body that is there once.
    #[must_use]
    pub fn form_value(&self, name: &str) -> Option<String> {
        only_value(self.body, name)
    }
}

fn only_value(encoded: &[u8], name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(encoded).filter(|(held, _)| held == name);
    let value = values.next()?.1.into_owned();
    values.next().is_none().then_some(value)
}

/// A request that a signer completes: headers are added, and where a scheme demands it the body or target changes.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Upper case.
    pub method: String,
    /// The URL as the receiver registered it.
    pub url: Option<String>,
    /// Path and query.
    pub target: String,
    /// Header lines in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The exact bytes.
    pub body: Vec<u8>,
}

impl Outgoing {
    /// A `POST` of a body to a URL.
    #[must_use]
    pub fn post(url: &str, body: impl Into<Vec<u8>>) -> Self {
        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let target = after_scheme.find('/').map_or("/", |slash| &after_scheme[slash..]);
        Self {
            method: "POST".to_owned(),
            url: Some(url.to_owned()),
            target: target.to_owned(),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Sets a header, replacing every line of that name.
    pub fn set_header(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.headers.retain(|(held, _)| !held.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Runs `look` on this request as its receiver would see it.
    pub fn received<T>(&self, look: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        look(&Request {
            method: &self.method,
            url: self.url.as_deref(),
            target: &self.target,
            headers: &headers,
            body: &self.body,
        })
    }
}
