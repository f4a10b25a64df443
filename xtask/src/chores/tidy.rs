//! `tidy`: every house rule over the whole checkout, all findings at once.

use std::path::Path;

use crate::chores::generate;
use crate::failure::{Failure, Result};
use crate::tidy::{Finding, Tree, check, compare};
use crate::workspace::{Profile, Workspace};

/// Build the binary, which prints the generated pages, and check the house.
///
/// # Errors
/// When there are findings, or the checkout cannot be read.
pub(crate) fn tidy(workspace: &Workspace, _: &[String]) -> Result<()> {
    // Without a binary the generated pages cannot be judged, but everything else can.
    match workspace.build_binary(Profile::Dev) {
        Ok(binary) => tidy_with(workspace, &binary),
        Err(failure) => {
            let rest = report(&check(&Tree::read(&workspace.root)?));
            Err(Failure::new(match rest {
                Ok(()) => format!("{failure}, so the generated pages were not checked"),
                Err(findings) => format!("{findings}; {failure}, so the generated pages were not checked"),
            }))
        }
    }
}

/// The same, with a binary that is already built.
///
/// # Errors
/// As [`tidy`].
pub(crate) fn tidy_with(workspace: &Workspace, binary: &Path) -> Result<()> {
    let mut findings = check(&Tree::read(&workspace.root)?);
    for page in generate::PAGES {
        let kept = std::fs::read_to_string(workspace.root.join(page.path)).ok();
        match generate::print(binary, page) {
            Ok(fresh) => findings.extend(compare(page.path, kept.as_deref(), &fresh)),
            Err(failure) => findings.push(Finding::new(
                page.path,
                1,
                failure.to_string(),
                "make the binary print the page that is kept here",
            )),
        }
    }
    report(&findings)
}

fn report(findings: &[Finding]) -> Result<()> {
    for finding in findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::new("1 finding")),
        count => Err(Failure::new(format!("{count} findings"))),
    }
}
