//! The pool, connections outside it, and a database that is away.

use std::net::Ipv4Addr;
use std::time::Duration;

use hooktide_testkit::ScratchSchema;
use tokio::net::TcpListener;

use super::{POOL_SIZE, empty};
use crate::StoreError;
use crate::backends::postgres::DatabaseOptions;
use crate::backends::postgres::database::Database;

async fn shown(client: &tokio_postgres::Client, setting: &str) -> String {
    client.query_one(&format!("SHOW {setting}"), &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn sessions_are_durable_and_bounded_whatever_the_url_says() {
    let schema = ScratchSchema::create().await;
    let url = format!("{}%20-csynchronous_commit%3Doff", schema.url());
    let database = Database::open(&DatabaseOptions { url, pool_size: 1 }).await.unwrap();
    let pooled = database.client().await.unwrap();
    let dialled = database.dial_driven("test").await.unwrap();
    for client in [&**pooled, &dialled] {
        assert_eq!(shown(client, "synchronous_commit").await, "on");
        assert_eq!(shown(client, "search_path").await, schema.name());
        assert_eq!(shown(client, "statement_timeout").await, "10s");
        assert_eq!(shown(client, "lock_timeout").await, "5s");
        assert_eq!(shown(client, "idle_in_transaction_session_timeout").await, "10s");
        assert_eq!(shown(client, "transaction_isolation").await, "read committed");
        assert_eq!(shown(client, "client_encoding").await, "UTF8");
        assert_eq!(shown(client, "jit").await, "off");
    }
    assert_eq!(shown(&pooled, "application_name").await, "hooktide");
    assert_eq!(shown(&dialled, "application_name").await, "hooktide test");
}

#[tokio::test]
async fn full_pool_is_waited_for() {
    let schema = ScratchSchema::create().await;
    let database = empty(&schema).await;
    let mut held = Vec::new();
    for _ in 0..POOL_SIZE {
        held.push(database.client().await.unwrap());
    }
    let mut waiting = tokio::spawn({
        let database = database.clone();
        async move { database.client().await.map(drop) }
    });
    // Longer than a new connection is waited for.
    let early = tokio::time::timeout(Duration::from_millis(400), &mut waiting).await;
    assert!(early.is_err(), "{early:?}");
    held.pop();
    waiting.await.unwrap().expect("a connection that comes back is given on");
}

#[tokio::test]
async fn while_it_is_away_callers_are_refused_at_once() {
    let schema = ScratchSchema::create().await;
    let database = empty(&schema).await;
    let mut watched = database.watch_away();
    let held: Vec<_> = [database.client().await.unwrap(), database.client().await.unwrap()].into();
    let waiting = tokio::spawn({
        let database = database.clone();
        async move { database.client().await.map(drop) }
    });
    tokio::task::yield_now().await;
    database.note_away(true);
    watched.changed().await.unwrap();
    assert!(database.is_away());
    assert!(matches!(waiting.await.unwrap(), Err(StoreError::Unavailable(_))), "who waits hears of it");
    assert!(matches!(database.client().await, Err(StoreError::Unavailable(_))));
    drop(held);
    database.dial_driven("probe").await.expect("whoever looks for it may dial");
    database.note_away(false);
    drop(database.client().await.expect("it is back"));
}

#[tokio::test]
async fn server_that_does_not_answer_is_unavailable() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = silent.local_addr().unwrap();
    let url = format!("postgres://me:hunter2@{address}/shop?sslmode=disable");
    drop(silent);
    let refused = Database::open(&DatabaseOptions { url, pool_size: 1 }).await.unwrap_err();
    let StoreError::Unavailable(text) = refused else { panic!("{refused:?}") };
    assert!(text.contains("127.0.0.1") && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn lost_connection_is_replaced() {
    let schema = ScratchSchema::create().await;
    let database = empty(&schema).await;
    let victim = database.client().await.unwrap();
    let end = "SELECT pg_terminate_backend(pg_backend_pid())";
    let error = victim.query(end, &[]).await.unwrap_err();
    assert!(matches!(Database::fault(&error), StoreError::Unavailable(_)), "{error:?}");
    // The server's last words come before the end of the connection.
    let ended = async {
        while !victim.is_closed() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the connection ends");
    drop(victim);
    let client = database.client().await.unwrap();
    client.query_one("SELECT 1", &[]).await.expect("a connection that has ended is never given");
}

#[tokio::test]
async fn missing_database_is_named_with_what_to_run() {
    let url = ScratchSchema::server_url().replace("/test", "/hooktide_no_such_database");
    let refused = Database::open(&DatabaseOptions { url, pool_size: 1 }).await.unwrap_err();
    assert!(refused.to_string().contains("createdb"), "{refused}");
}
