//! Nothing is forgotten: every column of every backend is in the list of what is moved.

use std::path::Path;

use hooktide_model::clock::ManualClock;
use hooktide_store::Flow;
use hooktide_store::transfer::Table;
use hooktide_testkit::ScratchSchema;

use crate::stores::{open_sqlite, postgres_target};

/// Columns that are not moved as they are, with the reason beside each.
const ELSEWHERE: &[(&str, &str)] = &[
    ("meta", ""),            // the key of ids is in the manifest; the rest is the store's own
    ("node", ""),            // those of the cluster that was left
    ("lease", ""),           // likewise
    ("hooktide_schema", ""), // each store has its own
    ("refinery_schema_history", ""),
    ("sqlite_sequence", ""), // counters of the manifest
    ("finished", ""),        // dealt with when the store is opened
    ("url", ""),             // attempts have the text
    ("schedule", "owner"),   // made anew
    ("schedule", "id"),      // likewise
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_column_of_every_backend_is_in_the_list_of_what_is_moved() {
    let schema = ScratchSchema::create().await;
    let clock = ManualClock::at(hooktide_model::Timestamp::from_unix_ms(1_795_168_800_000));
    drop(postgres_target(&schema, clock.clone()).await);
    let client = schema.connect().await;
    let sql = "SELECT table_name::TEXT, column_name::TEXT FROM information_schema.columns \
        JOIN pg_class ON oid = to_regclass(quote_ident(table_name)) \
        WHERE table_schema = current_schema() AND NOT relispartition";
    let rows = client.query(sql, &[]).await.unwrap();
    let in_postgres = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    missing_in_list("postgres", in_postgres);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hooktide.db");
    open_sqlite(&path, clock).await.close().await;
    let mut in_sqlite = columns_of(&path);
    in_sqlite.extend(columns_of(&folder.path().join("hooktide.db.history/chunk-00000001.db")));
    // A payload is in the row of its message.
    in_sqlite
        .iter_mut()
        .filter(|(table, _)| table == "payload")
        .for_each(|(table, _)| *table = "message".to_owned());
    missing_in_list("sqlite", in_sqlite);
}

fn columns_of(path: &Path) -> Vec<(String, String)> {
    let connection = rusqlite::Connection::open(path).expect("the database is read");
    let sql =
        "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
    let mut select = connection.prepare(sql).expect("the database is read");
    let columns = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("the database is read");
    columns.map(Result::unwrap).collect()
}

fn missing_in_list(backend: &str, columns: Vec<(String, String)>) {
    assert!(columns.len() > 80, "{backend}: {columns:?}");
    let is_known = |(table, column): &(String, String)| {
        let moved = Table::of(table).is_some_and(|table| table.columns.iter().any(|one| one.name == column));
        moved || ELSEWHERE.iter().any(|(name, part)| name == table && (part.is_empty() || part == column))
    };
    let missing: Vec<_> = columns.into_iter().filter(|column| !is_known(column)).collect();
    assert!(missing.is_empty(), "{backend}: not moved: {missing:?}");
}
