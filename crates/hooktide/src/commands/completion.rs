//! `hooktide completion SHELL`: prints the script that completes verbs, flags and their choices.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionArgs};
use crate::failure::Failure;
use crate::output::print_data;

/// Prints the script.
pub(crate) fn run(arguments: &CompletionArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "hooktide", &mut script);
    print_data(&String::from_utf8_lossy(&script))
}
