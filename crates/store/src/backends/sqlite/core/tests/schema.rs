//! Which files are opened, and how.

use super::super::schema::{MIGRATIONS, migrate_file, migration_status};
use super::{Place, given_endpoints};
use crate::StoreError;

#[test]
fn every_migration_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = files.collect();
    files.sort();
    let listed: Vec<String> = MIGRATIONS.iter().map(|(name, _)| format!("{name}.sql")).collect();
    assert_eq!(files, listed);
}

#[test]
fn versions_of_a_file_are_shown_and_applied_ahead_of_a_start() {
    let place = Place::new();
    let waiting = migration_status(&place.path()).unwrap();
    assert_eq!(waiting.len(), MIGRATIONS.len());
    assert!(waiting.iter().all(|state| state.is_known && state.applied_at.is_none()));
    assert!(!place.path().exists(), "a look makes no file");

    let applied = migrate_file(&place.path()).unwrap();
    assert!(applied.iter().all(|state| state.is_known && state.applied_at.is_some()));
    drop(place.open());
    assert_eq!(migration_status(&place.path()).unwrap(), applied);
    assert_eq!(migrate_file(&place.path()).unwrap(), applied);

    let newer = "INSERT INTO refinery_schema_history SELECT 999, 'later', applied_on, checksum
        FROM refinery_schema_history WHERE version = 1";
    place.raw().execute_batch(newer).unwrap();
    let last = migration_status(&place.path()).unwrap().pop().unwrap();
    assert_eq!((last.version, last.is_known), (999, false));
    assert!(migrate_file(&place.path()).unwrap_err().to_string().contains("a newer Hooktide"));
}

#[test]
fn versions_of_another_programs_file_are_refused() {
    let place = Place::new();
    place.raw().execute_batch("CREATE TABLE theirs (a)").unwrap();
    assert!(migration_status(&place.path()).unwrap_err().to_string().contains("another program"));
    assert!(migrate_file(&place.path()).unwrap_err().to_string().contains("another program"));
}

#[tokio::test]
async fn database_of_a_newer_version_is_refused_in_words() {
    let place = Place::new();
    given_endpoints(&place.open(), &[2]).await;
    let newer = "INSERT INTO refinery_schema_history SELECT 999, 'later', applied_on, checksum
        FROM refinery_schema_history WHERE version = 1";
    place.raw().execute_batch(newer).unwrap();
    let error = place.open_with(super::MAIN_SECRET).unwrap_err().to_string();
    let (newest, _) = MIGRATIONS.last().unwrap();
    let known = newest.trim_start_matches('V').split("__").next().unwrap();
    let words =
        format!("a newer Hooktide has written this database (schema 999, this version knows {known})");
    assert!(error.contains(&words), "{error}");
}

#[test]
fn schema_that_was_edited_is_refused_in_words() {
    let place = Place::new();
    drop(place.open());
    place.raw().execute_batch("UPDATE refinery_schema_history SET checksum = '1'").unwrap();
    let error = place.open_with(super::MAIN_SECRET).unwrap_err().to_string();
    assert!(error.contains("schema 1 of this database is not the one of this version"), "{error}");
}

#[test]
fn database_of_another_program_is_left_as_it_is() {
    let place = Place::new();
    place.raw().execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)").unwrap();
    let before = std::fs::read(place.path()).unwrap();
    let error = place.open_with(super::MAIN_SECRET).unwrap_err().to_string();
    assert!(error.contains("another program"), "{error}");
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

#[test]
fn file_that_is_no_database_is_left_as_it_is() {
    let place = Place::new();
    let text = "not a database\n".repeat(1000);
    std::fs::write(place.path(), &text).unwrap();
    let error = place.open_with(super::MAIN_SECRET).unwrap_err();
    assert!(matches!(&error, StoreError::Database(text) if text.contains("not a database")), "{error}");
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), text);
}

#[test]
fn start_that_was_interrupted_is_finished_by_the_next() {
    // Killed after the file was made, and after it was marked, before the tables.
    let place = Place::new();
    std::fs::write(place.path(), "").unwrap();
    drop(place.open());
    let place = Place::new();
    place.raw().pragma_update(None, "application_id", 0x686b_5464).unwrap();
    drop(place.open());
}

#[test]
fn every_commit_is_flushed_and_references_are_kept() {
    let place = Place::new();
    let core = place.open();
    let setting = |name: &'static str| {
        let read =
            |step: &rusqlite::Transaction<'_>| Ok(step.pragma_query_value(None, name, |row| row.get(0))?);
        core.writer.write_blocking::<rusqlite::types::Value>(read).unwrap()
    };
    assert_eq!(setting("journal_mode"), "wal".to_owned().into());
    assert_eq!(setting("synchronous"), 2.into(), "FULL");
    assert_eq!(setting("foreign_keys"), 1.into());
    assert_eq!(setting("busy_timeout"), 5000.into());
}

#[tokio::test]
async fn reading_connections_cannot_write() {
    let core = Place::new().open();
    let outcome = core.readers.read(|step| Ok(step.execute("DELETE FROM application", [])?)).await;
    assert!(matches!(&outcome, Err(StoreError::Database(text)) if text.contains("readonly")), "{outcome:?}");
}
