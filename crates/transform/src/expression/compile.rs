//! Reads an expression when it is saved.
//!
//! What must stay true: the text is short and shallow before the parser of the library sees it, because a parser that
//! runs out of stack cannot be caught.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::IdedExpr;
use cel::parser::{ParseErrors, Parser};

use super::check;

/// How long an expression may be.
pub const EXPRESSION_BYTES_MAX: usize = 2048;
/// How deep brackets, and how many operators, may stand inside each other.
pub const EXPRESSION_DEPTH_MAX: usize = 32;

/// Why an expression is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong, and what to write instead.
    pub message: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.message, self.line, self.column)
    }
}

impl std::error::Error for ExpressionError {}

/// An expression that was found to be right.
#[derive(Debug)]
pub struct Expression {
    pub(super) root: IdedExpr,
    pub(super) uses: check::Uses,
    pub(super) source: String,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// The first mistake with its position: it does not parse, names what is not there, or could run away.
    pub fn compile(source: &str) -> Result<Self, ExpressionError> {
        check_text(source)?;
        let parsed = catch_unwind(AssertUnwindSafe(|| parse(source)));
        let (root, offsets) =
            parsed.map_err(|_panic| error_at(source, 0, "the expression cannot be read"))??;
        let (root, uses) = check::check(root).map_err(|refusal| {
            let offset = offsets.offset_for(refusal.node).map_or(0, |(start, _)| start);
            error_at(source, usize::try_from(offset).unwrap_or(0), refusal.message)
        })?;
        Ok(Self { root, uses, source: source.to_owned() })
    }
}

type Parsed = (IdedExpr, cel::common::ast::SourceInfo);

fn parse(source: &str) -> Result<Parsed, ExpressionError> {
    let parser = Parser::new().max_recursion_depth(PARSER_DEPTH_MAX).error_recovery_limit(1);
    parser.parse_with_source_info(source).map_err(|errors| first(&errors))
}

/// The library counts more than brackets.
const PARSER_DEPTH_MAX: u16 = 96;

fn first(errors: &ParseErrors) -> ExpressionError {
    let Some(error) = errors.errors.first() else {
        return ExpressionError { message: "the expression cannot be read".to_owned(), line: 1, column: 1 };
    };
    let counted = |position: isize| usize::try_from(position).unwrap_or(1).max(1);
    let message: String = error.msg.chars().take(MESSAGE_CHARS_MAX).collect();
    ExpressionError { message, line: counted(error.pos.0), column: counted(error.pos.1) }
}

/// How much of a message of the library is passed on.
const MESSAGE_CHARS_MAX: usize = 300;

/// The offset in bytes of the text as a position in it.
fn error_at(source: &str, offset: usize, message: impl Into<String>) -> ExpressionError {
    let before = source.get(..offset).unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.chars().rev().take_while(|c| *c != '\n').count();
    ExpressionError { message: message.into(), line, column }
}

fn check_text(source: &str) -> Result<(), ExpressionError> {
    if source.trim().is_empty() {
        return Err(error_at(source, 0, "the expression is empty"));
    }
    if source.len() > EXPRESSION_BYTES_MAX {
        let message = format!("an expression may have {EXPRESSION_BYTES_MAX} bytes");
        return Err(error_at(source, 0, message));
    }
    let mut depth = 0_usize;
    let mut prefixes = 0_usize;
    for (offset, c) in source.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // Signs and questions nest without brackets.
        prefixes = match c {
            '!' | '-' | '?' => prefixes + 1,
            ',' => 0,
            _ => prefixes,
        };
        if depth > EXPRESSION_DEPTH_MAX || prefixes > EXPRESSION_DEPTH_MAX {
            return Err(error_at(
                source,
                offset,
                format!("an expression may nest {EXPRESSION_DEPTH_MAX} deep"),
            ));
        }
    }
    Ok(())
}
