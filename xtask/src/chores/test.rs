//! `test`: everything a change must pass, from a fresh clone, in one command.
//!
//! Checks run even when an earlier one failed, so that one run shows everything; only what stands on a failed step
//! is left out. The runner's summary comes last, followed by the time each step took.

use std::path::Path;
use std::process::Command;

use crate::chores::servers::Servers;
use crate::chores::tools::{Tools, check_tools};
use crate::chores::{deploy, sdk, tidy};
use crate::failure::Result;
use crate::process;
use crate::steps::Steps;
use crate::workspace::{Profile, Workspace};

/// What is run once more with servers on PostgreSQL.
const ON_POSTGRES: &str = "package(hooktide-tests) and not test(/^(deploy|cluster|disk_full|failed_flush|slow_flush|moving|receive::disk)::/)";

/// Run every check and every test. The arguments narrow the tests down, not the checks.
///
/// # Errors
/// When a step failed: names them all.
pub(crate) fn test(workspace: &Workspace, filters: &[String]) -> Result<()> {
    let mut steps = Steps::default();
    // What went wrong is shown where it happens, and `finish` names it again.
    let _ = all_steps(workspace, filters, &mut steps);
    steps.finish()
}

fn all_steps(workspace: &Workspace, filters: &[String], steps: &mut Steps) -> Result<()> {
    let tools = steps.must("tools", check_tools)?;
    steps.run("format", || process::run(workspace.cargo().args(["fmt", "--all", "--check"])));
    steps.run("lints", || {
        let lint = ["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"];
        process::run(workspace.cargo().args(lint))
    });
    // One resolution of features for binary and tests, so nothing is built twice.
    steps.must("build", || {
        process::run(workspace.cargo().args(["build", "--workspace", "--bins", "--tests"]))
    })?;
    let binary = workspace.binary(Profile::Dev);
    steps.run("tidy", || tidy::tidy_with(workspace, &binary));
    let sdks = steps.must("sdks", || sdk::prepare(workspace))?;
    steps.must("deployment tools", || deploy::prepare(workspace))?;
    let servers = steps.must("servers", || Servers::prepare(workspace))?;
    steps.run("doc tests", || process::run(workspace.cargo().args(["test", "--workspace", "--doc"])));
    let mut run = runner(workspace, tools, filters, &binary, &sdks);
    run.envs(servers.variables());
    steps.run("tests", || process::run(&mut run));
    // The same black box over the other backend; what only the embedded store does is left out.
    let mut shared = runner(workspace, tools, filters, &binary, &sdks);
    if tools.nextest {
        shared.args(["--no-tests", "pass", "-E", ON_POSTGRES]);
    }
    shared
        .envs(servers.variables())
        .env("HOOKTIDE_TEST_BACKEND", "postgres")
        .env("HOOKTIDE_CRASH_ROUNDS", "10");
    steps.must("tests on PostgreSQL", || process::run(&mut shared))
}

fn runner(workspace: &Workspace, tools: Tools, filters: &[String], binary: &Path, sdks: &Path) -> Command {
    let mut run = workspace.cargo();
    if tools.nextest {
        run.args(["nextest", "run", "--workspace"]).args(filters);
    } else {
        // Without a filter every kind of target but the doc tests, which have their own step.
        run.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--"]).args(filters);
    }
    run.env("HOOKTIDE_BIN", binary).env("HOOKTIDE_SDK_DIR", sdks);
    run
}
