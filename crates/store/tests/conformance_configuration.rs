//! The configuration part of the conformance suite over the SQLite backend.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::clock::ManualClock;
use hooktide_model::{SeqSource, Timestamp};
use hooktide_store::backends::sqlite::CoreDb;
use hooktide_store::conformance::configuration::{CONFIGURATION_CLAIMS, ConfigurationSubject};
use hooktide_store::vault::Vault;

const WINDOW: Duration = Duration::from_secs(24 * 3600);

fn fresh(directory: &tempfile::TempDir) -> (ConfigurationSubject, CoreDb) {
    let clock = ManualClock::at(Timestamp::from_unix_ms(1_795_168_800_000));
    let vault = Vault::new(b"a main secret of sufficient length").expect("the secret is long enough");
    let path = directory.path().join("hooktide.db");
    let core = CoreDb::open(&path, vault, Arc::new(clock.clone()), WINDOW).expect("a fresh store opens");
    let subject = ConfigurationSubject {
        store: Arc::new(core.clone()),
        mint: core.mint().clone(),
        seqs: SeqSource::after(core.last_seq().expect("a fresh store is read")),
        clock,
        idempotency_window: WINDOW,
    };
    (subject, core)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_every_claim_of_configuration() {
    let mut broken = Vec::new();
    for (name, claim) in CONFIGURATION_CLAIMS {
        let directory = tempfile::tempdir().unwrap();
        let (subject, core) = fresh(&directory);
        // A task of its own, so that one broken claim does not hide the next.
        let held = tokio::spawn(async move { claim(&subject).await }).await;
        if held.is_err() {
            broken.push(*name);
        }
        core.check().await.unwrap_or_else(|error| panic!("{name} left damage behind: {error}"));
    }
    assert_eq!(broken, Vec::<&str>::new(), "claims that do not hold");
}

#[test]
fn every_claim_is_listed_once() {
    let mut names: Vec<&str> = CONFIGURATION_CLAIMS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let listed = names.len();
    names.dedup();
    assert_eq!(names.len(), listed);
}
