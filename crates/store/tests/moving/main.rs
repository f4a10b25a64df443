//! A moved store is the same store: from SQLite through an archive to PostgreSQL, and back.

mod columns;
mod stores;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hooktide_model::clock::ManualClock;
use hooktide_store::backends::Retention;
use hooktide_store::backends::postgres::{DatabaseOptions, PostgresOptions, PostgresStore};
use hooktide_store::backends::sqlite::{SqliteSource, SqliteStore};
use hooktide_store::conformance::moving::{everything, replays};
use hooktide_store::transfer::{
    Begun, ExportLimits, Manifest, Part, PartRows, Picture, Row, Sink, Source, Table, Target, TransferError,
    Value, export, import,
};
use hooktide_store::vault::Vault;
use hooktide_store::{Flow, Store};
use hooktide_testkit::ScratchSchema;

use stores::{
    FOR_EVER, LIMITS, Notes, Original, Quiet, WINDOW, open_postgres, open_sqlite, postgres_source,
    postgres_target, sqlite_options, sqlite_target, vault,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_is_the_same_after_moving_to_postgresql_and_back() {
    let original = Original::make(4711).await;
    let manifest = original.export().await;
    let schema = ScratchSchema::create().await;
    let mut target = postgres_target(&schema, original.clock.clone()).await;
    import(&mut target, &original.archive(), &mut Quiet).await.expect("the archive is imported");
    drop(target);

    let second = original.folder.path().join("second archive");
    let back = export(&mut postgres_source(&schema).await, &second, LIMITS, &mut Quiet).await;
    let back = back.expect("the database is exported");
    assert_eq!(back.rows, manifest.rows);
    assert_eq!(back.id_key, manifest.id_key);
    assert_eq!(back.counters, manifest.counters);
    let mut target = original.target("moved.db");
    import(&mut target, &second, &mut Quiet).await.expect("the second archive is imported");
    drop(target);

    let now = hooktide_model::Clock::now(&original.clock);
    let filled = &original.filled;
    let first = open_sqlite(&original.path(), original.clock.clone()).await;
    let expected = everything(&first, filled, now).await;
    assert!(expected.messages.len() > 100 && expected.receipts.len() > 20 && expected.waiting.len() > 20);
    let middle = open_postgres(schema.url(), original.clock.clone()).await;
    same(&everything(&middle, filled, now).await, &expected);
    let moved = open_sqlite(&original.folder.path().join("moved.db"), original.clock.clone()).await;
    same(&everything(&moved, filled, now).await, &expected);

    // So late that the oldest keys are forgotten and the youngest are not.
    original.clock.advance(WINDOW / 6 * 5);
    let answers = replays(&first, filled).await;
    assert!(answers.iter().any(|answer| answer == "new"), "some keys are forgotten: {answers:?}");
    assert!(answers.iter().any(|answer| answer.starts_with("replayed")), "some are not: {answers:?}");
    assert_eq!(replays(&middle, filled).await, answers);
    assert_eq!(replays(&moved, filled).await, answers);
    for store in [&first as &dyn Store, &middle, &moved] {
        store.close().await;
    }
}

/// Table by table, so that a failure is readable.
fn same(
    found: &hooktide_store::conformance::moving::Everything,
    expected: &hooktide_store::conformance::moving::Everything,
) {
    assert_eq!(found.ids, expected.ids);
    assert_eq!(found.applications, expected.applications);
    assert_eq!(found.endpoints, expected.endpoints);
    assert_eq!(found.sources, expected.sources);
    assert_eq!(found.event_types, expected.event_types);
    assert_eq!(found.messages, expected.messages);
    assert!(found.heads == expected.heads);
    assert_eq!(found.receipts, expected.receipts);
    assert_eq!(found.attempts, expected.attempts);
    assert_eq!(found.waiting, expected.waiting);
    assert!(found == expected);
}

/// Fails at the row of that number.
struct FailingSource<S>(S, u64);

#[async_trait]
impl<S: Source> Source for FailingSource<S> {
    async fn picture(&mut self) -> Result<Picture, TransferError> {
        self.0.picture().await
    }

    async fn read(
        &mut self,
        table: &'static Table,
        skip: u64,
        sink: &mut dyn Sink,
    ) -> Result<(), TransferError> {
        let mut counting = FailingSink(sink, &mut self.1);
        self.0.read(table, skip, &mut counting).await
    }
}

struct FailingSink<'a>(&'a mut dyn Sink, &'a mut u64);

impl Sink for FailingSink<'_> {
    fn row(&mut self, row: &[Value]) -> Result<(), TransferError> {
        let _: Row = row.to_vec();
        *self.1 = self.1.checked_sub(1).ok_or_else(stopped)?;
        self.0.row(row)
    }
}

fn stopped() -> TransferError {
    hooktide_store::StoreError::Unavailable("the test stops here".to_owned()).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn export_that_was_stopped_anywhere_goes_on_and_makes_the_same_archive() {
    let original = Original::make(815).await;
    let whole = original.export().await;
    let parts = original.folder.path().join("in pieces");
    let total = whole.rows_total();
    let mut done = 0;
    // Each run comes somewhat further, and none writes a complete part again.
    for run in 1.. {
        let mut source = FailingSource(original.source(), total / 7);
        let mut notes = Notes::default();
        match export(&mut source, &parts, LIMITS, &mut notes).await {
            Ok(manifest) => {
                assert_eq!(manifest, whole);
                assert!(run > 3, "it was stopped more than once");
                break;
            }
            Err(_) => assert!(run == 1 || notes.0.iter().any(|note| note.starts_with("going on"))),
        }
        let text = std::fs::read(parts.join("manifest.json")).unwrap();
        let now = serde_json::from_slice::<Manifest>(&text).unwrap().rows_total();
        assert!(now > done && now < total, "{now} rows after {done} of {total}");
        done = now;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn export_begins_anew_when_the_store_was_used_meanwhile() {
    let original = Original::make(3).await;
    let mut source = FailingSource(original.source(), 100);
    let failed = export(&mut source, &original.archive(), LIMITS, &mut Quiet).await;
    failed.expect_err("it is stopped");
    drop(source);
    open_sqlite(&original.path(), original.clock.clone()).await.close().await;
    let mut notes = Notes::default();
    let exported = export(&mut original.source(), &original.archive(), LIMITS, &mut notes).await;
    assert!(exported.expect("it is exported").complete);
    assert!(notes.0.iter().any(|note| note.contains("beginning anew")), "{:?}", notes.0);

    open_sqlite(&original.path(), original.clock.clone()).await.close().await;
    let refused = export(&mut original.source(), &original.archive(), LIMITS, &mut Quiet).await.unwrap_err();
    assert!(refused.to_string().contains("earlier state"), "{refused}");
}

/// Fails after so many parts, before or after the part is applied.
struct FailingTarget<'a>(&'a mut dyn Target, usize, bool);

#[async_trait]
impl Target for FailingTarget<'_> {
    async fn begin(&mut self, manifest: &Manifest) -> Result<Begun, TransferError> {
        self.0.begin(manifest).await
    }

    async fn apply(
        &mut self,
        index: usize,
        part: &Part,
        table: &'static Table,
        rows: PartRows,
    ) -> Result<(), TransferError> {
        self.1 = self.1.checked_sub(1).ok_or_else(stopped)?;
        self.0.apply(index, part, table, rows).await?;
        if self.1 == 0 && self.2 { Err(stopped()) } else { Ok(()) }
    }

    async fn finish(
        &mut self,
        manifest: &Manifest,
    ) -> Result<std::collections::BTreeMap<&'static str, u64>, TransferError> {
        if self.2 {
            self.2 = false;
            self.0.finish(manifest).await?;
            return Err(stopped());
        }
        self.0.finish(manifest).await
    }

    async fn complete(&mut self) -> Result<(), TransferError> {
        self.0.complete().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn import_that_was_stopped_anywhere_goes_on_and_opens_no_server_before_it_has_ended() {
    let original = Original::make(99).await;
    let manifest = original.export().await;
    let schema = ScratchSchema::create().await;
    let step = manifest.parts.len() / 4;
    for backend in ["sqlite", "postgres"] {
        let path = original.folder.path().join("moved.db");
        let open = async || match backend {
            "sqlite" => Box::new(original.target("moved.db")) as Box<dyn Target>,
            _ => Box::new(postgres_target(&schema, original.clock.clone()).await),
        };
        for run in 1.. {
            let mut target = open().await;
            let mut failing = FailingTarget(&mut *target, step, run % 2 == 0);
            let ended = import(&mut failing, &original.archive(), &mut Quiet).await.is_ok();
            drop(target);
            if ended {
                assert!(run > 3, "{backend}: it was stopped more than once");
                break;
            }
            let refused = match backend {
                "sqlite" => SqliteStore::open(sqlite_options(&path, original.clock.clone())).err(),
                _ => try_open_postgres(&schema, &original.clock).await,
            };
            let refused = refused.expect("no server opens half a store").to_string();
            assert!(refused.contains("has not ended"), "{backend}: {refused}");
        }
        let mut notes = Notes::default();
        import(&mut *open().await, &original.archive(), &mut notes).await.expect("nothing is left to do");
        assert_eq!(notes.0, ["this archive was imported already"], "{backend}");
    }
    let now = hooktide_model::Clock::now(&original.clock);
    let first = open_sqlite(&original.path(), original.clock.clone()).await;
    let expected = everything(&first, &original.filled, now).await;
    let middle = open_postgres(schema.url(), original.clock.clone()).await;
    same(&everything(&middle, &original.filled, now).await, &expected);
    let moved = open_sqlite(&original.folder.path().join("moved.db"), original.clock.clone()).await;
    same(&everything(&moved, &original.filled, now).await, &expected);
    for store in [&first as &dyn Store, &middle, &moved] {
        store.close().await;
    }
}

async fn try_open_postgres(
    schema: &ScratchSchema,
    clock: &ManualClock,
) -> Option<hooktide_store::StoreError> {
    let options = PostgresOptions {
        database: DatabaseOptions { url: schema.url(), pool_size: 2 },
        vault: vault(),
        clock: Arc::new(clock.clone()),
        idempotency_window: WINDOW,
        dedupe_window: WINDOW,
        retention: Retention { history: FOR_EVER, disk_bytes_max: 0 },
        partition_span: Some(WINDOW),
        node_name: "early".to_owned(),
        lease: Duration::from_secs(60),
        on_fatal: Box::new(|_| {}),
    };
    PostgresStore::open(options).await.err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn import_refuses_what_it_must_not_touch() {
    let original = Original::make(7).await;
    original.export().await;
    let archive = original.archive();

    let other = Vault::new(b"another main secret, just as long").unwrap();
    let mut target = sqlite_target(&original.folder.path().join("other.db"), other).unwrap();
    let refused = import(&mut target, &archive, &mut Quiet).await.unwrap_err();
    assert!(refused.to_string().contains("sealed with another main secret"), "{refused}");
    assert!(refused.help().contains("HOOKTIDE_MAIN_SECRET"));

    let mut target = sqlite_target(&original.path(), vault()).unwrap();
    let refused = import(&mut target, &archive, &mut Quiet).await.unwrap_err();
    assert!(refused.to_string().contains("not empty"), "{refused}");
    drop(target);

    let store = open_sqlite(&original.folder.path().join("used.db"), original.clock.clone()).await;
    let used = original.folder.path().join("used.db");
    let refused = SqliteStore::open(sqlite_options(&used, original.clock.clone())).err();
    assert!(refused.expect("another server has it").to_string().contains("another process has"));
    let refused = sqlite_target(&used, vault()).err().expect("a server has it");
    assert!(refused.to_string().contains("another process has"), "{refused}");
    let refused = SqliteSource::open(&used, &vault(), &original.clock).err().expect("a server has it");
    assert!(refused.to_string().contains("another process has"), "{refused}");
    store.close().await;

    let schema = ScratchSchema::create().await;
    let node = open_postgres(schema.url(), original.clock.clone()).await;
    let mut target = postgres_target(&schema, original.clock.clone()).await;
    let refused = import(&mut target, &archive, &mut Quiet).await.unwrap_err();
    assert!(refused.to_string().contains("nodes are using this database"), "{refused}");
    node.close().await;
    import(&mut target, &archive, &mut Quiet)
        .await
        .expect("a database that nobody has used is as good as an empty one");
    drop(target);
    let mut target = postgres_target(&schema, original.clock.clone()).await;
    let second = original.folder.path().join("second archive");
    let limits = ExportLimits { part_rows: 18, ..LIMITS };
    export(&mut original.source(), &second, limits, &mut Quiet).await.expect("it is exported");
    let refused = import(&mut target, &second, &mut Quiet).await.unwrap_err();
    assert!(refused.to_string().contains("not empty"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_of_an_archive_is_found_and_named() {
    let original = Original::make(12).await;
    let manifest = original.export().await;
    let part = manifest.parts.iter().rfind(|part| part.table == "attempt").expect("there are attempts");
    let path = original.archive().join(&part.file);
    let good = std::fs::read(&path).unwrap();
    let mut bad = good.clone();
    let at = bad.len() / 2;
    bad[at] ^= 1;
    std::fs::write(&path, bad).unwrap();
    let mut target = original.target("moved.db");
    let refused = import(&mut target, &original.archive(), &mut Quiet).await.unwrap_err();
    assert!(refused.to_string().contains(&part.file), "{refused}");
    std::fs::remove_file(&path).unwrap();
    let refused = import(&mut target, &original.archive(), &mut Quiet).await.unwrap_err();
    assert!(refused.to_string().contains("it is not there"), "{refused}");
    std::fs::write(&path, good).unwrap();
    import(&mut target, &original.archive(), &mut Quiet).await.expect("a mended archive is imported");
}
