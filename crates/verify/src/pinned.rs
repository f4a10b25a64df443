//! URLs that a request names and that are fetched: only on hosts a scheme pins.
//!
//! What must stay true: `https`, a plain lower-case host, no credentials, no port, nothing that two parsers could read
//! in two ways.

/// The host of a URL that may be fetched at all.
pub(crate) fn https_host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain =
        host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
    let is_printable = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_plain && is_printable && !host.is_empty()).then_some(host)
}
