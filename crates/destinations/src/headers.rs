//! Rules for the headers a customer may add to an endpoint's requests.
//!
//! Called by the API when headers are stored. What passes here can be sent as is: the types cannot hold CR, LF or NUL,
//! and no name that frames the message, signs it or belongs to a proxy on the way gets through.

use http::{HeaderName, HeaderValue};

/// Longest value in bytes.
pub const HEADER_VALUE_BYTES_MAX: usize = 4_096;
/// Longest name in bytes.
pub const HEADER_NAME_BYTES_MAX: usize = 256;

/// Headers whose values are never shown again once stored, only their names.
pub const SENSITIVE_HEADERS: &[&str] = &[
    "authorization",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "x-api-key",
    "x-auth-token",
];

/// Names that the sender sets itself or that change how the message is framed or cached.
const FORBIDDEN_NAMES: &[&str] = &[
    "age",
    "cache-control",
    "clear-site-data",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-type",
    "expect",
    "expires",
    "host",
    "keep-alive",
    "pragma",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "warning",
];

/// Prefixes of names that the sender, or an infrastructure in between, speaks with.
const FORBIDDEN_PREFIXES: &[&str] = &[
    "proxy-auth",
    "proxy-connection",
    "svix-",
    "webhook-",
    "x-amz-",
    "x-amzn-",
    "x-azure-",
    "x-fd-",
    "x-gfe",
    "x-goog-",
    "x-google",
    "x-svix-",
];

/// Why a header may not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderRefusal {
    /// Not a token (RFC 9110 section 5.1), empty or too long.
    #[error("the header name must be 1 to 256 letters, digits or any of !#$%&'*+-.^_`|~")]
    Name,
    /// A reserved name.
    #[error("the header {0} is set by the sender or by proxies and cannot be changed; use another name")]
    Reserved(String),
    /// Bytes that a header value cannot hold.
    #[error("the header value may hold visible ASCII characters, spaces and tabs only")]
    Value,
    /// Longer than [`HEADER_VALUE_BYTES_MAX`].
    #[error("the header value is longer than 4096 bytes")]
    ValueTooLong,
}

impl HeaderRefusal {
    /// Stable code for APIs and logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name => "header_name_invalid",
            Self::Reserved(_) => "header_name_reserved",
            Self::Value => "header_value_invalid",
            Self::ValueTooLong => "header_value_too_long",
        }
    }
}

/// Judges a customer's header. The value of a sensitive one is marked, so that it prints as `Sensitive`.
///
/// # Errors
/// The first rule it breaks.
pub fn check_custom_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), HeaderRefusal> {
    if name.len() > HEADER_NAME_BYTES_MAX {
        return Err(HeaderRefusal::Name);
    }
    let name = HeaderName::try_from(name).map_err(|_| HeaderRefusal::Name)?;
    let is_reserved = FORBIDDEN_NAMES.contains(&name.as_str())
        || FORBIDDEN_PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix));
    if is_reserved {
        return Err(HeaderRefusal::Reserved(name.as_str().to_owned()));
    }
    if value.len() > HEADER_VALUE_BYTES_MAX {
        return Err(HeaderRefusal::ValueTooLong);
    }
    // The type lets bytes above ASCII through, which receivers read in as many ways as there are receivers.
    if !value.is_ascii() {
        return Err(HeaderRefusal::Value);
    }
    let mut value = HeaderValue::from_str(value).map_err(|_| HeaderRefusal::Value)?;
    value.set_sensitive(is_sensitive_header(&name));
    Ok((name, value))
}

/// Whether a header's value must not be shown.
#[must_use]
pub fn is_sensitive_header(name: &HeaderName) -> bool {
    SENSITIVE_HEADERS.contains(&name.as_str())
}

#[cfg(test)]
mod tests;
