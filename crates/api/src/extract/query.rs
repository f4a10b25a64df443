//! Query strings: every parameter that does not fit is named in one 422. Lists may be written with commas, with
//! repeated keys, as `name[]` or as `name[0]`. Parameters that an operation does not have are ignored.

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use hooktide_model::Timestamp;
use http::request::Parts;
use url::form_urlencoded;

use crate::error::{ApiError, FieldError, VALUE_ERROR};

/// A type that is read from a query string.
pub trait QueryParams: Sized {
    /// Read the parameters; what does not fit is noted in the reader and the value is thrown away.
    fn read(reader: &mut QueryReader<'_>) -> Self;
}

/// A query string's parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: QueryParams, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        read_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// Read a query string.
///
/// # Errors
/// 422 with every parameter that does not fit.
pub fn read_query<T: QueryParams>(query: &str) -> Result<T, ApiError> {
    let mut reader = QueryReader::new(query);
    let value = T::read(&mut reader);
    if reader.broken.is_empty() { Ok(value) } else { Err(ApiError::Invalid(reader.broken)) }
}

/// Reads named parameters and notes what is wrong with them.
#[derive(Debug)]
pub struct QueryReader<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    broken: Vec<FieldError>,
}

impl<'a> QueryReader<'a> {
    fn new(query: &'a str) -> Self {
        Self { pairs: form_urlencoded::parse(query.as_bytes()).collect(), broken: Vec::new() }
    }

    /// Note that a parameter does not fit.
    pub fn fail(&mut self, name: &str, msg: impl std::fmt::Display) {
        self.broken.push(FieldError::new(&["query", name], msg, VALUE_ERROR));
    }

    /// A parameter's text, when it is there.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let first = values.next()?.clone().into_owned();
        if values.next().is_some() {
            self.fail(name, "is given more than once; send it once");
        }
        Some(first)
    }

    /// A parameter that some parser understands.
    pub fn parsed<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(name)?;
        parse(&text).map_err(|error| self.fail(name, error)).ok()
    }

    /// `true` or `false`.
    pub fn bool(&mut self, name: &str) -> Option<bool> {
        self.parsed(name, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        })
    }

    /// A whole number.
    pub fn number<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.parsed(name, |text| text.parse().map_err(|_| "must be a whole number in range"))
    }

    /// An RFC 3339 time. A `+` that was not percent-encoded arrives as a space and is taken for the `+` it was.
    pub fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.parsed(name, |text| {
            Timestamp::parse(&text.trim().replace(' ', "+")).map_err(|error| format!("is {error}"))
        })
    }

    /// A list; `None` when it is absent or empty.
    pub fn list(&mut self, name: &str) -> Option<Vec<String>> {
        let values = self.pairs.iter().filter(|(key, _)| is_list_key(key, name)).map(|(_, value)| value);
        let items: Vec<String> = values
            .flat_map(|value| value.split(','))
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect();
        (!items.is_empty()).then_some(items)
    }

    /// A list of names with a grammar.
    pub fn names<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let items = self.list(name)?;
        let mut names = Vec::with_capacity(items.len());
        for item in &items {
            match parse(item) {
                Ok(good) => names.push(good),
                Err(error) => self.fail(name, error),
            }
        }
        Some(names)
    }
}

/// Whether `key` is `name`, `name[]` or `name[N]`.
fn is_list_key(key: &str, name: &str) -> bool {
    let Some(rest) = key.strip_prefix(name) else {
        return false;
    };
    rest.is_empty()
        || rest
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
