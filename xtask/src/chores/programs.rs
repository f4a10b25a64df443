//! Programs that the tests need and that Debian has: found, or installed where that may be done. Used for the servers
//! and for what checks the files of `deploy/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;

/// A program and where it comes from.
pub(super) struct Program {
    /// What is run.
    pub(super) name: &'static str,
    /// Debian's package that has it.
    pub(super) package: &'static str,
    /// Folders beside `PATH` where Debian puts it.
    pub(super) folders: &'static [&'static str],
}

impl Program {
    /// Where it is; without it, the package is installed first.
    ///
    /// # Errors
    /// When it is absent and cannot be installed.
    pub(super) fn find_or_install(&self) -> Result<PathBuf> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        eprintln!("{}: not installed, trying Debian's package {}", self.name, self.package);
        let install = ["install", "--yes", "--no-install-recommends", self.package];
        process::run(Command::new("apt-get").arg("update").arg("--quiet"))?;
        process::run(Command::new("apt-get").args(install).env("DEBIAN_FRONTEND", "noninteractive"))?;
        self.find()
            .ok_or_else(|| Failure::new(format!("{} is not in the package {}", self.name, self.package)))
    }

    fn find(&self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().map(PathBuf::from).chain(std::env::split_paths(&path));
        folders.map(|folder| folder.join(Path::new(self.name))).find(|program| program.is_file())
    }
}
