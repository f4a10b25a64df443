//! What a server said: collected by one thread per stream, shown when a test fails, searched for the bound address.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::watch;

/// The words before the address: in the log of a server, text or JSON, and in what `hooktide dev` prints.
const LISTENING: [&str; 2] = ["listening on http://", "  API       http://"];

/// A shared, growing log. Survives restarts of the server.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    /// Streams that were followed to their ends.
    ended: Arc<AtomicUsize>,
}

impl Log {
    pub(super) fn text(&self) -> String {
        self.lines.lock().join("\n")
    }

    pub(super) fn note(&self, line: String) {
        self.lines.lock().push(line);
    }

    /// Whether a stream was followed to its end.
    pub(super) fn is_over(&self) -> bool {
        self.ended.load(Ordering::Acquire) > 0
    }

    /// Reads `stream` to its end on a thread of its own. The first address the server names is put into `bound`;
    /// dropping the sender tells the waiter that the stream ended without one.
    pub(super) fn follow(
        &self,
        stream: impl Read + Send + 'static,
        bound: watch::Sender<Option<SocketAddr>>,
    ) {
        let log = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n') {
                let Ok(line) = line else { break };
                let line = String::from_utf8_lossy(&line).into_owned();
                if let Some(address) = address_in(&line) {
                    bound.send_replace(Some(address));
                }
                log.note(line);
            }
            log.ended.fetch_add(1, Ordering::AcqRel);
        });
    }
}

/// The address in a line of the server's log.
fn address_in(line: &str) -> Option<SocketAddr> {
    let after = LISTENING.iter().find_map(|mark| line.split(mark).nth(1))?;
    let end = after.find(|it: char| !(it.is_ascii_hexdigit() || ".:[]".contains(it))).unwrap_or(after.len());
    after[..end].trim_end_matches(['.', ':']).parse().ok()
}

#[cfg(test)]
mod tests;
