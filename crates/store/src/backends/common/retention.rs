//! How much history is kept.

use std::time::Duration;

/// How much history is kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Messages and attempts are kept at least this long, unless the disk's share is used up.
    pub history: Duration,
    /// Bytes of history on disk at most; 0 for no limit.
    pub disk_bytes_max: u64,
}
