//! From a parcel to an appended line. Files block, so a thread of the blocking pool writes.

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;

use hooktide_model::Clock;
use tokio::time::Instant;

use super::append::append;
use super::place::{self, Place};
use super::rotate::Rotation;
use crate::json_line;
use crate::mapping::{Reading, Template};
use crate::seam::{Client, Done, Fault, Parcel, PathLocks, Secret, Shared};

pub(super) struct FileClient {
    pub(super) path: Template,
    pub(super) rotation: Option<Rotation>,
}

/// What one event does.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) place: Place,
    pub(super) line: Arc<[u8]>,
    pub(super) rotation: Option<Rotation>,
}

/// What is needed to write; no file is held open between two events.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) root: PathBuf,
    pub(super) locks: Arc<PathLocks>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Client for FileClient {
    type Connection = Connection;
    type Job = Job;

    fn is_repeatable(&self) -> bool {
        false
    }

    fn secrets(&self) -> Vec<&Secret> {
        Vec::new()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Job, Fault> {
        let path = Reading::new(parcel).render(&self.path)?;
        let place = Place::parse(&path, self.path.as_str())
            .map_err(|what| Fault::fail(format!("the path `{path}` {what}; {}", place::MEND)))?;
        Ok(Job { place, line: json_line::of(parcel)?.into(), rotation: self.rotation })
    }

    async fn connect(&self, shared: &Shared, _deadline: Instant) -> Result<Connection, Fault> {
        let root = shared.policy.files_root.clone().ok_or_else(|| {
            Fault::fail("this server allows no files; the operator can set HOOKTIDE_DESTINATIONS_FILES_ROOT")
        })?;
        let (locks, clock) = (Arc::clone(&shared.path_locks), Arc::clone(&shared.clock));
        Ok(Connection { root, locks, clock })
    }

    async fn act(&self, connection: &mut Connection, job: &Job, _deadline: Instant) -> Result<Done, Fault> {
        let (connection, job) = (connection.clone(), job.clone());
        // A delivery that is cut off leaves the thread to finish: a line is written whole or not at all.
        match tokio::task::spawn_blocking(move || append(&connection, &job)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(Fault::retry(format!("internal error: the file's thread ended: {error}"))),
        }
    }

    fn is_open(_connection: &mut Connection) -> bool {
        true
    }

    async fn ended(_connection: &mut Connection) {
        pending().await
    }
}
