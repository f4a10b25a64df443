//! Text with `{{ … }}`: keys, subjects, messages.
//!
//! What a template sees is listed at [`super::Reading`]. A name that the event does not have is an error, never an
//! empty text: an empty key would overwrite somebody else's. A template is a user's program, so its steps and its
//! output are limited.

use std::io::{self, Write};
use std::sync::LazyLock;

use minijinja::{Environment, UndefinedBehavior, filters, tests};
use serde::Deserialize;

/// Steps that one rendering may take.
pub const TEMPLATE_FUEL: u64 = 100_000;
/// Most bytes of a rendered text.
pub const RENDERED_BYTES_MAX: usize = 1024 * 1024;

/// Most operators in a template that can join or repeat texts.
pub(super) const TEMPLATE_JOINS_MAX: usize = 64;
/// Most uses of `tojson`, each of which may double what it escapes.
pub(super) const TEMPLATE_TOJSON_MAX: usize = 4;

/// The blocks that are understood. None of them names a value that a later one could grow.
const BLOCKS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor"];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("int", filters::int);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("round", filters::round);
    environment.add_filter("title", filters::title);
    environment.add_filter("tojson", tojson);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(TEMPLATE_FUEL));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment
});

/// A template that parses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    text: String,
    is_literal: bool,
}

/// Why a template cannot be used, or not with this event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(String);

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// The template engine's words.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        judge(text)?;
        ENVIRONMENT.template_from_str(text).map_err(|error| describe(&error))?;
        let is_literal = !["{{", "{%", "{#"].iter().any(|mark| text.contains(mark));
        Ok(Self { text: text.to_owned(), is_literal })
    }

    /// The text itself, when nothing in it depends on the event.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        self.is_literal.then_some(self.text.as_str())
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn render(&self, context: &minijinja::Value) -> Result<String, TemplateError> {
        let template = ENVIRONMENT.template_from_str(&self.text).map_err(|error| describe(&error))?;
        let mut rendered = Capped(Vec::new());
        template
            .render_captured_to(context.clone(), &mut rendered)
            .map(|_| ())
            .map_err(|error| describe(&error))?;
        String::from_utf8(rendered.0).map_err(|error| TemplateError(error.to_string()))
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, TemplateError> {
        Self::parse(&text)
    }
}

/// Compact, and without the engine's own parameter for indenting, which could grow it.
fn tojson(value: &minijinja::Value) -> Result<String, minijinja::Error> {
    serde_json::to_string(value)
        .map_err(|error| minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string()))
}

/// Refuses what could grow a text without bound. Where a literal looks like it, that is refused too.
fn judge(text: &str) -> Result<(), TemplateError> {
    for block in text.split("{%").skip(1) {
        let inside = block.trim_start_matches(['-', '+']).trim_start();
        let word =
            inside.split(|character: char| !character.is_ascii_alphanumeric()).next().unwrap_or_default();
        if !BLOCKS.contains(&word) {
            return Err(TemplateError(format!("`{word}` is not offered; there are: {}", BLOCKS.join(", "))));
        }
    }
    let has_expressions = ["{{", "{%"].iter().any(|mark| text.contains(mark));
    if has_expressions && text.matches(['~', '+', '*']).count() > TEMPLATE_JOINS_MAX {
        return Err(TemplateError(format!("it has more than {TEMPLATE_JOINS_MAX} of ~, + and *")));
    }
    if text.matches("tojson").count() > TEMPLATE_TOJSON_MAX {
        return Err(TemplateError(format!("it has more than {TEMPLATE_TOJSON_MAX} uses of tojson")));
    }
    Ok(())
}

/// Refuses to grow beyond the limit.
struct Capped(Vec<u8>);

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > RENDERED_BYTES_MAX {
            return Err(io::Error::other("the rendered text is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The engine's own words without the name that it gives to templates without one.
fn describe(error: &minijinja::Error) -> TemplateError {
    let what = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    TemplateError(match error.line() {
        Some(line) => format!("{what} (line {line})"),
        None => what,
    })
}
