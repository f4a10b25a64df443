//! The plans of the statements that run often: in a sealed chunk each goes down an index, none scans or sorts.

use rusqlite::Connection;

use super::super::chunk::{Chunk, chunk_path, create_file, open_writer, seal};
use super::super::{due, keys, recover, writer};
use super::{attempts, counts, deliveries, erase, message_row, messages, receipts};

/// Statement and what its plan must name.
const PLANS: &[(&str, &str)] = &[
    (messages::NEWEST, "COVERING INDEX message_by_app"),
    (messages::OLDEST, "COVERING INDEX message_by_app"),
    (message_row::WITH_PAYLOAD, "INTEGER PRIMARY KEY"),
    (message_row::WITHOUT_PAYLOAD, "INTEGER PRIMARY KEY"),
    (receipts::NEWEST, "COVERING INDEX receipt_by_source (source=? AND seq>? AND seq<?)"),
    (receipts::OLDEST, "COVERING INDEX receipt_by_source (source=? AND seq>? AND seq<?)"),
    (receipts::WITH_BODY, "INTEGER PRIMARY KEY"),
    (receipts::WITHOUT_BODY, "INTEGER PRIMARY KEY"),
    (attempts::BY_KEY, "PRIMARY KEY (msg=? AND seq=?)"),
    (attempts::BY_MESSAGE, "PRIMARY KEY (msg=?)"),
    (attempts::NEWEST, "COVERING INDEX attempt_by_endpoint (ep=? AND seq>? AND seq<?)"),
    (attempts::OLDEST, "COVERING INDEX attempt_by_endpoint (ep=? AND seq>? AND seq<?)"),
    (attempts::NEWEST_FAILED, "INDEX attempt_failed (ep=? AND seq>? AND seq<?)"),
    (attempts::OLDEST_FAILED, "INDEX attempt_failed (ep=? AND seq>? AND seq<?)"),
    (deliveries::TARGETS, "INTEGER PRIMARY KEY"),
    (deliveries::STATES, "PRIMARY KEY (msg=?)"),
    (deliveries::NEWEST, "COVERING INDEX attempt_by_endpoint_message (ep=? AND msg>? AND msg<?)"),
    (deliveries::OLDEST, "COVERING INDEX attempt_by_endpoint_message (ep=? AND msg>? AND msg<?)"),
    (erase::ERASE_PAYLOAD, "INTEGER PRIMARY KEY"),
    (erase::ERASE_RESPONSE, "PRIMARY KEY (msg=? AND seq=?)"),
    (due::DUE_ROWS, "COVERING INDEX schedule_by_endpoint (ep=?)"),
    (due::NEXT_ENDPOINT, "COVERING INDEX schedule_by_endpoint (ep>?)"),
    (keys::FIND_KEY, "INDEX message_key_by_key (key=?)"),
    (recover::TARGETS, "INTEGER PRIMARY KEY (rowid>?)"),
    (recover::ATTEMPTED, "PRIMARY KEY (msg>?)"),
    (recover::FINISHED, "PRIMARY KEY (segment=?)"),
    (writer::DELETE_ROW, "PRIMARY KEY (due=? AND ep=? AND msg=?)"),
    (writer::DELETE_FINISHED, "PRIMARY KEY (segment=? AND ep=? AND due=? AND msg=?)"),
];

fn plan(connection: &Connection, statement: &str) -> Vec<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
    let mut rows = explain.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

fn sealed_chunk(folder: &std::path::Path) -> Chunk {
    let path = chunk_path(folder, 1);
    create_file(&path, 1, 1).unwrap();
    let chunk = Chunk::load(folder, 1).unwrap();
    seal(&chunk, open_writer(&path).unwrap()).unwrap();
    chunk
}

#[test]
fn statements_that_run_often_go_down_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let chunk = sealed_chunk(folder.path());
    let reader = chunk.reader().unwrap();
    for (statement, wanted) in PLANS {
        let plan = plan(&reader, statement);
        assert!(plan.iter().all(|step| step.starts_with("SEARCH ")), "{statement}: {plan:?}");
        assert!(plan.iter().any(|step| step.contains(wanted)), "{statement}: {plan:?} lacks {wanted}");
    }
}

#[test]
fn counting_reads_the_index_in_its_range_only() {
    let folder = tempfile::tempdir().unwrap();
    let chunk = sealed_chunk(folder.path());
    let plan = plan(&chunk.reader().unwrap(), counts::COUNT);
    // Grouping the few states takes a small table of its own.
    assert!(
        plan[0].starts_with(
            "SEARCH attempt USING COVERING INDEX attempt_by_endpoint (ep=? AND seq>? AND seq<?)"
        )
    );
    assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{plan:?}");
}

#[test]
fn a_plan_that_scans_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let chunk = sealed_chunk(folder.path());
    let plan = plan(&chunk.reader().unwrap(), "SELECT seq FROM attempt WHERE code = ?1");
    assert!(plan.iter().any(|step| step.starts_with("SCAN")), "{plan:?}");
}
