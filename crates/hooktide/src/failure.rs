//! How a command fails: a message, what to do about it, and an exit code. Printed once, in `main`.

use std::error::Error;
use std::fmt::Write;
use std::process::ExitCode;

use hooktide_config::Mistakes;

/// Something went wrong while the command ran.
const EXIT_FAILURE: u8 = 1;
/// The command line or the configuration is wrong; running it again will not help.
const EXIT_USAGE: u8 = 2;

/// A failure on its way to the user.
#[derive(Debug)]
pub(crate) struct Failure {
    exit_code: u8,
    message: String,
    help: String,
}

impl Failure {
    /// The command did not work out. An empty help is left out.
    pub(crate) fn failed(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit_code: EXIT_FAILURE, message: message.into(), help: help.into() }
    }

    /// The command was asked for something impossible.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit_code: EXIT_USAGE, message: message.into(), help: help.into() }
    }

    /// Adds what the command was doing to an error with all its causes.
    pub(crate) fn caused(doing: &str, error: &dyn Error, help: impl Into<String>) -> Self {
        let mut message = format!("{doing}: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = write!(message, ": {cause}");
            source = cause.source();
        }
        Self::failed(message, help)
    }

    /// The text as the user sees it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("error: {}", self.message);
        if !self.help.is_empty() {
            let _ = write!(text, "\nhelp: {}", self.help);
        }
        text
    }

    /// Says it on standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("{}", self.text());
        ExitCode::from(self.exit_code)
    }
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Self::usage(mistakes.to_string(), "`hooktide config reference` describes every setting")
    }
}
