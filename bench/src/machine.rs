//! What the figures were measured on. Read from `/proc`, so Linux only; elsewhere the fields say `unknown`.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;

/// The head of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) kernel: String,
    pub(crate) file_system: String,
    pub(crate) rustc: String,
    /// Load averages when the run began: other work on the machine is the largest source of noise.
    pub(crate) load_at_start: String,
}

/// Describes this machine; `data_dir` is where the stores under test will be.
pub(crate) fn describe(data_dir: &Path) -> Machine {
    Machine {
        cpu: value_of("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
        cores: std::thread::available_parallelism().map_or(0, usize::from),
        memory_gib: memory_gib(),
        kernel: first_line("/proc/sys/kernel/osrelease"),
        file_system: file_system_of(data_dir).unwrap_or_else(unknown),
        rustc: rustc_version(),
        load_at_start: first_line("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" "),
    }
}

/// Lifts the soft limit of open files to the hard one. Children inherit it.
pub(crate) fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // A refusal leaves the old limit, and the row that needs more then fails with the reason.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn first_line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().next().map_or_else(unknown, str::to_owned)
}

fn value_of(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory_gib() -> u64 {
    let total = value_of("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kib: u64 = total.trim_end_matches(" kB").parse().unwrap_or(0);
    kib.div_ceil(1 << 20)
}

/// The type and device of the mount that `path` is in: the longest mount point that leads to it.
fn file_system_of(path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let leading = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (device, point, kind) = (words.next()?, words.next()?, words.next()?);
        path.starts_with(point).then(|| (point.len(), format!("{kind} on {device}")))
    });
    leading.max_by_key(|(length, _)| *length).map(|(_, text)| text)
}

fn rustc_version() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok().filter(|text| !text.is_empty()).unwrap_or_else(unknown)
}
