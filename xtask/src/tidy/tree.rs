//! What the rules look at: our Rust files and manifests, read into memory once.

use std::fs;
use std::path::Path;

use super::source::Source;
use crate::failure::{Context, Result};

/// Folders of the root that hold our code.
const FOLDERS: &[&str] = &["bench", "crates", "tests", "xtask"];
/// Programs of a user of the client libraries: apart from the workspace, with dependencies of their own.
const APART: &str = "tests/sdk";
/// Never ours, wherever they are.
const FOREIGN: &[&str] = &["node_modules", "target"];

/// A snapshot of the checkout.
pub(crate) struct Tree {
    /// Rust files, sorted by path.
    pub(crate) sources: Vec<Source>,
    /// Manifests as path and text, sorted by path; the root's is `Cargo.toml`.
    pub(crate) manifests: Vec<(String, String)>,
    /// Statements as path and text, sorted by path.
    pub(crate) statements: Vec<(String, String)>,
}

impl Tree {
    /// Read the checkout.
    ///
    /// # Errors
    /// When a file or folder cannot be read.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = vec![read_file(root, "Cargo.toml")?];
        for folder in FOLDERS.iter().filter(|folder| root.join(folder).is_dir()) {
            read_folder(root, folder, &mut files)?;
        }
        Ok(Self::of(files))
    }

    /// A tree of these files, given as path and text.
    pub(crate) fn of(mut files: Vec<(String, String)>) -> Self {
        files.sort();
        let mut tree = Self { sources: Vec::new(), manifests: Vec::new(), statements: Vec::new() };
        for (path, text) in files {
            if path.ends_with(".rs") {
                tree.sources.push(Source::new(&path, &text));
            } else if path.ends_with(".sql") {
                tree.statements.push((path, text));
            } else {
                tree.manifests.push((path, text));
            }
        }
        tree
    }

    /// The Rust file at a path.
    pub(crate) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }
}

fn read_folder(root: &Path, folder: &str, files: &mut Vec<(String, String)>) -> Result<()> {
    let listing = || format!("list {folder}");
    for entry in fs::read_dir(root.join(folder)).context(listing)? {
        let entry = entry.context(listing)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.file_type().context(listing)?.is_dir() {
            if !name.starts_with('.') && !FOREIGN.contains(&name.as_str()) && path != APART {
                read_folder(root, &path, files)?;
            }
        } else if is_judged(&name) {
            files.push(read_file(root, &path)?);
        }
    }
    Ok(())
}

fn is_judged(name: &str) -> bool {
    name == "Cargo.toml" || name.ends_with(".rs") || name.ends_with(".sql")
}

fn read_file(root: &Path, path: &str) -> Result<(String, String)> {
    let text = fs::read_to_string(root.join(path)).context(|| format!("read {path}"))?;
    Ok((path.to_owned(), text))
}
