//! The configuration part of the conformance suite over every backend.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hooktide_model::clock::ManualClock;
use hooktide_model::{SeqSource, Timestamp};
use hooktide_store::backends::BACKENDS;
use hooktide_store::backends::postgres::{DatabaseOptions, PgCore};
use hooktide_store::backends::sqlite::CoreDb;
use hooktide_store::conformance::configuration::{CONFIGURATION_CLAIMS, ConfigurationSubject};
use hooktide_store::vault::Vault;
use hooktide_testkit::ScratchSchema;

const WINDOW: Duration = Duration::from_secs(24 * 3600);
/// Connections of a PostgreSQL store under test: fewer than the calls that claims make at once.
const POOL_SIZE: usize = 3;

fn clock() -> ManualClock {
    ManualClock::at(Timestamp::from_unix_ms(1_795_168_800_000))
}

fn vault() -> Vault {
    Vault::new(b"a main secret of sufficient length").expect("the secret is long enough")
}

/// Where a fresh store of a backend lives during one claim.
#[async_trait]
trait Place: Send {
    /// A fresh store.
    async fn subject(&mut self) -> ConfigurationSubject;
    /// What a claim has left behind.
    async fn check(&self) -> Result<(), String>;
}

struct SqlitePlace {
    directory: tempfile::TempDir,
    core: Option<CoreDb>,
}

#[async_trait]
impl Place for SqlitePlace {
    async fn subject(&mut self) -> ConfigurationSubject {
        let clock = clock();
        let path = self.directory.path().join("hooktide.db");
        let core =
            CoreDb::open(&path, vault(), Arc::new(clock.clone()), WINDOW).expect("a fresh store opens");
        self.core = Some(core.clone());
        ConfigurationSubject {
            store: Arc::new(core.clone()),
            mint: core.mint().clone(),
            seqs: SeqSource::after(core.last_seq().expect("a fresh store is read")),
            clock,
            idempotency_window: WINDOW,
        }
    }

    async fn check(&self) -> Result<(), String> {
        let core = self.core.as_ref().expect("a claim has run");
        core.check().await.map_err(|error| error.to_string())
    }
}

struct PostgresPlace(ScratchSchema);

#[async_trait]
impl Place for PostgresPlace {
    async fn subject(&mut self) -> ConfigurationSubject {
        let clock = clock();
        let options = DatabaseOptions { url: self.0.url(), pool_size: POOL_SIZE };
        let core = PgCore::open(&options, vault(), Arc::new(clock.clone()), WINDOW).await;
        let core = core.expect("a fresh store opens");
        let last = core.last_seq().await.expect("a fresh store is read");
        let mint = core.mint().clone();
        let (store, seqs) = (Arc::new(core), SeqSource::after(last));
        ConfigurationSubject { store, mint, seqs, clock, idempotency_window: WINDOW }
    }

    /// The database checks itself; what could be left behind is a transaction that nobody ended.
    async fn check(&self) -> Result<(), String> {
        let open = "SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
            WHERE relnamespace = current_schema()::regnamespace AND pid <> pg_backend_pid()
                AND mode NOT IN ('AccessShareLock', 'ShareUpdateExclusiveLock')";
        let count: i64 = self.0.connect().await.query_one(open, &[]).await.expect("locks are shown").get(0);
        if count == 0 { Ok(()) } else { Err(format!("{count} locks are held")) }
    }
}

async fn place(backend: &str) -> Box<dyn Place> {
    match backend {
        "sqlite" => {
            let directory = tempfile::tempdir().expect("a folder is made");
            Box::new(SqlitePlace { directory, core: None })
        }
        "postgres" => Box::new(PostgresPlace(ScratchSchema::create().await)),
        other => panic!("a new backend needs a place here: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_backend_keeps_every_claim_of_configuration() {
    let mut broken = Vec::new();
    for backend in BACKENDS {
        for (name, claim) in CONFIGURATION_CLAIMS {
            let mut place = place(backend).await;
            let subject = place.subject().await;
            // A task of its own, so that one broken claim does not hide the next.
            let held = tokio::spawn(async move { claim(&subject).await }).await;
            match held {
                Ok(()) => println!("{backend} keeps {name}"),
                Err(_) => broken.push(format!("{backend}: {name}")),
            }
            let left = place.check().await;
            left.unwrap_or_else(|damage| panic!("{backend}: {name} left damage behind: {damage}"));
        }
    }
    assert_eq!(broken, Vec::<String>::new(), "claims that do not hold");
}

#[test]
fn every_claim_is_listed_once() {
    let mut names: Vec<&str> = CONFIGURATION_CLAIMS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let listed = names.len();
    names.dedup();
    assert_eq!(names.len(), listed);
}
