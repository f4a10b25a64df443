//! What filters and scripts see of a request that a source received: method, path, query, headers.
//!
//! Made by `filters` for what is coming in, by `transform` for what goes out, and by the API to explain and to try.
//! What must stay true: the source's token is not in it, and a value that carries a proof or a key is hidden (it is
//! there, but not what it is), so that nobody can read or guess it through a filter or a script; and all three see the
//! same. Names tell what is a proof, and where a source's own scheme has the secret under a name that does not, its
//! configuration and the stored request do.

use std::fmt;

use hooktide_model::ReceiptHead;
use hooktide_model::receipt::bytes_of_text;
use hooktide_transform::{OriginalRequest, Subject};
use url::form_urlencoded;

use crate::Inbound;

/// What stands in place of a value that is not shown.
pub const HIDDEN: &str = "[redacted]";
/// Names of headers and parameters with one of these in them carry proofs or keys.
const SENSITIVE_PARTS: &[&str] = &[
    "auth",
    "cookie",
    "signature",
    "token",
    "secret",
    "hmac",
    "passw",
    "api-key",
    "apikey",
    "api_key",
    "jwt",
];
/// Parameters of a query that are looked at; more are left out.
const PARAMETERS_MAX: usize = 1000;

/// A request that a source received, as filters and scripts see it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SeenRequest {
    /// Upper case.
    pub method: String,
    /// What follows the source's URL, `/` at least.
    pub path: String,
    /// Parameters of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Header lines in order.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Whether a header or parameter of that name carries a proof or a key, as far as the name tells.
#[must_use]
pub fn is_sensitive_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SENSITIVE_PARTS.iter().any(|part| name.contains(part))
}

impl SeenRequest {
    /// Of a request that is stored.
    #[must_use]
    pub fn of_head(head: &ReceiptHead) -> Self {
        let header = |(name, value): &(String, String)| (name.clone(), text(&bytes_of_text(value)));
        Self::new(&head.method, &head.target, head.headers.iter().map(header), &head.secret_names)
    }

    /// Of a request that has just arrived.
    pub(crate) fn of_inbound(inbound: &Inbound, secret_names: &[String]) -> Self {
        let header = |(name, value): &(String, Vec<u8>)| (name.clone(), text(value));
        Self::new(&inbound.method, &inbound.target, inbound.headers.iter().map(header), secret_names)
    }

    fn new(
        method: &str,
        target: &str,
        headers: impl Iterator<Item = (String, String)>,
        secret_names: &[String],
    ) -> Self {
        let hide = |pair| hide(pair, secret_names);
        let (path, query) = behind_token(target);
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().take(PARAMETERS_MAX);
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: parameters.map(hide).collect(),
            headers: headers.map(hide).collect(),
        }
    }

    /// The subject with all of this.
    #[must_use]
    pub fn beside<'a>(&'a self, subject: Subject<'a>) -> Subject<'a> {
        let subject = subject.path(&self.path);
        let subject =
            self.query.iter().fold(subject, |it, (name, value)| it.query(name.as_str(), value.as_str()));
        self.headers.iter().fold(subject, |it, (name, value)| it.header(name.as_str(), value.as_str()))
    }
}

impl From<SeenRequest> for OriginalRequest {
    fn from(SeenRequest { method, path, query, headers }: SeenRequest) -> Self {
        Self { method, path, query, headers }
    }
}

/// Path and query of what follows `/in/{token}`.
fn behind_token(target: &str) -> (&str, &str) {
    let rest = target
        .strip_prefix("/in/")
        .map_or(target, |rest| rest.find(['/', '?']).map_or("", |end| rest.get(end..).unwrap_or_default()));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    (if path.is_empty() { "/" } else { path }, query)
}

/// UTF-8 where it is, else a character for each byte.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => hooktide_model::receipt::text_of_bytes(bytes),
    }
}

fn hide((name, value): (String, String), secret_names: &[String]) -> (String, String) {
    let is_hidden =
        is_sensitive_name(&name) || secret_names.iter().any(|secret| secret.eq_ignore_ascii_case(&name));
    (name, if is_hidden { HIDDEN.to_owned() } else { value })
}

#[cfg(test)]
mod tests;
