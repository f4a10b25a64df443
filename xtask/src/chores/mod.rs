//! The chores: a verb per file, each called by `main` with the words that followed the verb.

mod bench;
mod crash;
mod deploy;
mod generate;
mod programs;
mod sdk;
mod servers;
mod test;
mod tidy;
mod tools;

#[cfg(test)]
mod tests;

pub(crate) use bench::bench;
pub(crate) use crash::crash;
pub(crate) use generate::{config_reference, generate, openapi};
pub(crate) use test::test;
pub(crate) use tidy::tidy;
