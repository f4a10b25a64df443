//! What checks the files of `deploy/`: programs of Debian, and from Python's registry Helm, the schemas of Kubernetes and
//! of compose files, and a linter of Dockerfiles. Called by `test`, before the tests that use them.

use crate::chores::programs::Program;
use crate::chores::sdk;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

const PROGRAMS: &[Program] = &[
    // Rules of alerts, and expressions.
    Program { name: "promtool", package: "prometheus", folders: &[] },
    // The load balancer of the compose file.
    Program { name: "caddy", package: "caddy", folders: &[] },
    // The unit.
    Program { name: "systemd-analyze", package: "systemd", folders: &[] },
];

/// Find or install all of it.
///
/// # Errors
/// Names the first that cannot be had.
pub(crate) fn prepare(workspace: &Workspace) -> Result<()> {
    for program in PROGRAMS {
        let found = program.find_or_install().map_err(|failure| {
            let (name, package) = (program.name, program.package);
            Failure::new(format!("the tests need {name} in PATH: install {package} ({failure})"))
        })?;
        eprintln!("{}: {}", program.name, found.display());
    }
    sdk::prepare_deploy(workspace)
}
