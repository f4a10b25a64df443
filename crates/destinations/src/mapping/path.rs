//! Places in a payload: `$.data.object.id`, `data.items[0].sku`, `$["odd name"]`, `$` for the whole.

use serde::Deserialize;
use serde_json::Value;

/// Most steps of a path.
pub(super) const PATH_STEPS_MAX: usize = 64;

/// A parsed path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Path {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A member of an object or, where it is a number, an item of a list.
    Name(String),
    Index(usize),
}

/// Why a text is not a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Two dots in a row, or one at the end.
    #[error("a name between dots is empty")]
    EmptyName,
    /// A `[` without its `]`, or with neither a number nor a quoted name in it.
    #[error("a bracket must hold a number or a quoted name")]
    Bracket,
    /// More than [`PATH_STEPS_MAX`].
    #[error("it has more than {PATH_STEPS_MAX} steps")]
    TooLong,
}

impl Path {
    /// Parses a path. A leading `$` may be left out.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut rest = text.trim();
        match rest.strip_prefix('$') {
            Some(after) if after.is_empty() || after.starts_with(['.', '[']) => rest = after,
            _ if rest.starts_with('.') => return Err(PathError::EmptyName),
            _ => {}
        }
        let mut steps = Vec::new();
        let mut is_first = rest.len() == text.trim().len();
        while !rest.is_empty() {
            let (step, after) = if rest.starts_with('[') {
                bracket(rest)?
            } else {
                name(if is_first { rest } else { rest.strip_prefix('.').ok_or(PathError::Bracket)? })?
            };
            is_first = false;
            rest = after;
            steps.push(step);
            if steps.len() > PATH_STEPS_MAX {
                return Err(PathError::TooLong);
            }
        }
        Ok(Self { text: text.to_owned(), steps })
    }

    /// The value at this place, if there is one.
    #[must_use]
    pub fn find<'a>(&self, payload: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(payload, |value, step| match (step, value) {
            (Step::Index(index), Value::Array(items)) => items.get(*index),
            (Step::Name(name), Value::Array(items)) => items.get(name.parse::<usize>().ok()?),
            (Step::Name(name), Value::Object(members)) => members.get(name),
            _ => None,
        })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Path {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(&text)
    }
}

fn name(rest: &str) -> Result<(Step, &str), PathError> {
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    match &rest[..end] {
        "" => Err(PathError::EmptyName),
        name => Ok((Step::Name(name.to_owned()), &rest[end..])),
    }
}

fn bracket(rest: &str) -> Result<(Step, &str), PathError> {
    let inside = &rest[1..];
    if let Some(quote) = inside.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let (name, after) = inside[1..].split_once(quote).ok_or(PathError::Bracket)?;
        let after = after.strip_prefix(']').ok_or(PathError::Bracket)?;
        return Ok((Step::Name(name.to_owned()), after));
    }
    let (number, after) = inside.split_once(']').ok_or(PathError::Bracket)?;
    let index = number.parse().map_err(|_| PathError::Bracket)?;
    Ok((Step::Index(index), after))
}
