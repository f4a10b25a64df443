use std::fs;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{check_databases, copy_of_databases};

fn filled_database(dir: &TempDir) -> std::path::PathBuf {
    let path = dir.path().join("core.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);").unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for n in 0..2000 {
        connection.execute("INSERT INTO t VALUES (?1)", [format!("value {n}")]).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    path
}

#[test]
fn sound_database_passes_and_is_counted() {
    let dir = TempDir::new().unwrap();
    filled_database(&dir);
    fs::write(dir.path().join("secret"), "not a database").unwrap();

    let copy = copy_of_databases(dir.path());

    assert_eq!(check_databases(copy.path()), 1);
    assert!(!copy.path().join("secret").exists());
}

#[test]
#[should_panic(expected = "core.db")]
fn overwritten_page_is_found() {
    let dir = TempDir::new().unwrap();
    let path = filled_database(&dir);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 512].fill(0xAA);
    fs::write(&path, bytes).unwrap();

    check_databases(dir.path());
}
