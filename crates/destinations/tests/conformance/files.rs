//! Files beyond the suite: many writers, and servers without a directory.

use std::collections::HashSet;

use hooktide_destinations::seam::{Outcome, Policy};
use serde_json::json;

use crate::fixture::Fixture;
use crate::servers::file::File;
use crate::support::{AMPLE, checked, open_policy, order, parcel, seam, shared};

/// Writers at the same time, and what each writes.
const WRITERS: usize = 8;
const LINES_EACH: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_leave_whole_lines_and_rotation_loses_none() {
    let fixture = File::start().await;
    let config = json!({"path": fixture.path("all.jsonl"), "rotate_bytes": 4_096, "kept_files": 1_000});
    let shared = shared(open_policy());
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let mut destination = checked("file", &config).open(&shared);
        writers.push(tokio::spawn(async move {
            let mut ids = Vec::new();
            for _ in 0..LINES_EACH {
                let parcel = parcel(format!("{{\"note\": \"{}\"}}", "x".repeat(300)), AMPLE);
                assert_eq!(destination.deliver(&parcel).await.outcome, Outcome::Done);
                ids.push(parcel.message_id);
            }
            ids
        }));
    }
    let mut expected = HashSet::new();
    for writer in writers {
        expected.extend(writer.await.unwrap());
    }
    let entries = std::fs::read_dir(fixture.folder.path()).unwrap();
    let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut seen = Vec::new();
    for name in &names {
        let size = fixture.folder.path().join(name).metadata().unwrap().len();
        assert!(size <= 4_096, "{name} has {size} bytes");
        seen.extend(fixture.lines(name).into_iter().map(|line| line.message_id));
    }
    assert!(names.len() > 10, "{names:?}");
    assert_eq!(seen.len(), WRITERS * LINES_EACH);
    assert_eq!(seen.into_iter().collect::<HashSet<_>>(), expected);
}

#[tokio::test]
async fn server_without_a_directory_refuses_at_once_and_later() {
    let config = json!({"path": "a.jsonl"});
    let closed = Policy { files_root: None, ..open_policy() };
    let mistakes = (seam("file").check)(&config, &closed).unwrap_err();
    assert!(mistakes[0].mend.contains("HOOKTIDE_DESTINATIONS_FILES_ROOT"), "{mistakes:?}");
    let delivered = checked("file", &config).open(&shared(closed)).deliver(&order(AMPLE)).await;
    assert_eq!(delivered.outcome, Outcome::Failed);
    assert!(String::from_utf8_lossy(&delivered.detail).contains("HOOKTIDE_DESTINATIONS_FILES_ROOT"));
}

#[tokio::test]
async fn event_that_would_leave_the_directory_fails_for_good() {
    let fixture = File::start().await;
    let config = json!({"path": fixture.path("{{ payload.name }}.jsonl")});
    for name in ["../up", "..", "a/b", "/etc/x", ".hidden", ""] {
        let parcel = parcel(json!({ "name": name }).to_string(), AMPLE);
        let delivered = checked("file", &config).open(&shared(open_policy())).deliver(&parcel).await;
        assert_eq!(delivered.outcome, Outcome::Failed, "{name}");
    }
    assert!(std::fs::read_dir(fixture.folder.path()).unwrap().next().is_none());
}
