//! The published libraries that judge the server in black-box tests and sign requests for it, and the servers from
//! Python's registry that it delivers to, and what checks the files of `deploy/`, installed at pinned versions.
//!
//! `tests/sdk/` holds what is ours: the requirements of Python, and a folder with manifest, lock file and scripts
//! for each generation of the JavaScript client library and for the providers' own libraries. Everything is installed
//! below `target/sdk`, into copies, so the checkout stays clean. What must stay true: an installation is used again
//! only while what asked for it is unchanged, and one that was interrupted is made anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Written last, with the text that asked for the installation.
const STAMP: &str = ".installed";
/// Where npm installs to.
const NODE_MODULES: &str = "node_modules";

/// Install what is not installed yet; returns the folder that the tests get as `HOOKTIDE_SDK_DIR`.
///
/// It holds a virtual environment at `python`, what was built at `rust`, and one folder for each JavaScript folder of
/// `tests/sdk`.
///
/// # Errors
/// When a registry, a tool or the disk fails.
pub(crate) fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    let ours = workspace.root.join("tests/sdk");
    let installed = workspace.target.join("sdk");
    fs::create_dir_all(&installed).context(|| format!("make {}", installed.display()))?;
    prepare_python(
        "python",
        "svix, standardwebhooks",
        &ours.join("python/requirements.txt"),
        &installed.join("python"),
    )?;
    prepare_rust(&ours.join("rust"), &installed.join("rust"))?;
    let mut folders = javascript_folders(&ours)?;
    folders.sort();
    if folders.is_empty() {
        return Err(Failure::new("tests/sdk has no folder with a package.json"));
    }
    for folder in folders {
        prepare_javascript(&ours.join(&folder), &installed.join(&folder))?;
    }
    Ok(installed)
}

/// Install the servers that are Python programs; returns the interpreter that runs them. They have an environment of
/// their own, because what they bring along does not fit beside the client libraries.
///
/// # Errors
/// When the registry, Python or the disk fails.
pub(crate) fn prepare_servers(workspace: &Workspace) -> Result<PathBuf> {
    let venv = workspace.target.join("sdk/servers");
    let requirements = workspace.root.join("tests/servers/requirements.txt");
    prepare_python("servers", "aiosmtpd, moto, waitress", &requirements, &venv)?;
    Ok(venv.join("bin/python"))
}

/// Install what checks the files of `deploy/`, into `deploy` beside the client libraries.
///
/// # Errors
/// When the registry, Python or the disk fails.
pub(crate) fn prepare_deploy(workspace: &Workspace) -> Result<()> {
    let venv = workspace.target.join("sdk/deploy");
    let requirements = workspace.root.join("tests/deploy/requirements.txt");
    let modules = "check_jsonschema, docker, dockerfile_parse, helm_python, kubernetes_validate, yaml";
    prepare_python("deploy", modules, &requirements, &venv)
}

/// Install what plays the chat services; returns the folder of the program. It is beside the client libraries, because
/// what it brings along must not be found by them.
///
/// # Errors
/// When the registry, Node or the disk fails.
pub(crate) fn prepare_chat(workspace: &Workspace) -> Result<PathBuf> {
    let copy = workspace.target.join("sdk/chat");
    prepare_javascript(&workspace.root.join("tests/servers/chat"), &copy)?;
    Ok(copy)
}

/// A virtual environment in which `modules` can be imported.
fn prepare_python(name: &str, modules: &str, requirements: &Path, venv: &Path) -> Result<()> {
    let wanted = read(requirements)?;
    let python = venv.join("bin/python");
    let import = format!("import {modules}");
    let works = process::probe(&python.to_string_lossy(), &["-c", &import]).is_some();
    if works && is_installed(venv, &wanted) {
        eprintln!("{name}: installed");
        return Ok(());
    }
    remove(venv)?;
    if let Some(above) = venv.parent() {
        fs::create_dir_all(above).context(|| format!("make {}", above.display()))?;
    }
    process::run(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r"];
    process::run(Command::new(&python).args(install).arg(requirements))?;
    mark_installed(venv, &wanted)
}

/// A program with dependencies of its own, in a target folder of its own; the compiler knows what is up to date.
fn prepare_rust(ours: &Path, target: &Path) -> Result<()> {
    let build = ["build", "--quiet", "--locked", "--manifest-path"];
    process::run(
        Command::new("cargo").args(build).arg(ours.join("Cargo.toml")).arg("--target-dir").arg(target),
    )
}

fn prepare_javascript(ours: &Path, copy: &Path) -> Result<()> {
    let wanted = format!("{}{}", read(&ours.join("package.json"))?, read(&ours.join("package-lock.json"))?);
    let name = copy.file_name().unwrap_or_default().to_string_lossy().into_owned();
    copy_own_files(ours, copy)?;
    if copy.join(NODE_MODULES).is_dir() && is_installed(copy, &wanted) {
        eprintln!("{name}: installed");
        return Ok(());
    }
    remove(&copy.join(STAMP))?;
    process::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(copy))?;
    mark_installed(copy, &wanted)
}

/// The folders of `tests/sdk` that are JavaScript projects.
fn javascript_folders(ours: &Path) -> Result<Vec<String>> {
    let names = entries(ours)?;
    Ok(names.into_iter().filter(|name| ours.join(name).join("package.json").is_file()).collect())
}

/// Make the copy hold our files as they are now and no others, but keep what was installed.
pub(super) fn copy_own_files(ours: &Path, copy: &Path) -> Result<()> {
    fs::create_dir_all(copy).context(|| format!("make {}", copy.display()))?;
    for name in entries(copy)?.iter().filter(|name| *name != NODE_MODULES && *name != STAMP) {
        remove(&copy.join(name))?;
    }
    for name in entries(ours)?.iter().filter(|name| *name != NODE_MODULES) {
        let (from, to) = (ours.join(name), copy.join(name));
        if from.is_dir() {
            copy_own_files(&from, &to)?;
        } else {
            fs::copy(&from, &to).context(|| format!("copy {}", from.display()))?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<String>> {
    let doing = || format!("list {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).context(doing)? {
        names.push(entry.context(doing)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn is_installed(folder: &Path, wanted: &str) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|stamp| stamp == wanted)
}

fn mark_installed(folder: &Path, wanted: &str) -> Result<()> {
    fs::write(folder.join(STAMP), wanted).context(|| format!("mark {} as installed", folder.display()))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).context(|| format!("read {}", path.display()))
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context(|| format!("remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
