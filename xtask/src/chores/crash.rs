//! `crash`: the kill -9 loop of the black-box tests, for as many rounds as asked.
//!
//! The tests whose names contain `crash` read the number from `HOOKTIDE_CRASH_ROUNDS`; without it they run the
//! number that belongs in every test run.

use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::{Profile, Workspace};

/// Run the crash tests.
///
/// # Errors
/// When the number is missing or not one, the build fails, or a round finds a broken promise.
pub(crate) fn crash(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let rounds = parse_rounds(arguments)?;
    let binary = workspace.build_binary(Profile::Dev)?;
    // A filter that fits nothing would pass, and look like a promise that was kept.
    let listed = process::read(crash_tests(workspace).arg("--list"))?;
    if !listed.lines().any(|line| line.ends_with(": test")) {
        return Err(Failure::new("the package hooktide-tests has no test whose name contains `crash`"));
    }
    let mut run = crash_tests(workspace);
    run.arg("--nocapture").env("HOOKTIDE_BIN", binary).env("HOOKTIDE_CRASH_ROUNDS", rounds.to_string());
    process::run(&mut run)
}

fn crash_tests(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo();
    command.args(["test", "--package", "hooktide-tests", "crash", "--"]);
    command
}

pub(super) fn parse_rounds(arguments: &[String]) -> Result<u32> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = match words.as_slice() {
        ["--rounds", number] => number,
        [word] => word.strip_prefix("--rounds=").unwrap_or_default(),
        _ => "",
    };
    match number.parse() {
        Ok(rounds) if rounds > 0 => Ok(rounds),
        _ => Err(Failure::new("say how many rounds: cargo xtask crash --rounds 500")),
    }
}
