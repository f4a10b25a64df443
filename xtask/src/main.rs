//! Project chores, run as `cargo xtask <verb>`. Contributors and continuous integration use the same ones.
//!
//! `test` is all a fresh clone needs. What must stay true: a chore never skips silently, says what it runs, and
//! leaves the checkout as it found it (everything it makes is under the target directory, except the generated
//! pages that `generate` is asked to write).

mod chores;
mod failure;
mod process;
mod steps;
mod tidy;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Result};
use workspace::Workspace;

/// One thing that can be asked for.
struct Verb {
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    run: fn(&Workspace, &[String]) -> Result<()>,
}

/// Every verb, in the order in which help shows them.
const VERBS: &[Verb] = &[
    Verb {
        name: "test",
        arguments: "[FILTER]...",
        summary: "everything a change must pass: format, lints, tidy, every test",
        run: chores::test,
    },
    Verb { name: "tidy", arguments: "", summary: "the house rules a machine can check", run: chores::tidy },
    Verb {
        name: "generate",
        arguments: "",
        summary: "write all generated reference pages",
        run: chores::generate,
    },
    Verb {
        name: "openapi",
        arguments: "",
        summary: "write docs/reference/openapi.json",
        run: chores::openapi,
    },
    Verb {
        name: "config-reference",
        arguments: "",
        summary: "write docs/reference/configuration.md",
        run: chores::config_reference,
    },
    Verb {
        name: "bench",
        arguments: "[ARG]...",
        summary: "release build, then one table of measurements",
        run: chores::bench,
    },
    Verb {
        name: "crash",
        arguments: "--rounds N",
        summary: "the kill -9 loop, for longer than the tests do",
        run: chores::crash,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", help());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", help());
        return Ok(());
    }
    let verb = VERBS
        .iter()
        .find(|verb| verb.name == name)
        .ok_or_else(|| Failure::new(format!("there is no verb `{name}`\n\n{}", help())))?;
    (verb.run)(&Workspace::locate()?, rest)
}

fn help() -> String {
    let mut text = String::from("usage: cargo xtask <verb>\n\n");
    for verb in VERBS {
        let call = format!("{} {}", verb.name, verb.arguments);
        text.push_str(&format!("  {call:<20} {}\n", verb.summary));
    }
    text
}
