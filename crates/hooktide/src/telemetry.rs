//! Logs: text for people on a terminal, one JSON object per line for machines, always on standard error. The commands
//! that run a server call [`init`] once, after the configuration is known.

use std::io::{IsTerminal, stderr};

use hooktide_config::{LogFormat, LogSettings};
use tracing::Dispatch;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::failure::Failure;

/// Sends the log of this process to standard error from now on.
///
/// # Errors
/// When it is called twice: a bug of ours, but no reason to panic.
pub(crate) fn init(settings: &LogSettings) -> Result<(), Failure> {
    let dispatch = dispatch(settings, Surroundings::of_this_process(), stderr)?;
    tracing::dispatcher::set_global_default(dispatch)
        .map_err(|error| Failure::failed(format!("cannot start the log: {error}"), ""))
}

/// What standard error leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    terminal: bool,
    /// `NO_COLOR` is set to anything but the empty text, see <https://no-color.org>.
    no_color: bool,
}

impl Surroundings {
    fn of_this_process() -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { terminal: stderr().is_terminal(), no_color }
    }
}

/// The log without its installation, so that tests can read it.
fn dispatch<W>(settings: &LogSettings, surroundings: Surroundings, writer: W) -> Result<Dispatch, Failure>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // The configuration has checked the directives; `Targets` reads exactly that grammar.
    let targets: Targets = settings.level.parse().map_err(|error| {
        Failure::usage(
            format!("log.level: {error}"),
            "write a level, or a list as in `info,hooktide_store=debug`",
        )
    })?;
    let json = match settings.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !surroundings.terminal,
    };
    let base = Registry::default().with(targets);
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    Ok(if json {
        // Fields of an event stand beside its level and time, where log collectors look for them.
        Dispatch::new(base.with(layer.json().flatten_event(true).with_span_list(false)))
    } else {
        Dispatch::new(base.with(layer.with_ansi(surroundings.terminal && !surroundings.no_color)))
    })
}

#[cfg(test)]
mod tests;
