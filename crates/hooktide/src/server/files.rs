//! Files: the directory for data, and how many may be open. Connections need them, and the usual soft limit of 1,024 is
//! too low for a server.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;

use hooktide_config::Config;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files that are wanted.
const FILES_WANTED: u64 = 65_536;
/// Files that are not outbound connections: the database, inbound connections' share is counted separately.
const FILES_RESERVED: u64 = 256;
/// Outbound connections at most, however many files there may be.
const CONNECTIONS_MAX: u64 = 16_384;

/// The data directory is its owner's.
const DIRECTORY_MODE: u32 = 0o700;

/// Make the data directory if it is not there, for its owner only.
pub(crate) fn make_data_dir(config: &Config) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(config.data_dir())
}

/// Raise the limit as far as allowed, and say how many outbound connections fit: half of what is left, the other
/// half is for callers.
pub(super) fn raise_limit() -> usize {
    let now = getrlimit(Resource::Nofile);
    let wanted = now.maximum.map_or(FILES_WANTED, |maximum| maximum.min(FILES_WANTED));
    if now.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(wanted), maximum: now.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "failed to raise the limit of open files");
        }
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(FILES_WANTED);
    let connections = (files.saturating_sub(FILES_RESERVED) / 2).clamp(16, CONNECTIONS_MAX);
    usize::try_from(connections).unwrap_or(1024)
}
