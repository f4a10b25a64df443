//! `cargo xtask bench`: one table from one run on one machine.
//!
//! A bare relay, the same relay with a flushed log, and Hooktide itself are measured by the same load generator and
//! the same receiver, each as a process of its own so that its CPU can be told from theirs. `README.md` beside this
//! crate says how to read the table.

mod api;
mod args;
mod child;
mod clock;
mod failure;
mod load;
mod machine;
mod measure;
mod payload;
mod postgres;
mod process_times;
mod receiver;
mod relay;
mod report;
mod rows;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match &args.command {
        Some(Command::Relay(relay)) => relay::serve(relay),
        None => run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("failed to {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    machine::raise_file_limit();
    let plan = rows::Plan::from_args(args)?;
    let machine = machine::describe(plan.data_dir());
    let lines = rows::run_all(&plan);
    report::print(args.format(), &machine, &plan.summary(), &lines?);
    Ok(())
}
