//! Hops: how far an event has come from server to server, so that one that goes round in a loop ends.
//!
//! A message that is passed on has one hop more than the one it came from, whether it is published into an application
//! here, goes out over HTTP and comes in again at a door or as a publish, or goes into a broker and is fetched from there,
//! by this server or another. Read by `receive`, `feed` and the API, counted by `chain`, sent by `request`, `tailor` and
//! the destinations.

use hooktide_model::message::HOPS_NAME;
use http::{HeaderMap, HeaderName};

/// The header that says how many hops the message in a request has. Left out for none.
pub const HOPS: HeaderName = HeaderName::from_static(HOPS_NAME);
/// What the name of a server like this begins with.
pub(crate) const AGENT_PREFIX: &str = "Hooktide/";

/// Hops of a message that comes with these header values. A plain delivery of a server like this has no header of its
/// own for the first hop, so that it costs nothing there: its user agent tells.
pub(crate) fn hops_after(count: Option<&[u8]>, agent: Option<&[u8]>) -> u8 {
    match count.map(read) {
        Some(Some(hops)) => hops.saturating_add(1),
        _ => u8::from(agent.is_some_and(|agent| agent.starts_with(AGENT_PREFIX.as_bytes()))),
    }
}

/// The same for a request's headers.
#[must_use]
pub fn hops_of(headers: &HeaderMap) -> u8 {
    let value = |name: HeaderName| headers.get(name).map(http::HeaderValue::as_bytes);
    hops_after(value(HOPS), value(http::header::USER_AGENT))
}

/// A number, however large; anything else is not ours.
fn read(value: &[u8]) -> Option<u8> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| is_number)?;
    Some(text.parse().unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests;
