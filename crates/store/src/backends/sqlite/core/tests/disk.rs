//! What is on the disk, and what somebody who can write it can do.

use std::os::unix::fs::PermissionsExt;

use super::{MAIN_SECRET, Place, endpoint, given_endpoints, id, secret};
use crate::{Configuration, ObjectRef, StoreError};

/// Names of the files that hold `text`, over all of the directory.
fn files_with(place: &Place, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let files = std::fs::read_dir(place.directory.path()).unwrap().map(Result::unwrap);
    let mut found: Vec<String> = files
        .filter(|file| holds(&std::fs::read(file.path()).unwrap()))
        .map(|file| file.file_name().into_string().unwrap())
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn secrets_and_headers_are_in_no_file() {
    let place = Place::new();
    let core = place.open();
    let app = given_endpoints(&core, &[2]).await;
    let mut changed = endpoint(&core, app, 2);
    changed.secrets.insert(0, secret("rotated", 2));
    changed.headers.insert("x-planted-name-new".to_owned(), "planted-header-value-new".to_owned());
    core.save_endpoint(changed, None).await.unwrap();

    // What is not secret proves that the search finds what is there.
    assert_eq!(files_with(&place, "description-in-clear-2"), ["hooktide.db-wal"]);
    assert_eq!(files_with(&place, "planted"), Vec::<String>::new());
    drop(core);
    assert_eq!(files_with(&place, "description-in-clear-2"), ["hooktide.db"]);
    assert_eq!(files_with(&place, "planted"), Vec::<String>::new());
}

#[tokio::test]
async fn sealed_values_do_not_open_in_another_row_or_rank() {
    let copies = "CREATE TEMP TABLE e AS SELECT * FROM endpoint; CREATE TEMP TABLE s AS SELECT * FROM endpoint_secret;";
    let swaps = [
        "UPDATE endpoint_secret AS o SET secret = s.secret FROM s
            WHERE s.endpoint = 5 - o.endpoint AND s.position = o.position",
        "UPDATE endpoint_secret AS o SET secret = s.secret FROM s
            WHERE s.endpoint = o.endpoint AND s.position = 1 - o.position",
        "UPDATE endpoint AS o SET headers = e.headers FROM e WHERE e.seq = 5 - o.seq",
        "UPDATE endpoint AS o SET transformation = e.transformation FROM e WHERE e.seq = 5 - o.seq",
        "UPDATE endpoint AS o SET transformation = e.destination FROM e WHERE e.seq = o.seq",
        "UPDATE endpoint AS o SET headers = s.secret FROM s WHERE s.endpoint = o.seq AND s.position = 0",
    ];
    for swap in swaps {
        let place = Place::new();
        let core = place.open();
        let app = given_endpoints(&core, &[2, 3]).await;
        assert_eq!(core.all_endpoints(app).await.unwrap().len(), 2);
        place.raw().execute_batch(&format!("{copies} {swap}")).unwrap();

        for seq in [2, 3] {
            let error = core.endpoint(app, &ObjectRef::Id(id(&core, seq))).await.unwrap_err();
            assert!(error.to_string().contains("moved to another row or column"), "{swap}: {error}");
        }
        assert!(matches!(core.all_endpoints(app).await, Err(StoreError::Database(_))), "{swap}");
    }
}

#[tokio::test]
async fn another_main_secret_is_refused_in_words() {
    let place = Place::new();
    let core = place.open();
    let app = given_endpoints(&core, &[2]).await;
    let id_key = core.id_key();
    drop(core);

    let error = place.open_with(b"another main secret, just as long").unwrap_err().to_string();
    for part in ["HOOKTIDE_MAIN_SECRET has changed", "hooktide.db"] {
        assert!(error.contains(part), "{error}");
    }

    let core = place.open_with(MAIN_SECRET).unwrap();
    assert_eq!(core.id_key(), id_key, "ids are the same after a restart");
    assert_eq!(core.all_endpoints(app).await.unwrap(), [endpoint(&core, app, 2)]);
    assert_ne!(Place::new().open().id_key(), id_key, "every store has its own");
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let mode = |file: &std::path::Path| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    let place = Place::new();
    let core = place.open();
    given_endpoints(&core, &[2]).await;
    let files: Vec<_> =
        std::fs::read_dir(place.directory.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "database, log and its index");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    drop(core);

    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    drop(place.open());
    assert_eq!(mode(&place.path()), 0o600, "a copy that lost its mode gets it back");
}

#[tokio::test]
async fn damage_is_found_by_the_check() {
    let place = Place::new();
    let core = place.open();
    given_endpoints(&core, &[2]).await;
    core.check().await.unwrap();
    let page: u32 = place
        .raw()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'application_org'", [], |row| row.get(0))
        .unwrap();
    drop(core);

    let mut bytes = std::fs::read(place.path()).unwrap();
    let start = (page as usize - 1) * 4096;
    bytes[start..start + 4096].fill(0xff);
    std::fs::write(place.path(), bytes).unwrap();
    let error = place.open().check().await.unwrap_err().to_string();
    assert!(error.contains("damaged") || error.contains("malformed"), "{error}");
}

#[tokio::test]
async fn row_without_its_owner_is_found_by_the_check() {
    let place = Place::new();
    let core = place.open();
    given_endpoints(&core, &[2]).await;
    place.raw().execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM application").unwrap();
    let error = core.check().await.unwrap_err().to_string();
    assert!(error.contains("a row of endpoint refers to a row that is gone"), "{error}");
}

#[test]
fn missing_directory_is_named() {
    let place = Place::new();
    let path = place.directory.path().join("nowhere").join("hooktide.db");
    let vault = crate::vault::Vault::new(MAIN_SECRET).unwrap();
    let error = super::CoreDb::open(&path, vault, std::sync::Arc::new(place.clock.clone()), super::WINDOW);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("nowhere/hooktide.db: No such file"), "{error}");
}

#[test]
fn debug_output_shows_no_key() {
    let place = Place::new();
    let core = place.open();
    let text = format!("{core:?}");
    assert!(text.contains("id_key: [redacted]") && text.contains("IdMint([redacted])"), "{text}");
}
