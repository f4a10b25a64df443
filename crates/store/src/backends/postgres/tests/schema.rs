//! Bringing a schema up to date.

use hooktide_testkit::ScratchSchema;

use super::{empty, options};
use crate::StoreError;
use crate::backends::postgres::schema::{MIGRATIONS, bring_up};
use crate::backends::postgres::{migrate, migration_status};

fn text(outcome: Result<(), StoreError>) -> String {
    match outcome {
        Err(StoreError::Database(text)) => text,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn every_migration_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = files.collect();
    files.sort();
    let listed: Vec<String> = MIGRATIONS.iter().map(|(name, _)| format!("{name}.sql")).collect();
    assert_eq!(files, listed);
}

#[tokio::test]
async fn every_migration_is_applied_and_again_changes_nothing() {
    let schema = ScratchSchema::create().await;
    let waiting = migration_status(&options(&schema)).await.unwrap();
    assert_eq!(waiting.len(), MIGRATIONS.len());
    assert!(waiting.iter().all(|state| state.applied_at.is_none() && state.is_known));
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
    let client = schema.connect().await;
    assert_eq!(client.query_one(tables, &[]).await.unwrap().get::<_, i64>(0), 0, "a look changes nothing");

    let applied = migrate(&options(&schema)).await.unwrap();
    assert!(applied.iter().all(|state| state.applied_at.is_some()));
    assert_eq!(migrate(&options(&schema)).await.unwrap(), applied);
}

#[tokio::test]
async fn nodes_that_start_together_apply_it_once() {
    let schema = ScratchSchema::create().await;
    let database = empty(&schema).await;
    let starts = (0..6).map(|_| bring_up(&database));
    for outcome in futures_util::future::join_all(starts).await {
        outcome.expect("each start finds the schema up to date");
    }
    let client = schema.connect().await;
    let applied = client.query_one("SELECT count(*) FROM hooktide_schema", &[]).await.unwrap();
    assert_eq!(usize::try_from(applied.get::<_, i64>(0)).unwrap(), MIGRATIONS.len());
}

#[tokio::test]
async fn newer_schema_is_refused_by_name() {
    let schema = ScratchSchema::create().await;
    let database = empty(&schema).await;
    bring_up(&database).await.unwrap();
    let newer =
        "INSERT INTO hooktide_schema SELECT 1000, 'later', applied_on, checksum FROM hooktide_schema LIMIT 1";
    schema.connect().await.batch_execute(newer).await.unwrap();
    let refusal = text(bring_up(&database).await);
    let known = MIGRATIONS.len();
    assert!(
        refusal.contains(&format!(
            "a newer Hooktide has written this database (schema 1000, this version knows {known}): "
        )),
        "{refusal}"
    );
    let states = migration_status(&options(&schema)).await.unwrap();
    assert_eq!(states.last().map(|state| (state.version, state.is_known)), Some((1000, false)));
}

#[tokio::test]
async fn changed_migration_is_refused() {
    let schema = ScratchSchema::create().await;
    let database = empty(&schema).await;
    bring_up(&database).await.unwrap();
    schema.connect().await.batch_execute("UPDATE hooktide_schema SET checksum = '1'").await.unwrap();
    assert!(text(bring_up(&database).await).contains("is not the one of this version"));
}

#[tokio::test]
async fn schema_of_another_program_is_left_alone() {
    let schema = ScratchSchema::create().await;
    let client = schema.connect().await;
    client.batch_execute("CREATE TABLE invoices (id BIGINT)").await.unwrap();
    let database = empty(&schema).await;
    let refusal = text(bring_up(&database).await);
    assert!(refusal.contains("(invoices)") && refusal.contains("CREATE SCHEMA"), "{refusal}");
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace";
    assert_eq!(client.query_one(tables, &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test]
async fn missing_schema_is_named_with_what_to_run() {
    let gone = ScratchSchema::create().await;
    let database = empty(&gone).await;
    let client = gone.connect().await;
    client.batch_execute(&format!("DROP SCHEMA {}", gone.name())).await.unwrap();
    assert!(text(bring_up(&database).await).contains("CREATE SCHEMA"));
}

#[tokio::test]
async fn fence_passes_the_holder_and_refuses_after_adoption() {
    let schema = ScratchSchema::create().await;
    bring_up(&empty(&schema).await).await.unwrap();
    let client = schema.connect().await;
    client
        .batch_execute(
            "INSERT INTO node (slot, name, version, started_at, heartbeat_at, low_water, last_seq, info)
             VALUES (1, 'a', '1', now(), now(), 0, 0, '{}');
             UPDATE node SET holder = id;",
        )
        .await
        .unwrap();
    let fence = "SELECT hooktide_fence((SELECT max(id) FROM node))::TEXT";
    client.query_one(fence, &[]).await.expect("the holder may write");
    client.batch_execute("UPDATE node SET holder = id + 1").await.unwrap();
    let refusal = client.query_one(fence, &[]).await.unwrap_err();
    assert_eq!(refusal.code().map(tokio_postgres::error::SqlState::code), Some("HT001"));
}
