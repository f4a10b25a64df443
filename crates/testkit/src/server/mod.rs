//! The real binary, started in a fresh directory on a free port, with its log kept for the failure report.

mod binary;
mod log;
mod program;
mod setup;
mod under_test;

pub use binary::{find_binary, workspace_root};
pub use program::Program;
pub use setup::{ServerSetup, on_postgres};
pub use under_test::ServerUnderTest;
