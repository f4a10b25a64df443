//! `generate`, `openapi`, `config-reference`: write the pages that the binary knows by itself.
//!
//! `tidy` compares the same list, so a page that is out of date is found and one command mends it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::{Profile, Workspace};

/// A page and the words that make the binary print it.
pub(crate) struct Page {
    /// Relative to the root.
    pub(crate) path: &'static str,
    /// The binary's arguments.
    pub(crate) arguments: &'static [&'static str],
}

const OPENAPI: Page = Page { path: "docs/reference/openapi.json", arguments: &["openapi"] };
const CONFIGURATION: Page =
    Page { path: "docs/reference/configuration.md", arguments: &["config", "reference"] };

/// Every generated page.
pub(crate) const PAGES: &[Page] = &[CONFIGURATION, OPENAPI];

/// Write every page.
///
/// # Errors
/// When the binary does not build or print, or a file cannot be written.
pub(crate) fn generate(workspace: &Workspace, _: &[String]) -> Result<()> {
    write(workspace, PAGES)
}

/// Write the description of the API.
///
/// # Errors
/// As [`generate`].
pub(crate) fn openapi(workspace: &Workspace, _: &[String]) -> Result<()> {
    write(workspace, &[OPENAPI])
}

/// Write the reference of the configuration.
///
/// # Errors
/// As [`generate`].
pub(crate) fn config_reference(workspace: &Workspace, _: &[String]) -> Result<()> {
    write(workspace, &[CONFIGURATION])
}

/// What the page should hold, from a binary that is already built.
///
/// # Errors
/// When the binary fails or prints nothing.
pub(crate) fn print(binary: &Path, page: &Page) -> Result<String> {
    let text = process::read(Command::new(binary).args(page.arguments))?;
    if text.trim().is_empty() {
        return Err(Failure::new(format!("`hooktide {}` prints nothing", page.arguments.join(" "))));
    }
    Ok(text)
}

fn write(workspace: &Workspace, pages: &[Page]) -> Result<()> {
    let binary = workspace.build_binary(Profile::Dev)?;
    for page in pages {
        let text = print(&binary, page)?;
        let path = workspace.root.join(page.path);
        let folder = path.parent().unwrap_or(&workspace.root);
        fs::create_dir_all(folder).context(|| format!("make {}", folder.display()))?;
        fs::write(&path, text).context(|| format!("write {}", page.path))?;
        eprintln!("wrote {}", page.path);
    }
    Ok(())
}
