//! Erased contents are erased on the disk too.

use bytes::Bytes;

use super::{Bed, clock, options};
use crate::{Flow, History, Store};

/// Whether any file below the folder holds the bytes.
fn found_below(folder: &std::path::Path, wanted: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return found_below(&path, wanted);
        }
        std::fs::read(&path).unwrap().windows(wanted.len()).any(|window| window == wanted)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expunged_bytes_are_gone_from_the_files() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let bed = Bed::open(options(folder.path(), &clock), &clock);
    for sealed in [false, true] {
        let payload = format!("payload-kept-secret-{sealed}");
        let response = format!("response-kept-secret-{sealed}");
        let mut message = bed.message_to_lane();
        message.payload = Bytes::from(payload.clone());
        let id = bed.store.accept(message).await.unwrap().id;
        let mut outcome = bed.outcome(id.seq());
        outcome.attempt.response = Bytes::from(response.clone());
        let attempt = bed.store.mint().id(outcome.attempt.seq);
        bed.record(outcome).await;
        if sealed {
            bed.fill(20).await;
            bed.sealed().await;
        }
        assert!(
            found_below(folder.path(), payload.as_bytes()) && found_below(folder.path(), response.as_bytes())
        );
        bed.store.expunge_payload(bed.store.mint().id(bed.app), id).await.unwrap();
        bed.store.expunge_response(id, attempt).await.unwrap();
        assert!(!found_below(folder.path(), payload.as_bytes()), "sealed: {sealed}");
        assert!(!found_below(folder.path(), response.as_bytes()), "sealed: {sealed}");
    }
    bed.store.close().await;
}
