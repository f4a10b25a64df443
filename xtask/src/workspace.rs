//! Where things are: the checkout, the target directory, the binary. Every chore starts from here.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;

/// The checkout and where its builds go.
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Cargo's target directory; everything the chores make is below it.
    pub(crate) target: PathBuf,
}

/// How the binary is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// For tests.
    Dev,
    /// For measurements.
    Release,
}

impl Workspace {
    /// Find the workspace this program belongs to.
    ///
    /// # Errors
    /// When cargo cannot describe it.
    pub(crate) fn locate() -> Result<Self> {
        let own_folder = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root =
            own_folder.parent().ok_or_else(|| Failure::new("xtask is not inside a workspace"))?.to_path_buf();
        let target = target_directory(&root)?;
        Ok(Self { root, target })
    }

    /// Cargo, to be run in the root.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// Where cargo puts the binary; `EXE_SUFFIX` is empty everywhere but on Windows.
    pub(crate) fn binary(&self, profile: Profile) -> PathBuf {
        let folder = match profile {
            Profile::Dev => "debug",
            Profile::Release => "release",
        };
        self.target.join(folder).join(format!("hooktide{}", std::env::consts::EXE_SUFFIX))
    }

    /// Build only the binary.
    ///
    /// # Errors
    /// When it does not build.
    pub(crate) fn build_binary(&self, profile: Profile) -> Result<PathBuf> {
        let mut build = self.cargo();
        build.args(["build", "--package", "hooktide"]);
        if matches!(profile, Profile::Release) {
            build.arg("--release");
        }
        process::run(&mut build)?;
        Ok(self.binary(profile))
    }
}

/// The cargo that started us, so that a chosen toolchain stays chosen.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn target_directory(root: &Path) -> Result<PathBuf> {
    let mut metadata = cargo();
    metadata.current_dir(root).args(["metadata", "--no-deps", "--format-version", "1"]);
    let text = process::read(&mut metadata)?;
    let described: serde_json::Value =
        serde_json::from_str(&text).context(|| "read cargo's description of the workspace".to_owned())?;
    let folder = described["target_directory"].as_str();
    folder.map(PathBuf::from).ok_or_else(|| Failure::new("cargo names no target directory"))
}
