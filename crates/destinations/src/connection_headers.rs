//! Headers that belong to one connection and never go on to the next: RFC 9110 section 7.6.1, and what frames a message.

const OF_THE_CONNECTION: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a header, by its lower-case name, is always of the connection.
#[must_use]
pub fn is_of_the_connection(name: &str) -> bool {
    OF_THE_CONNECTION.contains(&name)
}

/// The lower-case names of further ones, as the value of a `connection` header lists them.
pub fn named_by_connection(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split(',').map(|one| one.trim().to_ascii_lowercase())
}
