//! Whether what a kill left on disk is sound. Works on a copy, so that looking does not repair: opening a database
//! replays its log, and that is the server's work to prove.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

/// Copies every database with its log out of `data_dir`. Call it while no server runs on that directory.
///
/// # Panics
/// When a file cannot be read or written.
#[must_use]
pub fn copy_of_databases(data_dir: &Path) -> TempDir {
    let copy = TempDir::with_prefix("hooktide-copy-").expect("a temporary directory can be made");
    for from in files_under(data_dir) {
        let name = from.file_name().expect("a listed file has a name").to_string_lossy().into_owned();
        // The shared-memory index is rebuilt from the log; a copied one would only vouch for the original.
        if name.ends_with("-shm") || !name.contains(".db") {
            continue;
        }
        let to = copy.path().join(from.strip_prefix(data_dir).expect("listed below the data directory"));
        fs::create_dir_all(to.parent().expect("a file has a parent")).expect("directories can be made");
        fs::copy(&from, &to).unwrap_or_else(|error| panic!("failed to copy {}: {error}", from.display()));
    }
    copy
}

/// Runs SQLite's own checks over every `*.db` below `dir`; answers how many there were.
///
/// # Panics
/// When a database cannot be opened or a check finds something.
pub fn check_databases(dir: &Path) -> usize {
    let databases: Vec<PathBuf> =
        files_under(dir).into_iter().filter(|path| path.extension().is_some_and(|it| it == "db")).collect();
    for path in &databases {
        let findings =
            findings_of(path).unwrap_or_else(|error| panic!("failed to check {}: {error}", path.display()));
        assert!(findings.is_empty(), "{} is damaged: {findings:?}", path.display());
    }
    databases.len()
}

fn findings_of(path: &Path) -> rusqlite::Result<Vec<String>> {
    let connection = Connection::open(path)?;
    let mut findings = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    for row in statement.query_map([], |row| row.get::<_, String>(0))? {
        findings.push(row?);
    }
    findings.retain(|line| line != "ok");
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    for row in statement.query_map([], |row| row.get::<_, String>(0))? {
        findings.push(format!("dangling reference in table {}", row?));
    }
    Ok(findings)
}

pub(crate) fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(next) = open.pop() {
        let entries =
            fs::read_dir(&next).unwrap_or_else(|error| panic!("failed to list {}: {error}", next.display()));
        for entry in entries {
            let path = entry.expect("a directory entry is readable").path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests;
