//! Evaluates an expression over a webhook.
//!
//! What must stay true: the turns of all loops together stay within [`EXPRESSION_WORK_MAX`], and past it the answer is
//! no, whatever the expression would make of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use cel::{Context, Env, ExecutionError, Value};

use super::check::STEP;
use super::compile::Expression;
use super::variables;
use crate::subject::Subject;

/// A larger body is not handed to an expression, which then does not hold.
pub const EXPRESSION_BODY_BYTES_MAX: usize = 1024 * 1024;
/// The work of all loops of one evaluation. A turn costs one; a turn that may look at the whole webhook costs one more
/// for every [`BYTES_PER_WORK`] of it.
pub const EXPRESSION_WORK_MAX: usize = 50_000;
/// How much of the webhook counts as one unit of work.
const BYTES_PER_WORK: usize = 2048;

impl Expression {
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        matches!(self.evaluate(subject), Ok(true))
    }

    /// Whether the expression holds, and the reason as a sentence.
    pub(crate) fn explain(&self, subject: &Subject<'_>) -> (bool, String) {
        match self.evaluate(subject) {
            Ok(true) => (true, "the expression is true".to_owned()),
            Ok(false) => (false, "the expression is false".to_owned()),
            Err(reason) => (false, reason),
        }
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Result<bool, String> {
        let evaluated = catch_unwind(AssertUnwindSafe(|| self.try_evaluate(subject)));
        evaluated
            .unwrap_or_else(|_panic| Err("the expression cannot be evaluated for this webhook".to_owned()))
    }

    fn try_evaluate(&self, subject: &Subject<'_>) -> Result<bool, String> {
        let cost = if self.uses.whole_in_loop { 1 + subject.body_bytes() / BYTES_PER_WORK } else { 1 };
        let work_left = Arc::new(AtomicUsize::new(EXPRESSION_WORK_MAX));
        let mut context = Context::with_env(environment());
        let counter = Arc::clone(&work_left);
        context
            .add_function(STEP, move || {
                let spend = |left: usize| Some(left.saturating_sub(cost));
                counter
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend)
                    .is_ok_and(|left| left > cost)
            })
            .map_err(|error| error.to_string())?;
        self.add_variables(&mut context, subject)?;
        let result = Value::resolve(&self.root, &context);
        if work_left.load(Ordering::Relaxed) == 0 {
            return Err(format!(
                "the loops of the expression take more than {EXPRESSION_WORK_MAX} units of work"
            ));
        }
        match result {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!("the result is no boolean but a value of type {}", other.type_of())),
            Err(error) => Err(self.reason(&error)),
        }
    }

    fn add_variables(&self, context: &mut Context<'_, '_>, subject: &Subject<'_>) -> Result<(), String> {
        if self.uses.body {
            let bytes = subject.body_bytes();
            if bytes > EXPRESSION_BODY_BYTES_MAX {
                return Err(format!(
                    "the body has {bytes} bytes, more than the {EXPRESSION_BODY_BYTES_MAX} of an expression"
                ));
            }
            let body = subject.json().map_err(ToString::to_string)?;
            context.add_variable_from_value("body", variables::of_json(body));
        }
        if self.uses.headers {
            context.add_variable_from_value("headers", variables::headers(subject));
        }
        if self.uses.query {
            context.add_variable_from_value("query", variables::query(subject));
        }
        let text = |text: Option<&str>| text.map_or(Value::Null, variables::of_text);
        context.add_variable_from_value("path", text(subject.path_text()));
        context.add_variable_from_value("event_type", text(subject.event_type_text()));
        Ok(())
    }

    /// The reason without the values that the error of the library carries.
    fn reason(&self, error: &ExecutionError) -> String {
        match error {
            // A name that the expression took from the webhook stays there.
            ExecutionError::NoSuchKey(name) if !self.source.contains(name.as_str()) => {
                "a field that it asks for is not there; ask with `in` first".to_owned()
            }
            ExecutionError::NoSuchKey(name) => format!("there is no `{name}`; ask with has() first"),
            ExecutionError::NoSuchOverload(overload) => overload.to_string(),
            ExecutionError::UndeclaredReference(name) => format!("there is no `{name}`"),
            ExecutionError::UnexpectedType { got, want } => {
                format!("a value of type {got} stands where {want} is wanted")
            }
            ExecutionError::ValuesNotComparable(left, right) => {
                format!("values of type {} and {} cannot be compared", left.type_of(), right.type_of())
            }
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                "it divides by zero".to_owned()
            }
            ExecutionError::Overflow(operator, ..) => format!("the result of `{operator}` is too large"),
            ExecutionError::IndexOutOfBounds(_) => "the list has no such element".to_owned(),
            ExecutionError::UnsupportedIndex(..) => {
                "a value that has no elements is asked for one".to_owned()
            }
            ExecutionError::FunctionError { function, .. } => {
                format!("`{function}` does not take this value")
            }
            _ => "the expression does not fit the types of this webhook".to_owned(),
        }
    }
}

/// The standard functions, built once.
fn environment() -> Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENVIRONMENT.get_or_init(|| Arc::new(Env::stdlib())))
}
