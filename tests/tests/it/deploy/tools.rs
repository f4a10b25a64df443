//! How these tests run other programs and read the files of `deploy/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use hooktide_testkit::{find_binary, output_within, workspace_root};
use serde_json::Value;

use crate::sdk::sdk_dir;

/// Longest that one check may take on a busy machine.
const CHECK_LIMIT: Duration = Duration::from_secs(120);

/// A file of `deploy/`.
pub(super) fn file(path: &str) -> PathBuf {
    workspace_root().join("deploy").join(path)
}

/// Its text.
pub(super) fn text(path: &str) -> String {
    let file = file(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A YAML file as JSON.
pub(super) fn yaml(path: &str) -> Value {
    let printed = run(script("read_yaml.py").arg(file(path)));
    serde_json::from_str(&printed).expect("a script prints JSON")
}

/// A program that came with Python's packages.
pub(super) fn installed(program: &str) -> Command {
    Command::new(sdk_dir().join("deploy/bin").join(program))
}

/// A script of `tests/deploy`.
pub(super) fn script(name: &str) -> Command {
    let mut command = installed("python");
    command.arg(workspace_root().join("tests/deploy").join(name));
    command
}

/// Runs a program: its standard output, or all that it said when it failed.
pub(super) fn attempt(command: &mut Command) -> Result<String, String> {
    let output = output_within(command, CHECK_LIMIT);
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(out.into_owned()) } else { Err(format!("{out}{said}")) }
}

/// Runs a program that must succeed.
#[track_caller]
pub(super) fn run(command: &mut Command) -> String {
    attempt(command).unwrap_or_else(|said| panic!("{command:?}\n{said}"))
}

/// Holds settings against the server: `hooktide config check` with this environment alone.
#[track_caller]
pub(super) fn check_settings(variables: &BTreeMap<String, String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut check = Command::new(find_binary());
    check.args(["config", "check"]).current_dir(folder.path()).env_clear().envs(variables);
    let _ = run(&mut check);
}

/// Every environment variable that is a setting, as the reference page names them.
pub(super) fn known_variables() -> BTreeSet<String> {
    let page = run(Command::new(find_binary()).args(["config", "reference"]));
    let rows = page.lines().filter(|line| line.starts_with("| Environment |"));
    rows.flat_map(|row| words(row, "HOOKTIDE_")).collect()
}

/// Every word of capitals, digits and `_` that begins like this.
pub(super) fn words(text: &str, start: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let split = text.split(|letter: char| !is_part(letter));
    split.filter(|word| word.starts_with(start) && word.len() > start.len()).map(str::to_owned).collect()
}

/// The seconds of a time such as `25s`.
#[track_caller]
pub(super) fn seconds(text: &str) -> u64 {
    let number = text.strip_suffix('s').unwrap_or_else(|| panic!("`{text}` is no number of seconds"));
    number.parse().unwrap_or_else(|_| panic!("`{text}` is no number of seconds"))
}

/// A list of texts.
#[track_caller]
pub(super) fn texts(list: &Value) -> Vec<&str> {
    let items = list.as_array().unwrap_or_else(|| panic!("{list} is no list"));
    items.iter().map(|item| item.as_str().unwrap_or_else(|| panic!("{item} is no text"))).collect()
}
