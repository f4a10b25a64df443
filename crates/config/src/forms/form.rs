//! The seam between a key and its value: parse, describe, and put into the field.

use std::fmt;

use crate::{Config, Literal};

/// Why a text is not a value of its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong; quotes the text unless it may be a secret.
    pub problem: String,
    /// What to write instead.
    pub help: String,
}

impl Wrong {
    pub(crate) fn new(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { problem: problem.into(), help: help.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem, self.help)
    }
}

impl std::error::Error for Wrong {}

/// A kind of value with its range. Texts arrive trimmed.
pub(crate) trait Form: Sync {
    type Out;

    /// Reads one value.
    fn parse(&self, text: &str) -> Result<Self::Out, Wrong>;

    /// Kind and range for the reference page and `--help`.
    fn describe(&self) -> String;

    fn literal(&self) -> Literal {
        Literal::Text
    }

    fn choices(&self) -> &'static [&'static str] {
        &[]
    }

    /// The text as it may be printed: the text itself, unless a part of it is secret.
    fn shown(&self, text: &str) -> String {
        text.to_owned()
    }

    /// Whether an empty text is a value of its own.
    fn accepts_empty(&self) -> bool {
        false
    }
}

/// A form together with the field it fills.
pub(crate) struct Bound<F: Form>(pub(crate) F, pub(crate) fn(&mut Config) -> &mut F::Out);

/// A bound form with its type erased, so that all keys fit into one list.
pub(crate) trait Setting: Sync {
    fn set(&self, config: &mut Config, text: &str) -> Result<(), Wrong>;
    fn describe(&self) -> String;
    fn literal(&self) -> Literal;
    fn choices(&self) -> &'static [&'static str];
    fn shown(&self, text: &str) -> String;
}

impl<F: Form> Setting for Bound<F> {
    fn set(&self, config: &mut Config, text: &str) -> Result<(), Wrong> {
        let text = text.trim();
        if text.is_empty() && !self.0.accepts_empty() {
            return Err(Wrong::new("is empty", format!("write a {}, or leave it out", self.0.describe())));
        }
        *(self.1)(config) = self.0.parse(text)?;
        Ok(())
    }

    fn describe(&self) -> String {
        self.0.describe()
    }

    fn literal(&self) -> Literal {
        self.0.literal()
    }

    fn choices(&self) -> &'static [&'static str] {
        self.0.choices()
    }

    fn shown(&self, text: &str) -> String {
        self.0.shown(text)
    }
}

/// A value that may be absent: empty text means none.
pub(crate) struct Optional<F>(pub(crate) F);

impl<F: Form> Form for Optional<F> {
    type Out = Option<F::Out>;

    fn parse(&self, text: &str) -> Result<Self::Out, Wrong> {
        if text.is_empty() { Ok(None) } else { self.0.parse(text).map(Some) }
    }

    fn describe(&self) -> String {
        self.0.describe()
    }

    fn literal(&self) -> Literal {
        self.0.literal()
    }

    fn choices(&self) -> &'static [&'static str] {
        self.0.choices()
    }

    fn shown(&self, text: &str) -> String {
        self.0.shown(text)
    }

    fn accepts_empty(&self) -> bool {
        true
    }
}
