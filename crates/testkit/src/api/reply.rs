//! An answer of the API and the claims that tests make about it. Every failed claim shows question and answer.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// One whole answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(crate) question: String,
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body bytes, exact.
    pub body: Bytes,
}

impl Reply {
    /// Claims the status code.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Claims a 2xx status.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    #[must_use]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "expected success: {self}");
        self
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON, or not declared as such.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        let declared = self.header("content-type");
        assert!(declared.starts_with("application/json"), "declared as {declared:?}: {self}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value, empty when absent.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default()
    }

    /// The `id` of a successful answer.
    ///
    /// # Panics
    /// When the answer is no success or has no id.
    #[track_caller]
    #[must_use]
    pub fn id(self) -> String {
        let body = self.ok().json();
        body["id"].as_str().unwrap_or_else(|| panic!("no id in {body}")).to_owned()
    }

    /// Claims an error of the shape `{code, detail}` with this status, and answers its code.
    ///
    /// # Panics
    /// When status or shape differ.
    #[track_caller]
    pub fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{self}");
        let body = self.json();
        assert!(
            body["detail"].as_str().is_some_and(|it| !it.is_empty()),
            "an error says what is wrong: {self}"
        );
        body["code"].as_str().unwrap_or_else(|| panic!("an error has a code: {self}")).to_owned()
    }

    /// Claims a 422 whose list names the place `part` ("body", "query", "path") and, if not empty, a field `name`
    /// in any of its spellings.
    ///
    /// # Panics
    /// When status, shape or place differ.
    #[track_caller]
    pub fn invalid(&self, part: &str, name: &str) {
        assert_eq!(self.status, 422, "{self}");
        let body = self.json();
        let list = body["detail"].as_array().unwrap_or_else(|| panic!("422 has a list of details: {self}"));
        assert!(!list.is_empty(), "422 names at least one problem: {self}");
        for entry in list {
            let shaped = entry["loc"].is_array() && entry["msg"].is_string() && entry["type"].is_string();
            assert!(shaped, "each problem has loc, msg and type: {self}");
        }
        let wanted = plain(name);
        let named = list.iter().any(|entry| {
            let loc: Vec<String> = entry["loc"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|it| it.as_str().unwrap_or("").to_owned())
                .collect();
            let text = entry["msg"].as_str().unwrap_or("");
            loc.first().is_some_and(|it| it == part)
                && (name.is_empty()
                    || loc.iter().any(|it| plain(it) == wanted)
                    || plain(text).contains(&wanted))
        });
        assert!(named, "422 points at {part} {name}: {self}");
    }
}

/// A field name without the differences between its spellings.
fn plain(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(2000)]);
        write!(f, "\n  {}\n  → {} {body}", self.question, self.status)
    }
}
