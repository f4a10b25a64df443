//! Dependencies: each is named once, in the root manifest, with its reason beside it.

use toml::{Table, Value};

use crate::tidy::{Finding, Tree};

/// The heading under which the root manifest keeps them.
const HEADING: &str = "[workspace.dependencies]";
/// The tables of a manifest that name dependencies.
const KINDS: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn manifest(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = Vec::new();
    for (path, text) in tree.manifests.iter().filter(|(path, _)| path != "Cargo.toml") {
        let Ok(manifest) = text.parse::<Table>() else {
            continue;
        };
        for (_, dependencies) in dependency_tables(&manifest) {
            used.extend(dependencies.keys().cloned());
            findings.extend(own_versions(path, text, dependencies));
        }
    }
    if let Some((path, text)) = tree.manifests.iter().find(|(path, _)| path == "Cargo.toml") {
        findings.extend(without_reason(path, text));
        findings.extend(unused(path, text, &used));
    }
    findings
}

/// The dependency tables of a manifest with their kinds, those for one system only included.
pub(super) fn dependency_tables(manifest: &Table) -> Vec<(&'static str, &Table)> {
    let systems = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = systems.filter_map(Value::as_table).chain([manifest]);
    tables
        .flat_map(|table| KINDS.iter().filter_map(|kind| Some((*kind, table.get(*kind)?.as_table()?))))
        .collect()
}

/// The first line that begins with a key; 1 when there is none.
pub(super) fn line_of(text: &str, key: &str) -> usize {
    let begins = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    text.lines().position(begins).map_or(1, |index| index + 1)
}

fn own_versions(path: &str, text: &str, dependencies: &Table) -> Vec<Finding> {
    let of_the_workspace = |value: &Value| value.get("workspace").and_then(Value::as_bool) == Some(true);
    // A crate that turns its own features on for its tests.
    let is_itself = |value: &Value| value.get("path").and_then(Value::as_str) == Some(".");
    let own = dependencies.iter().filter(|(_, value)| !of_the_workspace(value) && !is_itself(value));
    own.map(|(name, _)| {
        let what = format!("`{name}` has a version of its own");
        let way_out = "name it in the root manifest, with its reason, and write `.workspace = true` here";
        Finding::new(path, line_of(text, name), what, way_out)
    })
    .collect()
}

fn without_reason(path: &str, text: &str) -> Vec<Finding> {
    let lines = entries(text).filter(|(_, line)| !line.contains("path = \"") && !has_reason(line));
    lines
        .map(|(number, line)| {
            let name = line.split(['=', ' ']).next().unwrap_or(line);
            let what = format!("`{name}` does not say why it is here");
            Finding::new(path, number, what, "write the reason as a comment on the same line")
        })
        .collect()
}

/// A comment after the value. No value of ours holds a `#`.
fn has_reason(line: &str) -> bool {
    line.split_once('#').is_some_and(|(_, words)| !words.trim().is_empty())
}

fn unused(path: &str, text: &str, used: &[String]) -> Vec<Finding> {
    let Ok(manifest) = text.parse::<Table>() else {
        return Vec::new();
    };
    let named = manifest.get("workspace").and_then(|it| it.get("dependencies")).and_then(Value::as_table);
    let names = named.into_iter().flat_map(Table::keys);
    names
        .filter(|name| !used.contains(name))
        .map(|name| {
            let what = format!("no crate depends on `{name}`");
            Finding::new(path, line_of(text, name), what, "delete its line")
        })
        .collect()
}

/// The lines under the heading that name a dependency, with their numbers. Each fits on one line.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = (1..).zip(text.lines()).skip_while(|(_, line)| line.trim() != HEADING).skip(1);
    let section = numbered.take_while(|(_, line)| !line.starts_with('['));
    section.filter(|(_, line)| line.starts_with(|letter: char| letter.is_ascii_alphanumeric()))
}
