//! No statement may cost more as the tables grow: each finds its rows by an index.

use super::super::{applications, db, endpoints, event_types, idempotency, meta, secrets, sources};
use super::Place;

/// Every statement that runs while serving.
const STATEMENTS: &[&str] = &[
    applications::BY_SEQ,
    applications::BY_ID,
    applications::BY_UID,
    applications::PAGE.up,
    applications::PAGE.down,
    applications::INSERT,
    applications::SAVE,
    applications::DELETE,
    endpoints::BY_SEQ,
    endpoints::BY_ID,
    endpoints::BY_UID,
    endpoints::ALL,
    endpoints::PAGE.up,
    endpoints::PAGE.down,
    endpoints::INSERT,
    endpoints::SAVE,
    endpoints::DELETE,
    endpoints::NOTE_FAILING,
    endpoints::DISABLE,
    secrets::OF_ENDPOINTS,
    secrets::DELETE,
    secrets::INSERT,
    sources::BY_SEQ,
    sources::BY_ID,
    sources::BY_UID,
    sources::BY_TOKEN,
    sources::FETCHING,
    sources::PAGE.up,
    sources::PAGE.down,
    sources::INSERT,
    sources::INSERT_OWNED,
    sources::SAVE,
    sources::DELETE,
    event_types::BY_SEQ,
    event_types::BY_NAME,
    event_types::PAGE_ALL.up,
    event_types::PAGE_ALL.down,
    event_types::PAGE_LIVE.up,
    event_types::PAGE_LIVE.down,
    event_types::INSERT,
    event_types::SAVE,
    event_types::DELETE,
    idempotency::FIND,
    idempotency::REMEMBER,
    idempotency::FORGET_EXPIRED,
    idempotency::FORGET_OLDEST,
    meta::GET,
    meta::PUT,
    db::LAST_SEQ,
    // What the cascades look for.
    "DELETE FROM endpoint WHERE app = ?1",
    "DELETE FROM source WHERE app = ?1",
    "DELETE FROM endpoint_secret WHERE endpoint = ?1",
];

fn plan(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Parameters stay unbound: the plan does not depend on them.
    let lines = statement.raw_query().mapped(|row| row.get("detail"));
    lines.map(Result::unwrap).collect()
}

/// A walk over all rows, or a sort of them.
fn grows_with_the_table(line: &str) -> bool {
    (line.starts_with("SCAN ") && line != "SCAN CONSTANT ROW") || line.contains("TEMP B-TREE")
}

#[test]
fn no_statement_scans_or_sorts_a_table() {
    let place = Place::new();
    drop(place.open());
    let connection = place.raw();
    for sql in STATEMENTS {
        let plan = plan(&connection, sql);
        assert!(!plan.iter().any(|line| grows_with_the_table(line)), "{sql}\n{plan:#?}");
    }
}

#[test]
fn lists_read_only_the_rows_beyond_the_cursor() {
    let place = Place::new();
    drop(place.open());
    let connection = place.raw();
    let by_org = "SEARCH application USING INDEX application_listed (org=? AND rowid>?)";
    let by_app = "SEARCH endpoint USING INDEX endpoint_app (app=? AND rowid<?)";
    let by_name = "SEARCH event_type USING INDEX event_type_live (org=? AND name>?)";
    assert_eq!(plan(&connection, applications::PAGE.up), [by_org]);
    assert_eq!(plan(&connection, endpoints::PAGE.down), [by_app]);
    assert_eq!(plan(&connection, event_types::PAGE_LIVE.up), [by_name]);
}

#[test]
fn scan_and_sort_would_be_seen() {
    let place = Place::new();
    drop(place.open());
    let connection = place.raw();
    for sql in ["SELECT * FROM endpoint WHERE url = ?1", "SELECT * FROM endpoint WHERE app = ?1 ORDER BY url"]
    {
        assert!(plan(&connection, sql).iter().any(|line| grows_with_the_table(line)), "{sql}");
    }
}
