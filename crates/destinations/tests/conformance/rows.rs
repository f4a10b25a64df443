//! What only `sql` promises: the newer event wins, rows go away, types arrive, and the server's refusals are judged.

use std::sync::Arc;

use bytes::Bytes;
use hooktide_destinations::seam::{Delivered, Outcome, Parcel};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::fixture::Fixture;
use crate::servers::sql::{Database, Mariadb, Postgres, Sqlite};
use crate::support::{AMPLE, SHORT, SLACK, open, parcel, unique};

/// Concurrent writers of one key.
const WRITERS: usize = 8;
/// Events per writer.
const EVENTS: usize = 12;

fn event(id: &str, at: &str, state: &str) -> Parcel {
    parcel(json!({"id": id, "at": at, "state": state}).to_string(), AMPLE)
}

fn config<D: Database>(database: &D, table: &str) -> Value {
    let mut config = database.config(&database.server().unwrap_or_default(), None);
    config["table"] = json!(table);
    config["columns"] = json!({
        "id": {"path": "$.id"},
        "at": {"path": "$.at", "type": "timestamp"},
        "state": {"path": "$.state", "type": "text"},
    });
    config["newer_wins"] = json!("at");
    config["delete_on"] = json!(["order.deleted"]);
    config
}

/// A table with a time, and the configuration that writes to it.
async fn states<D: Database>(database: &D) -> (String, Value) {
    let table = unique("hooktide_states");
    database.run(&format!("DROP TABLE IF EXISTS {table}")).await;
    let create =
        format!("CREATE TABLE {table} (id VARCHAR(64) PRIMARY KEY, at {}, state VARCHAR(64))", D::TIME);
    database.run(&create).await;
    let config = config(database, &table);
    (table, config)
}

async fn state<D: Database>(database: &D, table: &str, id: &str) -> Option<String> {
    database.text(&format!("SELECT state FROM {table} WHERE id = '{id}'")).await
}

fn assert_outcome(delivered: &Delivered, outcome: Outcome) {
    assert_eq!(delivered.outcome, outcome, "{}", String::from_utf8_lossy(&delivered.detail));
}

async fn newer_wins<D: Database>() {
    let database = D::start().await;
    let (table, config) = states(&database).await;
    let mut destination = open("sql", &config);
    let steps = [
        ("2024-05-01T10:00:00Z", "first", "first"),
        ("2024-05-01T10:00:02Z", "third", "third"),
        ("2024-05-01T10:00:01Z", "late", "third"),
        ("2024-05-01T10:00:02Z", "tie", "third"),
        ("2024-05-01T10:00:02.5Z", "fraction", "fraction"),
        ("2024-05-01T12:00:03+02:00", "elsewhere", "elsewhere"),
    ];
    for (at, sent, expected) in steps {
        assert_outcome(&destination.deliver(&event("o1", at, sent)).await, Outcome::Done);
        assert_eq!(state(&database, &table, "o1").await.as_deref(), Some(expected), "{sent}");
    }
    let mut late = event("o1", "2024-05-01T09:00:00Z", "");
    late.event_type = "order.deleted".into();
    assert_outcome(&destination.deliver(&late).await, Outcome::Done);
    assert_eq!(state(&database, &table, "o1").await.as_deref(), Some("elsewhere"));
    let mut last = event("o1", "2024-05-01T10:00:03Z", "");
    last.event_type = "order.deleted".into();
    assert_outcome(&destination.deliver(&last).await, Outcome::Done);
    assert_eq!(state(&database, &table, "o1").await, None);
    database.run(&format!("DROP TABLE {table}")).await;
    database.clean().await;
}

async fn concurrent_writers_leave_the_newest<D: Database>() {
    let database = D::start().await;
    let (table, config) = states(&database).await;
    let config = Arc::new(config);
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let config = Arc::clone(&config);
        writers.spawn(async move {
            let mut destination = open("sql", &config);
            for turn in 0..EVENTS {
                // Each writer sends its own shuffle of the same seconds.
                let second = (turn * 5 + writer * 7) % EVENTS;
                let at = format!("2024-05-01T10:00:{second:02}Z");
                let parcel = event("o1", &at, &format!("s{second}"));
                while destination.deliver(&parcel).await.outcome != Outcome::Done {}
            }
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    assert_eq!(state(&database, &table, "o1").await, Some(format!("s{}", EVENTS - 1)));
    database.run(&format!("DROP TABLE {table}")).await;
    database.clean().await;
}

async fn refusals_are_judged<D: Database>() {
    let database = D::start().await;
    let (table, config) = states(&database).await;
    let mut destination = open("sql", &config);
    let failed = [
        event(&"x".repeat(65), "2024-05-01T10:00:00Z", "too long a key"),
        event("o1", "yesterday", "not a time"),
        parcel(json!({"at": "2024-05-01T10:00:00Z"}).to_string(), AMPLE),
        parcel(Bytes::from_static(b"not json"), AMPLE),
    ];
    for (index, parcel) in failed.iter().enumerate() {
        // SQLite keeps a text of any length.
        if index > 0 || D::LIMITS_TEXT {
            assert_outcome(&destination.deliver(parcel).await, Outcome::Failed);
        }
    }
    let quotes = event("o'1\"; DROP TABLE x; --`", "2024-05-01T10:00:00Z", "'); --");
    assert_outcome(&destination.deliver(&quotes).await, Outcome::Done);
    let mut no_column = config.clone();
    no_column["columns"]["no_such_column"] = json!({"value": 1});
    let good = event("o2", "2024-05-01T10:00:00Z", "good");
    let delivered = open("sql", &no_column).deliver(&good).await;
    assert_outcome(&delivered, Outcome::Failed);
    assert!(String::from_utf8_lossy(&delivered.detail).contains("no_such_column"));
    let mut no_index = config.clone();
    no_index["key"] = json!(["state"]);
    assert_outcome(&open("sql", &no_index).deliver(&good).await, Outcome::Failed);
    database.run(&format!("DROP TABLE {table}")).await;
    database.clean().await;
}

async fn a_locked_row_is_tried_again_in_time<D: Database>() {
    let database = D::start().await;
    let (table, config) = states(&database).await;
    let mut destination = open("sql", &config);
    assert_outcome(&destination.deliver(&event("o1", "2024-05-01T10:00:00Z", "first")).await, Outcome::Done);
    let lock = database.lock(&format!("UPDATE {table} SET state = 'locked' WHERE id = 'o1'")).await;
    let mut blocked = event("o1", "2024-05-01T10:00:01Z", "second");
    blocked.timeout = SHORT;
    let delivered = destination.deliver(&blocked).await;
    assert_outcome(&delivered, Outcome::Retry { after: None });
    assert!(delivered.duration < SHORT + SLACK, "{:?}", delivered.duration);
    database.unlock(lock).await;
    blocked.timeout = AMPLE;
    assert_outcome(&destination.deliver(&blocked).await, Outcome::Done);
    assert_eq!(state(&database, &table, "o1").await.as_deref(), Some("second"));
    database.run(&format!("DROP TABLE {table}")).await;
    database.clean().await;
}

macro_rules! on_every_database {
    ($($case:ident)+) => {
        mod postgres {
            $(#[tokio::test]
            async fn $case() {
                super::$case::<super::Postgres>().await;
            })+
        }
        mod mariadb {
            $(#[tokio::test]
            async fn $case() {
                super::$case::<super::Mariadb>().await;
            })+
        }
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                super::$case::<super::Sqlite>().await;
            })+
        }
    };
}

on_every_database! {
    newer_wins
    concurrent_writers_leave_the_newest
    refusals_are_judged
    a_locked_row_is_tried_again_in_time
}

#[tokio::test]
async fn postgres_reads_texts_into_its_own_types() {
    let database = Postgres::start().await;
    let table = unique("hooktide_types");
    database
        .run(&format!(
            "CREATE TABLE {table} (id uuid PRIMARY KEY, body jsonb, n numeric, yes bool, at timestamptz)"
        ))
        .await;
    let mut config = database.config(&database.server().unwrap(), None);
    config["table"] = json!(table);
    config["columns"] = json!({
        "id": {"path": "$.id"}, "body": {"path": "$", "type": "json"}, "n": {"path": "$.n"},
        "yes": {"path": "$.yes"}, "at": {"path": "$.at", "type": "unix_ms"},
    });
    let id = "0190a1f6-7f7c-7c3e-8d58-1f0a2b3c4d5e";
    let payload = json!({"id": id, "n": 12.5, "yes": true, "at": 1_714_521_600_001_i64});
    let delivered = open("sql", &config).deliver(&parcel(payload.to_string(), AMPLE)).await;
    assert_outcome(&delivered, Outcome::Done);
    let read = format!(
        "SELECT (body->>'n') || ' ' || n || ' ' || yes || ' ' || (at = '2024-05-01T00:00:00.001Z') FROM {table}"
    );
    assert_eq!(database.text(&read).await.as_deref(), Some("12.5 12.5 true true"));
    database.run(&format!("DROP TABLE {table}")).await;
    database.clean().await;
}

#[tokio::test]
async fn a_file_that_is_missing_or_elsewhere_is_refused() {
    let database = Sqlite::start().await;
    let mut config = database.config("", None);
    let url = config["url"].as_str().unwrap().to_owned();
    config["url"] = json!(url.replace("test.db", "missing.db"));
    let delivered = open("sql", &config).deliver(&crate::support::order(AMPLE)).await;
    assert_outcome(&delivered, Outcome::Failed);
    assert!(String::from_utf8_lossy(&delivered.detail).contains("does not exist"));
    database.link_outside("linked.db");
    config["url"] = json!(url.replace("test.db", "linked.db"));
    let delivered = open("sql", &config).deliver(&crate::support::order(AMPLE)).await;
    assert_outcome(&delivered, Outcome::Failed);
    assert!(String::from_utf8_lossy(&delivered.detail).contains("outside"), "{:?}", delivered.detail);
}
