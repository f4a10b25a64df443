//! Where the binary under test is.

use std::path::{Path, PathBuf};

/// Names the binary under test; set by `cargo xtask test`.
const VARIABLE: &str = "HOOKTIDE_BIN";

/// The binary under test: `HOOKTIDE_BIN`, else `hooktide` in the target directory this test was built into, else
/// in the workspace's `target/debug`.
///
/// # Panics
/// When there is none; the text says how to build it.
#[must_use]
pub fn find_binary() -> PathBuf {
    if let Some(named) = std::env::var_os(VARIABLE) {
        let path = PathBuf::from(named);
        assert!(path.is_file(), "{VARIABLE}={} is not a file", path.display());
        return path;
    }
    let candidates = [beside_this_test(), Some(workspace_root().join("target/debug/hooktide"))];
    candidates.into_iter().flatten().find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("no hooktide binary: run `cargo build -p hooktide` first, or `cargo xtask test`, or set {VARIABLE}")
    })
}

/// The top of the checkout.
///
/// # Panics
/// Never: this crate sits two levels below it.
#[must_use]
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/testkit has two parents")
        .to_path_buf()
}

fn beside_this_test() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    Some(test.parent()?.parent()?.join("hooktide"))
}
