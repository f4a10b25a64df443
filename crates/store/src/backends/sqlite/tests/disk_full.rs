//! A full disk: a small file system in memory is filled up, and room is made again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;

use super::{Bed, clock, options};
use crate::{Flow, StoreError};

/// A mounted file system that unmounts itself.
struct Mounted(tempfile::TempDir);

impl Mounted {
    /// `None`, with the reason printed, where mounting is not permitted.
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            Ok(output) => {
                eprintln!("skipped: no file system of its own: {}", String::from_utf8_lossy(&output.stderr));
                None
            }
            Err(error) => {
                eprintln!("skipped: mount cannot be run: {error}");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Use up every last byte.
    fn fill_up(&self) -> PathBuf {
        use std::io::Write;
        let path = self.path().join("filler");
        let mut filler = std::fs::File::create(&path).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
        path
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// Bytes that need room of their own.
fn large() -> Bytes {
    (0..64 * 1024_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_refuses_publishes_and_keeps_outcomes_until_there_is_room() {
    let Some(disk) = Mounted::new("16m") else { return };
    let clock = clock();
    let bed = Bed::open(options(disk.path(), &clock), &clock);
    let first = bed.store.accept(bed.message_to_lane()).await.unwrap().id.seq();
    let second = bed.store.accept(bed.message_to_lane()).await.unwrap().id.seq();
    bed.sealed().await;
    let filler = disk.fill_up();

    let mut message = bed.message();
    message.payload = large();
    for _ in 0..3 {
        let refused = tokio::time::timeout(Duration::from_secs(5), bed.store.accept(message.clone())).await;
        let refused = refused.expect("the refusal comes quickly");
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert!(!bed.store.is_writable());
    let mut outcome = bed.outcome(first);
    outcome.attempt.response = large();
    let attempt = outcome.attempt.seq;
    bed.store.record(outcome).await;
    let refused = bed.store.accept(message.clone()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(!bed.ear.0.lock().contains(&attempt), "nothing was recorded that has no room");

    std::fs::remove_file(&filler).unwrap();
    bed.until("the outcome is recorded", || bed.ear.0.lock().contains(&attempt)).await;
    bed.until("publishes are accepted again", || bed.store.is_writable()).await;
    bed.store.accept(message).await.unwrap();

    // Nothing is left to commit this time, and still the store notices that there is room again.
    let filler = disk.fill_up();
    let mut message = bed.message();
    message.payload = large();
    assert!(bed.store.accept(message.clone()).await.is_err());
    std::fs::remove_file(&filler).unwrap();
    bed.until("publishes are accepted again", || bed.store.is_writable()).await;

    let filler = disk.fill_up();
    let mut outcome = bed.outcome(second);
    outcome.attempt.response = large();
    bed.store.record(outcome).await;
    let closed = tokio::time::timeout(Duration::from_secs(40), bed.store.close()).await;
    closed.expect("closing ends although the last outcome has no room");
    std::fs::remove_file(&filler).unwrap();
    let again = Bed::open(options(disk.path(), &clock), &clock);
    assert_eq!(
        again.due().await,
        vec![second],
        "the delivery whose outcome had no room is tried again, only that"
    );
    again.store.close().await;
    drop((bed, again));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nearly_full_disk_refuses_publishes_but_records_outcomes() {
    let Some(disk) = Mounted::new("16m") else { return };
    let clock = clock();
    let settings = super::SqliteOptions { free_bytes_min: 1 << 40, ..options(disk.path(), &clock) };
    let bed = Bed::open(settings, &clock);
    let message = bed.store.accept(bed.message_to_lane()).await.unwrap().id.seq();
    // Less than a twentieth is left.
    let filler = disk.fill_up();
    let file = std::fs::OpenOptions::new().write(true).open(&filler).unwrap();
    file.set_len(file.metadata().unwrap().len() - 400 * 1024).unwrap();
    drop(file);
    clock.advance(Duration::from_secs(2));
    bed.until("publishes are refused", || !bed.store.is_writable()).await;
    let refused = bed.store.accept(bed.message()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    bed.record(bed.outcome(message)).await;
    assert!(!bed.store.is_writable());
    std::fs::remove_file(&filler).unwrap();
    clock.advance(Duration::from_secs(2));
    bed.until("publishes are accepted again", || bed.store.is_writable()).await;
    bed.store.accept(bed.message()).await.unwrap();
    bed.store.close().await;
    drop(bed);
}
