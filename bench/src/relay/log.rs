//! The flushed log of the second relay: the least that "nothing acknowledged is lost" costs.
//!
//! One thread writes whatever has queued while the last flush ran, then flushes, then tells the waiting callers. The
//! file is written full once and reused from its start when its end is reached, so that a flush never has to change
//! the file's size. A log that could be read back would need segments and a clean-up; this one is a floor.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::failure::Failure;

const FILE_BYTES: u64 = 64 << 20;
const FILL_BYTES: usize = 1 << 20;
/// Entries that wait for the writer.
const QUEUE_MAX: usize = 16_384;
/// Entries of one flush.
const GROUP_MAX: usize = 4096;
/// An outcome as an attempt row has it: status, duration, times, a word of the answer.
const OUTCOME_BYTES: usize = 96;

/// A handle to the writer thread.
#[derive(Debug, Clone)]
pub(super) struct Log(mpsc::Sender<Entry>);

#[derive(Debug)]
struct Entry {
    number: u64,
    body: Bytes,
    /// Told when the entry is on the disk; dropped when it never will be.
    flushed: Option<oneshot::Sender<()>>,
}

impl Log {
    /// Makes the file and starts the writer.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(Failure::because("create the log"))?;
        fill(&file).map_err(Failure::because("fill the log"))?;
        let (entries, queue) = mpsc::channel(QUEUE_MAX);
        std::thread::spawn(move || {
            if let Err(error) = write_groups(&file, queue) {
                // Nothing is acknowledged any more: every waiting and every later caller gets an error.
                eprintln!("failed to write the log: {error}");
            }
        });
        Ok(Self(entries))
    }

    /// Returns when the message is on the disk.
    pub(super) async fn append_message(&self, number: u64, body: Bytes) -> Result<(), Failure> {
        let (flushed, done) = oneshot::channel();
        let entry = Entry { number, body, flushed: Some(flushed) };
        self.0.send(entry).await.map_err(Failure::because("reach the log"))?;
        done.await.map_err(Failure::because("flush the log"))
    }

    /// Queues an outcome for the next flush.
    pub(super) async fn append_outcome(&self, number: u64, status: u16) -> Result<(), Failure> {
        let mut body = [0_u8; OUTCOME_BYTES];
        body[..2].copy_from_slice(&status.to_le_bytes());
        let entry = Entry { number, body: Bytes::copy_from_slice(&body), flushed: None };
        self.0.send(entry).await.map_err(Failure::because("reach the log"))
    }
}

fn fill(file: &File) -> std::io::Result<()> {
    let zeros = vec![0_u8; FILL_BYTES];
    for at in (0..FILE_BYTES).step_by(FILL_BYTES) {
        file.write_all_at(&zeros, at)?;
    }
    file.sync_all()
}

fn write_groups(file: &File, mut queue: mpsc::Receiver<Entry>) -> std::io::Result<()> {
    let mut group = Vec::with_capacity(GROUP_MAX);
    let mut buffer = Vec::new();
    let mut at = 0;
    while queue.blocking_recv_many(&mut group, GROUP_MAX) > 0 {
        buffer.clear();
        for entry in &group {
            encode(entry, &mut buffer);
        }
        let length = buffer.len() as u64;
        if at + length > FILE_BYTES {
            at = 0;
        }
        file.write_all_at(&buffer, at)?;
        file.sync_data()?;
        at += length;
        for entry in group.drain(..) {
            if let Some(flushed) = entry.flushed {
                // The caller may have gone away; the entry stays.
                let _ = flushed.send(());
            }
        }
    }
    Ok(())
}

/// Length, checksum, number, body.
fn encode(entry: &Entry, buffer: &mut Vec<u8>) {
    let length = u32::try_from(entry.body.len()).expect("bodies are limited to a few MiB");
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&crc32fast::hash(&entry.body).to_le_bytes());
    buffer.extend_from_slice(&entry.number.to_le_bytes());
    buffer.extend_from_slice(&entry.body);
}
