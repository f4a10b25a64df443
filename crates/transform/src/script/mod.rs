//! Transformations: a JavaScript function that changes a webhook before it is sent.
//!
//! The script declares `function handler(webhook)`, plain or `async`, and returns the webhook. It sees and may change
//! `method` (`POST`, `PUT`, `PATCH`), `url`, `payload`, `headers` (name → text, or a list of texts) and `cancel`; it
//! sees `eventType`, `channels`, `variables`, `transformationsParams` and `request`: the method, path, query and headers
//! of the request that a source received, `null` for a message that was published. What it leaves out of the object
//! that it returns stays as it was.
//!
//! # Payload
//!
//! JSON arrives parsed, other text as a text, anything else as a `Uint8Array`. An object, list, number, boolean or
//! `null` is sent as JSON; a text is sent as it stands, without quotes; a `Uint8Array` or `ArrayBuffer` byte by byte. A
//! payload that was not changed is sent with its exact bytes: it is parsed only when the script reads it, and then
//! written back only if its JSON differs from that of the payload that came in. Once something in it did change,
//! numbers beyond 2^53 are those of JavaScript, that is rounded; keep such numbers as texts.
//!
//! # Time and chance
//!
//! `Date` and `Math.random` are fixed by the [`Moment`] of the run. So a retry sends the same bytes as the attempt
//! before, and a dry run shows what will be sent.
//!
//! # Limits
//!
//! Every run has an engine of its own, so that nothing a script does to it is seen by the next. There is no I/O, no
//! timer, no module, no `Proxy`, no code from texts (`eval`, `Function`) and no `BigInt`, one operation of which can
//! take a second. The limits are the constants of this module; the deadline is the caller's, asked for through
//! [`Budget`].
//!
//! The engine asks for the deadline once in ten thousand calls and turns of loops, and while a pattern is matched. What
//! is built in and may take long asks each time, and the few built-in loops without an end of their own are bounded
//! before they start (lists of a million elements). What remains are operators: a script that fills its memory and then
//! does nothing but compare long texts (`===`) is stopped seconds late, one that copies a huge object (`{...object}`)
//! minutes late. It does stop, and holds no more than its own thread, so callers run scripts on a few threads of their
//! own and not on those that everything else needs.

mod budget;
mod error;
mod outcome;
mod run;
mod source;
mod webhook;

#[cfg(test)]
mod tests;

pub use budget::{Budget, INTERRUPTS_MAX, Moment};
pub use error::{MESSAGE_CHARS_MAX, ScriptError, ScriptErrorKind};
pub use outcome::{HEADERS_MAX, METHODS, OUTPUT_BYTES_MAX};
pub use run::{JOBS_MAX, MEMORY_BYTES_MAX, STACK_BYTES_MAX, compile_check, run};
pub use source::{SOURCE_BYTES_MAX, SOURCE_BYTES_MIN};
pub use webhook::{OriginalRequest, Webhook};
