//! Runs a script: a fresh engine, the prelude, the source, the handler, its promise, its result.
//!
//! What must stay true: nothing of a run outlives it, and every step of it is under the same limits.

use std::rc::Rc;

use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::promise::PromiseState;
use rquickjs::{Array, Context, Ctx, Error, Exception, Function, Promise, Runtime, Value};

use super::budget::{Budget, Moment, Watch};
use super::error::{ScriptError, ScriptErrorKind};
use super::webhook::Webhook;
use super::{outcome, source};

/// What a script may allocate, its parsed payload included.
pub const MEMORY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// What a script may use of the stack. The thread needs some more: two megabytes, the usual size, are enough.
pub const STACK_BYTES_MAX: usize = 256 * 1024;
/// How many continuations of promises may run before an `async` handler must have settled.
pub const JOBS_MAX: usize = 10_000;

/// What the script is called in stack traces.
pub(super) const FILE_NAME: &str = "transformation.js";
const PRELUDE_NAME: &str = "prelude.js";
// Two texts, because the engine compiles two small functions faster than a large one.
const WEBHOOK: &str = include_str!("webhook.js");
const GUARDS: &str = include_str!("guards.js");
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
    engine.enter(|ctx| {
        let [_, _] = prepare(ctx, &Webhook::default(), &engine)?;
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
    engine.enter(|ctx| {
        let [input, finish] = prepare(ctx, webhook, &engine)?;
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
    watch: Rc<Watch>,
    moment: Moment,
}

impl Engine {
    fn start(source: &str, budget: Budget) -> Result<Self, ScriptError> {
        source::check(source)?;
        let Budget { should_stop, moment } = budget;
        let runtime = Runtime::new().map_err(|_| ScriptError::memory())?;
        runtime.set_memory_limit(MEMORY_BYTES_MAX);
        runtime.set_max_stack_size(STACK_BYTES_MAX);
        let watch = Rc::new(Watch::new(should_stop));
        let watched = Rc::clone(&watch);
        runtime.set_interrupt_handler(Some(Box::new(move || watched.interrupt())));
        let context = Context::custom::<Features>(&runtime).map_err(|_| ScriptError::memory())?;
        Ok(Self { context, _runtime: runtime, watch, moment })
    }

    /// Does the work in the engine. Once the budget is spent that is the error, whatever the script made of it.
    fn enter<T>(&self, work: impl FnOnce(&Ctx<'_>) -> Result<T, ScriptError>) -> Result<T, ScriptError> {
        let result = self.context.with(|ctx| work(&ctx));
        match result {
            Err(error) if self.watch.is_stopped() => {
                Err(ScriptError { line: error.line, column: error.column, ..ScriptError::timeout() })
            }
            Ok(_) if self.watch.is_stopped() => Err(ScriptError::timeout()),
            other => other,
        }
    }
}

/// Runs the prelude; gives the object that the handler gets and the function that reads what it returns.
fn prepare<'js>(ctx: &Ctx<'js>, webhook: &Webhook, engine: &Engine) -> Result<[Value<'js>; 2], ScriptError> {
    try_prepare(ctx, webhook, engine).map_err(|error| ScriptError::caught(ctx, error))
}

fn try_prepare<'js>(ctx: &Ctx<'js>, webhook: &Webhook, engine: &Engine) -> Result<[Value<'js>; 2], Error> {
    let input: Value<'js> = ctx.json_parse(outcome::input(webhook))?;
    let (kind, raw) = outcome::raw_payload(ctx, &webhook.payload)?;
    let make_webhook: Function<'js> = evaluate(ctx, WEBHOOK, PRELUDE_NAME)?;
    let prepared: Array<'js> = make_webhook.call((input, kind, raw))?;
    // JavaScript counts time in whole milliseconds within 2^53.
    let Moment { now_ms, seed } = engine.moment;
    let guard: Function<'js> = evaluate(ctx, GUARDS, PRELUDE_NAME)?;
    guard.call::<_, ()>((now_ms as f64, seed, tick(ctx, engine)?))?;
    Ok([prepared.get(0)?, prepared.get(1)?])
}

/// The function by which the prelude asks whether to go on. A script that catches its error gains nothing: the answer
/// stays, and the engine asks too.
fn tick<'js>(ctx: &Ctx<'js>, engine: &Engine) -> Result<Function<'js>, Error> {
    let watch = Rc::clone(&engine.watch);
    Function::new(ctx.clone(), move |ctx: Ctx<'js>| {
        if watch.ask() { Err(Exception::throw_internal(&ctx, "interrupted")) } else { Ok(()) }
    })
}

fn evaluate<'js, T: rquickjs::FromJs<'js>>(ctx: &Ctx<'js>, source: &str, name: &str) -> Result<T, Error> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    ctx.eval_with_options(source, options)
}

fn load<'js>(ctx: &Ctx<'js>, source: &str) -> Result<Function<'js>, ScriptError> {
    evaluate::<Value<'js>>(ctx, source, FILE_NAME)
        .map_err(|error| ScriptError::caught(ctx, error).or_syntax())?;
    let handler: Value<'js> =
        evaluate(ctx, LOOKUP, PRELUDE_NAME).map_err(|error| ScriptError::caught(ctx, error).or_syntax())?;
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
