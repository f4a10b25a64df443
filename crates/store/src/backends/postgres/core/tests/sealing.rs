//! What is in the database, and what somebody who can write it can do.

use super::{MAIN_SECRET, Place, endpoint, given_endpoints, id, secret};
use crate::{Configuration, ObjectRef, StoreError};

/// Everything in the configuration tables, as text and as bytes in hexadecimal.
async fn contents(place: &Place) -> String {
    let raw = place.raw().await;
    let mut contents = String::new();
    for table in ["meta", "application", "endpoint", "endpoint_secret", "event_type", "source", "idempotency"]
    {
        for row in raw.query(&format!("SELECT t::TEXT FROM {table} AS t"), &[]).await.unwrap() {
            contents.push_str(row.get(0));
        }
    }
    contents
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn secrets_and_headers_are_in_no_table() {
    let place = Place::new().await;
    let core = place.open().await;
    let app = given_endpoints(&core, &[2]).await;
    let mut changed = endpoint(&core, app, 2);
    changed.secrets.insert(0, secret("rotated", 2));
    changed.headers.insert("x-planted-name-new".to_owned(), "planted-header-value-new".to_owned());
    core.save_endpoint(changed.clone(), None).await.unwrap();
    assert_eq!(core.all_endpoints(app).await.unwrap()[0].secrets, changed.secrets);

    let contents = contents(&place).await;
    // What is not secret proves that the search finds what is there.
    assert!(contents.contains("description-in-clear-2"));
    assert!(!contents.contains("planted") && !contents.contains(&hex("planted")), "{contents}");
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
        let place = Place::new().await;
        let core = place.open().await;
        let app = given_endpoints(&core, &[2, 3]).await;
        assert_eq!(core.all_endpoints(app).await.unwrap().len(), 2);
        place.raw().await.batch_execute(&format!("{copies} {swap}")).await.unwrap();

        for seq in [2, 3] {
            let error = core.endpoint(app, &ObjectRef::Id(id(&core, seq))).await.unwrap_err();
            assert!(error.to_string().contains("moved to another row or column"), "{swap}: {error}");
        }
        assert!(matches!(core.all_endpoints(app).await, Err(StoreError::Database(_))), "{swap}");
    }
}

#[tokio::test]
async fn another_main_secret_is_refused_in_words() {
    let place = Place::new().await;
    let id_key = place.open().await.id_key();
    let error = place.open_with(b"another main secret, just as long").await.unwrap_err().to_string();
    assert!(error.contains("HOOKTIDE_MAIN_SECRET has changed"), "{error}");
    let again = place.open_with(MAIN_SECRET).await.unwrap();
    assert_eq!(again.id_key(), id_key, "ids are the same after a restart");
    assert_ne!(Place::new().await.open().await.id_key(), id_key, "every store has its own");
}

#[tokio::test]
async fn debug_output_shows_no_key() {
    let core = Place::new().await.open().await;
    let text = format!("{core:?}");
    assert!(text.contains("id_key: IdKey([redacted])") || text.contains("id_key: [redacted]"), "{text}");
    assert!(text.contains("IdMint([redacted])"), "{text}");
}
