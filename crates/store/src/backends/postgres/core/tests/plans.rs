//! No statement may cost more as the tables grow: each finds its rows by an index.

use super::super::{
    applications, changes, endpoints, event_types, idempotency, meta, pg_core, secrets, sources,
};
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
    endpoints::WITH_APPLICATION,
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
    event_types::NEXT_SEQ,
    event_types::INSERT,
    event_types::SAVE,
    event_types::DELETE,
    idempotency::CLAIM,
    idempotency::FIND,
    idempotency::FORGET_EXPIRED,
    idempotency::FORGET_OLDEST,
    meta::GET,
    meta::PUT,
    meta::PUT_FIRST,
    pg_core::LAST_SEQ,
    changes::LOOK,
    // What the cascades look for.
    "DELETE FROM ONLY endpoint WHERE $1 OPERATOR(pg_catalog.=) app",
    "DELETE FROM ONLY source WHERE $1 OPERATOR(pg_catalog.=) app",
    "DELETE FROM ONLY endpoint_secret WHERE $1 OPERATOR(pg_catalog.=) endpoint",
];

/// Plans as they are for every value, chosen for order and not for the tables' present size.
async fn planner(place: &Place) -> tokio_postgres::Client {
    drop(place.open().await);
    let client = place.raw().await;
    let settings =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_sort = off;
        SET enable_bitmapscan = off";
    client.batch_execute(settings).await.unwrap();
    client
}

async fn plan(client: &tokio_postgres::Client, sql: &str) -> Vec<String> {
    let parameters =
        client.prepare(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")).params().len();
    let nulls = vec!["NULL"; parameters].join(", ");
    let arguments = if nulls.is_empty() { String::new() } else { format!("({nulls})") };
    client.batch_execute(&format!("PREPARE planned AS {sql}")).await.unwrap();
    let lines = client.query(&format!("EXPLAIN EXECUTE planned{arguments}"), &[]).await.unwrap();
    client.batch_execute("DEALLOCATE planned").await.unwrap();
    lines.iter().map(|row| row.get(0)).collect()
}

/// A walk over all rows, or a sort of them. A sequence has one row.
fn grows_with_the_table(line: &str) -> bool {
    (line.contains("Seq Scan") && !line.contains("Seq Scan on configuration_change "))
        || line.contains("Sort ")
}

#[tokio::test]
async fn no_statement_scans_or_sorts_a_table() {
    let place = Place::new().await;
    let client = planner(&place).await;
    for sql in STATEMENTS {
        let plan = plan(&client, sql).await;
        assert!(!plan.iter().any(|line| grows_with_the_table(line)), "{sql}\n{plan:#?}");
    }
}

#[tokio::test]
async fn lists_read_only_the_rows_beyond_the_cursor() {
    let place = Place::new().await;
    let client = planner(&place).await;
    let expected = [
        (applications::PAGE.up, "application_listed", "((org = $1) AND (seq > $2))"),
        (endpoints::PAGE.down, "endpoint_app", "((app = $1) AND (seq < $2))"),
        (event_types::PAGE_LIVE.up, "event_type_live", "((org = $1) AND (name > $2))"),
        (sources::PAGE.up, "source_org", "((org = $1) AND (seq > $2))"),
    ];
    for (sql, index, condition) in expected {
        let plan = plan(&client, sql).await.join("\n");
        assert!(plan.contains(index) && plan.contains(condition), "{sql}\n{plan}");
    }
}

#[tokio::test]
async fn scan_and_sort_would_be_seen() {
    let place = Place::new().await;
    let client = planner(&place).await;
    for sql in ["SELECT * FROM endpoint WHERE url = $1", "SELECT * FROM endpoint WHERE app = $1 ORDER BY url"]
    {
        assert!(plan(&client, sql).await.iter().any(|line| grows_with_the_table(line)), "{sql}");
    }
}
