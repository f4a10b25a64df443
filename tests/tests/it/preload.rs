//! Small libraries that stand between the server under test and its disk, built here with the system's C compiler (which
//! the embedded database needs anyway).

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds `fixtures/{name}.c` into a folder and names the library, for `LD_PRELOAD`.
pub(crate) fn library(name: &str, folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/{name}.c"));
    let library = folder.join(format!("{name}.so"));
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output();
    let built = built.expect("a C compiler is installed");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    library
}
