//! `bench`: the release binary and the benchmark that drives it, both freshly built, in one run.

use crate::failure::Result;
use crate::process;
use crate::workspace::{Profile, Workspace};

/// Build the release binary, then run the benchmark with the given arguments.
///
/// # Errors
/// When either does not build, or the benchmark fails.
pub(crate) fn bench(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let binary = workspace.build_binary(Profile::Release)?;
    let mut run = workspace.cargo();
    run.args(["run", "--release", "--package", "hooktide-bench", "--"]).args(arguments);
    process::run(run.env("HOOKTIDE_BIN", binary))
}
