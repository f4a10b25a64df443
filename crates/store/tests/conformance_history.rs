//! The flow and history parts of the conformance suite over every backend.

mod places;

use hooktide_store::backends::BACKENDS;
use hooktide_store::conformance::flow::FLOW_CLAIMS;
use hooktide_store::conformance::history::HISTORY_CLAIMS;
use hooktide_store::conformance::{ClaimFn, Harness};

use places::{Segments, place};

/// Run all claims; each on a store and in a task of its own, so that one broken claim does not hide the next.
/// `HOOKTIDE_CLAIM` and `HOOKTIDE_BACKEND` choose some.
async fn hold(claims: &[(&'static str, ClaimFn)], segments: Segments, seeds: &[u64]) {
    let backend_only = std::env::var("HOOKTIDE_BACKEND").unwrap_or_default();
    let only = std::env::var("HOOKTIDE_CLAIM").unwrap_or_default();
    let mut broken = Vec::new();
    for backend in BACKENDS.iter().filter(|backend| backend.contains(&backend_only)) {
        for (name, claim) in claims.iter().filter(|(name, _)| name.contains(&only)) {
            // Most claims leave nothing to chance: once is enough.
            let by_chance = name.starts_with("ledger::") || name.starts_with("lists::");
            for seed in if by_chance { seeds } else { &seeds[..1] } {
                let (claim, seed, place) = (*claim, *seed, place(backend, segments).await);
                let held = tokio::spawn(async move {
                    let harness = Harness::new(place, seed).await;
                    claim(&harness).await;
                    harness.store().close().await;
                });
                if held.await.is_err() {
                    broken.push(format!("{backend}: {name} with seed {seed}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "claims that do not hold: {broken:#?}");
}

fn seeds() -> Vec<u64> {
    match std::env::var("HOOKTIDE_SEED") {
        Ok(seed) => vec![seed.parse().expect("HOOKTIDE_SEED is a number")],
        Err(_) => vec![1, 2, 3],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flow_holds_over_many_small_segments() {
    hold(FLOW_CLAIMS, Segments::Small, &seeds()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flow_holds_in_one_big_segment() {
    hold(FLOW_CLAIMS, Segments::Big, &seeds()[..1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_holds_over_many_small_segments() {
    hold(HISTORY_CLAIMS, Segments::Small, &seeds()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_holds_in_one_big_segment() {
    hold(HISTORY_CLAIMS, Segments::Big, &seeds()[..1]).await;
}

#[test]
fn every_claim_is_listed_once() {
    let mut names: Vec<&str> = FLOW_CLAIMS.iter().chain(HISTORY_CLAIMS).map(|(name, _)| *name).collect();
    names.sort_unstable();
    let listed = names.len();
    names.dedup();
    assert_eq!(names.len(), listed);
}
