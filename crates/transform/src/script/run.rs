//! Runs a script: a fresh engine, the prelude, the source, the handler, its promise, its result.
//!
//! What must stay true: nothing of a run outlives it, and every step of it is under the same limits.

use std::cell::Cell;
use std::rc::Rc;

use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::promise::PromiseState;
use rquickjs::{Array, Context, Ctx, Error, Function, Promise, Runtime, Value};

use super::budget::{Budget, INTERRUPTS_MAX, Moment};
use super::error::{ScriptError, ScriptErrorKind};
use super::outcome;
use super::webhook::Webhook;

/// The shortest source, as the API of transformations has it.
pub const SOURCE_BYTES_MIN: usize = 10;
/// The longest source, as the API of transformations has it.
pub const SOURCE_BYTES_MAX: usize = 51_200;
/// What a script may allocate, its parsed payload included.
pub const MEMORY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// What a script may use of the stack. The thread needs some more: two megabytes, the usual size, are enough.
pub const STACK_BYTES_MAX: usize = 256 * 1024;
/// How many continuations of promises may run before an `async` handler must have settled.
pub const JOBS_MAX: usize = 10_000;

/// What the script is called in stack traces.
pub(super) const FILE_NAME: &str = "transformation.js";
const PRELUDE_NAME: &str = "prelude.js";
const PRELUDE: &str = include_str!("prelude.js");
const LOOKUP: &str = "typeof handler === 'function' ? handler : undefined";

/// What a script finds. Not there: `Proxy`, which would let a value lie to the bounds of the prelude, `performance`,
/// which is a clock, and weak references, which show when memory is collected.
type Features = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
);

/// Checks a script when it is saved: it parses, its top level runs, and it declares `handler`.
///
/// # Errors
///
/// What is wrong and where.
pub fn compile_check(source: &str, budget: Budget) -> Result<(), ScriptError> {
    let engine = Engine::start(source, budget)?;
    engine.enter(|ctx, moment| {
        let [_, _] = prepare(ctx, &Webhook::default(), moment)?;
        load(ctx, source).map(|_handler| ())
    })
}

/// Runs a script over a webhook.
///
/// # Errors
///
/// Whatever kept the script from giving a webhook.
pub fn run(source: &str, webhook: &Webhook, budget: Budget) -> Result<Webhook, ScriptError> {
    let engine = Engine::start(source, budget)?;
    engine.enter(|ctx, moment| {
        let [input, finish] = prepare(ctx, webhook, moment)?;
        let handler = load(ctx, source)?;
        let returned: Value<'_> = handler.call((input,)).map_err(|error| ScriptError::caught(ctx, error))?;
        let settled = settle(ctx, returned)?;
        let finish = finish.into_function().ok_or_else(broken)?;
        let result: Array<'_> = finish.call((settled,)).map_err(|error| ScriptError::caught(ctx, error))?;
        outcome::read(ctx, &result, webhook)
    })
}

fn broken() -> ScriptError {
    ScriptError::new(ScriptErrorKind::BadResult, "the engine did not prepare the run")
}

struct Engine {
    // Dropped before the runtime that it belongs to.
    context: Context,
    _runtime: Runtime,
    is_stopped: Rc<Cell<bool>>,
    moment: Moment,
}

impl Engine {
    fn start(source: &str, budget: Budget) -> Result<Self, ScriptError> {
        let bytes = source.len();
        if !(SOURCE_BYTES_MIN..=SOURCE_BYTES_MAX).contains(&bytes) {
            let message =
                format!("a script has {SOURCE_BYTES_MIN} to {SOURCE_BYTES_MAX} bytes, this one has {bytes}");
            return Err(ScriptError::new(ScriptErrorKind::Syntax, message));
        }
        let Budget { mut should_stop, moment } = budget;
        let runtime = Runtime::new().map_err(|_| ScriptError::memory())?;
        runtime.set_memory_limit(MEMORY_BYTES_MAX);
        runtime.set_max_stack_size(STACK_BYTES_MAX);
        let is_stopped = Rc::new(Cell::new(false));
        let stopped = Rc::clone(&is_stopped);
        let mut interrupts = 0_u32;
        runtime.set_interrupt_handler(Some(Box::new(move || {
            interrupts = interrupts.saturating_add(1);
            stopped.set(stopped.get() || interrupts > INTERRUPTS_MAX || should_stop());
            stopped.get()
        })));
        let context = Context::custom::<Features>(&runtime).map_err(|_| ScriptError::memory())?;
        Ok(Self { context, _runtime: runtime, is_stopped, moment })
    }

    /// Does the work in the engine. Once the budget is spent that is the error, whatever the script made of it.
    fn enter<T>(
        &self,
        work: impl FnOnce(&Ctx<'_>, Moment) -> Result<T, ScriptError>,
    ) -> Result<T, ScriptError> {
        let result = self.context.with(|ctx| work(&ctx, self.moment));
        match result {
            Err(error) if self.is_stopped.get() => {
                Err(ScriptError { line: error.line, column: error.column, ..ScriptError::timeout() })
            }
            Ok(_) if self.is_stopped.get() => Err(ScriptError::timeout()),
            other => other,
        }
    }
}

/// Runs the prelude; gives the object that the handler gets and the function that reads what it returns.
fn prepare<'js>(ctx: &Ctx<'js>, webhook: &Webhook, moment: Moment) -> Result<[Value<'js>; 2], ScriptError> {
    try_prepare(ctx, webhook, moment).map_err(|error| ScriptError::caught(ctx, error))
}

fn try_prepare<'js>(ctx: &Ctx<'js>, webhook: &Webhook, moment: Moment) -> Result<[Value<'js>; 2], Error> {
    let prelude: Function<'js> = evaluate(ctx, PRELUDE, PRELUDE_NAME)?;
    let input: Value<'js> = ctx.json_parse(outcome::input(webhook))?;
    let (kind, raw) = outcome::raw_payload(ctx, &webhook.payload)?;
    // JavaScript counts time in whole milliseconds within 2^53.
    let prepared: Array<'js> = prelude.call((input, kind, raw, moment.now_ms as f64, moment.seed))?;
    Ok([prepared.get(0)?, prepared.get(1)?])
}

fn evaluate<'js, T: rquickjs::FromJs<'js>>(ctx: &Ctx<'js>, source: &str, name: &str) -> Result<T, Error> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    ctx.eval_with_options(source, options)
}

fn load<'js>(ctx: &Ctx<'js>, source: &str) -> Result<Function<'js>, ScriptError> {
    evaluate::<Value<'js>>(ctx, source, FILE_NAME)
        .map_err(|error| ScriptError::caught(ctx, error).as_syntax())?;
    let handler: Value<'js> =
        evaluate(ctx, LOOKUP, PRELUDE_NAME).map_err(|error| ScriptError::caught(ctx, error).as_syntax())?;
    handler.into_function().ok_or_else(|| {
        let message =
            "the script declares no function `handler`; write function handler(webhook) { return webhook; }";
        ScriptError::new(ScriptErrorKind::Syntax, message)
    })
}

/// The value that a promise came to; any other value is itself. There are no timers, so a promise that waits when no
/// job is left waits forever.
fn settle<'js>(ctx: &Ctx<'js>, returned: Value<'js>) -> Result<Value<'js>, ScriptError> {
    let Some(promise) = returned.as_promise().cloned() else {
        return Ok(returned);
    };
    for _ in 0..JOBS_MAX {
        if promise.state() != PromiseState::Pending || !ctx.execute_pending_job() {
            break;
        }
    }
    settled(ctx, &promise)
}

fn settled<'js>(ctx: &Ctx<'js>, promise: &Promise<'js>) -> Result<Value<'js>, ScriptError> {
    match promise.result() {
        Some(result) => result.map_err(|error| ScriptError::caught(ctx, error)),
        None => {
            let message =
                "the promise of the handler does not settle: there are no timers and no network to wait for";
            Err(ScriptError::new(ScriptErrorKind::BadResult, message))
        }
    }
}
