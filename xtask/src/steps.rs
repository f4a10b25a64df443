//! The steps of a long chore: announced, timed, and summed up in one closing line. Used by `test`.

use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};

/// What has been done so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

impl Steps {
    /// Do a step. A failure is shown and remembered, and later steps may still run: one run shows everything.
    pub(crate) fn run(&mut self, name: &'static str, deed: impl FnOnce() -> Result<()>) {
        let _ = self.must(name, deed);
    }

    /// Do a step that later ones stand on.
    ///
    /// # Errors
    /// The step's own; the caller goes on to [`Steps::finish`].
    pub(crate) fn must<T>(&mut self, name: &'static str, deed: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n== {name}");
        let start = now();
        let result = deed();
        let failure = result.as_ref().err().map(ToString::to_string);
        if let Some(words) = &failure {
            eprintln!("{name}: {words}");
        }
        self.done.push(Step { name, took: now().duration_since(start), failure });
        result
    }

    /// Print the closing line: how long each step took.
    ///
    /// # Errors
    /// When a step failed: names them all.
    pub(crate) fn finish(self) -> Result<()> {
        let total: Duration = self.done.iter().map(|step| step.took).sum();
        let parts: Vec<String> =
            self.done.iter().map(|step| format!("{} {:.1} s", step.name, step.took.as_secs_f64())).collect();
        eprintln!("\ntime: {}; together {:.1} s", parts.join(", "), total.as_secs_f64());
        let failed: Vec<&str> =
            self.done.iter().filter(|step| step.failure.is_some()).map(|step| step.name).collect();
        if failed.is_empty() {
            eprintln!("all {} steps passed", self.done.len());
            return Ok(());
        }
        Err(Failure::new(format!("failed: {}", failed.join(", "))))
    }
}

#[expect(clippy::disallowed_methods, reason = "a chore's duration is shown to a person; no test moves it")]
fn now() -> Instant {
    Instant::now()
}
