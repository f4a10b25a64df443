//! A program on the server, run once per event: the payload on its standard input, what the event is in its environment.
//!
//! Never a shell. Only programs that the operator listed may run, and they are compared letter by letter: following
//! links first would take every name of a program with many names (`busybox`) for the same. Arguments are templates, one
//! argument each; secrets go into the environment, which other accounts cannot read, and never into arguments.
//!
//! A program has a process group of its own, which is killed when its time is over, when the delivery is abandoned, and
//! when the program itself ends, so nothing that a delivery started outlives it, but for what leaves the group on purpose
//! (`setsid`).

mod client;
mod config;
mod environment;
mod group;
mod run;

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "command",
    summary: "a program on the server that gets the payload on its standard input",
    schemes: &[],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
