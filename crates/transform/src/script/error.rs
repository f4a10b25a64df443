//! Why a script did not give a webhook, and where in it.
//!
//! What must stay true: a message is bounded, whatever the script throws.

use rquickjs::{CaughtError, Coerced, Ctx, Error, Exception, FromJs};

use super::run::FILE_NAME;

/// How much of a message is kept.
pub const MESSAGE_CHARS_MAX: usize = 500;

/// What kind of error it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptErrorKind {
    /// The source does not parse, or declares no `handler`.
    Syntax,
    /// The script threw, or its promise was rejected.
    Thrown,
    /// It ran longer than its budget.
    Timeout,
    /// It needed more memory than it may.
    Memory,
    /// It called itself too deeply.
    Stack,
    /// What it returned is no webhook.
    BadResult,
}

/// Why a script did not give a webhook. The webhook that went in is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", place(*.line, *.column))]
pub struct ScriptError {
    /// What happened, in words of the engine or ours.
    pub message: String,
    /// The line of the script, counted from 1, where it is known.
    pub line: Option<u32>,
    /// The column, counted from 1, where it is known.
    pub column: Option<u32>,
    /// What kind of error it was.
    pub kind: ScriptErrorKind,
}

fn place(line: Option<u32>, column: Option<u32>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!(" (line {line}, column {column})"),
        (Some(line), None) => format!(" (line {line})"),
        _ => String::new(),
    }
}

impl ScriptError {
    pub(super) fn new(kind: ScriptErrorKind, message: impl AsRef<str>) -> Self {
        let message = message.as_ref().chars().take(MESSAGE_CHARS_MAX).collect();
        Self { message, line: None, column: None, kind }
    }

    pub(super) fn timeout() -> Self {
        Self::new(ScriptErrorKind::Timeout, "the script ran longer than it may")
    }

    pub(super) fn memory() -> Self {
        Self::new(ScriptErrorKind::Memory, "the script needed more memory than it may")
    }

    /// What the engine says about an error that it reported.
    pub(super) fn caught(ctx: &Ctx<'_>, error: Error) -> Self {
        match CaughtError::from_error(ctx, error) {
            CaughtError::Exception(exception) => Self::of_exception(&exception),
            CaughtError::Value(value) if value.is_null() => Self::memory(),
            CaughtError::Value(value) => {
                let text = Coerced::<String>::from_js(ctx, value).map(|text| text.0);
                // Its conversion may throw in turn; that exception must not be left behind.
                let text = text.unwrap_or_else(|_| {
                    ctx.catch();
                    "a value that is no text".to_owned()
                });
                Self::new(ScriptErrorKind::Thrown, format!("thrown: {text}"))
            }
            CaughtError::Error(Error::Allocation) => Self::memory(),
            CaughtError::Error(error) => Self::new(ScriptErrorKind::BadResult, error.to_string()),
        }
    }

    fn of_exception(exception: &Exception<'_>) -> Self {
        let name: String = exception.as_object().get("name").unwrap_or_default();
        let text = exception.message().unwrap_or_default();
        let kind = match (name.as_str(), text.as_str()) {
            ("InternalError", "out of memory") => return Self::memory(),
            ("InternalError" | "RangeError", "stack overflow" | "Maximum call stack size exceeded") => {
                ScriptErrorKind::Stack
            }
            _ => ScriptErrorKind::Thrown,
        };
        let shown = match (name.is_empty(), text.is_empty()) {
            (true, true) => "an error without a message".to_owned(),
            (true, false) => text,
            (false, true) => name,
            (false, false) => format!("{name}: {text}"),
        };
        let (line, column) = position(&exception.stack().unwrap_or_default());
        Self { line, column, ..Self::new(kind, shown) }
    }

    pub(super) fn or_syntax(self) -> Self {
        let is_syntax = self.message.starts_with("SyntaxError");
        Self { kind: if is_syntax { ScriptErrorKind::Syntax } else { self.kind }, ..self }
    }
}

/// The first place of the script in a stack trace: `at handler (transformation.js:3:11)`.
fn position(stack: &str) -> (Option<u32>, Option<u32>) {
    let Some((_, after)) = stack.split_once(FILE_NAME) else {
        return (None, None);
    };
    let mut numbers = after.trim_start_matches(':').split(|c: char| !c.is_ascii_digit());
    let mut number = || numbers.next().and_then(|digits| digits.parse().ok());
    (number(), number())
}
