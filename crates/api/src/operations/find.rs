//! Which absent operation a path names.

use http::Method;

use super::ABSENT;

/// The name of the absent operation at that path, if there is one. Only asked when nothing else matched.
pub(crate) fn find(method: &Method, path: &str) -> Option<&'static str> {
    let found = ABSENT.iter().find(|(verb, pattern, _)| *verb == method.as_str() && matches(pattern, path));
    found.map(|(_, _, name)| *name)
}

/// Whether a path fits a pattern whose `{…}` segments stand for any text.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fits = pattern.split('/').all(|wanted| match segments.next() {
        Some(segment) if wanted.starts_with('{') => !segment.is_empty(),
        Some(segment) => segment == wanted,
        None => false,
    });
    fits && segments.next().is_none()
}
