//! What a whole PostgreSQL server has spent: the processor time of all its processes, and what it wrote to its log.
//!
//! The processes are the postmaster, its living children, and those that it has waited for. They are found through
//! the process of our own session, so only where the server runs on this machine and in this space of processes.

use std::fs;

use super::schema::Schema;
use crate::failure::Failure;
use crate::process_times::ProcessTimes;

/// The whole server's, not only this schema's: nothing else should use it meanwhile.
const WAL_BYTES: &str = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::BIGINT";
const OWN_PROCESS: &str = "SELECT pg_backend_pid()::BIGINT";

/// Spent so far, or between two readings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// `None` where the processes cannot be seen.
    pub(crate) cpu_us: Option<u64>,
    pub(crate) wal_bytes: u64,
}

impl Cost {
    /// What was spent since `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        let cpu_us = self.cpu_us.zip(before.cpu_us).map(|(now, then)| now.saturating_sub(then));
        Self { cpu_us, wal_bytes: self.wal_bytes.saturating_sub(before.wal_bytes) }
    }
}

/// Everything spent so far by the server that the schema is in.
pub(super) fn read(schema: &Schema) -> Result<Cost, Failure> {
    let session = u32::try_from(schema.number(OWN_PROCESS)?).unwrap_or(0);
    let parent = times(session).map(|it| it.parent);
    let postmaster = parent.filter(|&parent| is_postgres(session) && is_postgres(parent));
    let wal_bytes = u64::try_from(schema.number(WAL_BYTES)?).unwrap_or(0);
    Ok(Cost { cpu_us: postmaster.and_then(cpu_us), wal_bytes })
}

fn cpu_us(postmaster: u32) -> Option<u64> {
    let own = times(postmaster)?;
    let numbers =
        fs::read_dir("/proc").ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let children = numbers.filter_map(times).filter(|child| child.parent == postmaster);
    Some(own.own_us + own.ended_children_us + children.map(|child| child.own_us).sum::<u64>())
}

fn times(process: u32) -> Option<ProcessTimes> {
    Some(ProcessTimes::parse(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?))
}

fn is_postgres(process: u32) -> bool {
    let name = fs::read_to_string(format!("/proc/{process}/comm"));
    name.is_ok_and(|name| matches!(name.trim(), "postgres" | "postmaster"))
}
