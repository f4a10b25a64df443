//! A server under test: a process of its own, whose CPU time and memory are read from `/proc` and which is ended by
//! its id.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::clock;
use crate::failure::Failure;
use crate::process_times::ProcessTimes;

/// Longest wait for a server to become ready.
const READY_LIMIT: Duration = Duration::from_secs(120);
const READY_INTERVAL: Duration = Duration::from_millis(1);

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    addr: SocketAddr,
    log: PathBuf,
    ready_ms: f64,
}

impl Server {
    /// Starts `command` with its output in `dir`, and waits until `ready` holds for `addr`.
    pub(crate) fn start(
        command: &mut Command,
        addr: SocketAddr,
        dir: &Path,
        ready: impl Fn(SocketAddr) -> bool,
    ) -> Result<Self, Failure> {
        let log = dir.join("server.log");
        let file = File::create(&log).map_err(Failure::because("create the server's log"))?;
        let errors = file.try_clone().map_err(Failure::because("create the server's log"))?;
        let start_ns = clock::now_ns();
        let child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn();
        let child = child.map_err(Failure::because("start the server under test"))?;
        let mut server = Self { child, addr, log, ready_ms: 0.0 };
        let ended = clock::poll(READY_INTERVAL, READY_LIMIT, || {
            if ready(addr) { Some(false) } else { server.has_ended().then_some(true) }
        });
        if ended != Some(false) {
            return Err(Failure::new(format!("get the server ready; it said:\n{}", server.log_text())));
        }
        server.ready_ms = (clock::now_ns() - start_ns) as f64 / 1e6;
        Ok(server)
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// From the start of the process until it was ready.
    pub(crate) fn ready_ms(&self) -> f64 {
        self.ready_ms
    }

    /// User and system time of the process so far, in microseconds.
    pub(crate) fn cpu_us(&self) -> Result<u64, Failure> {
        Ok(ProcessTimes::parse(&self.proc_file("stat")?).own_us)
    }

    /// Resident memory now.
    pub(crate) fn rss_mib(&self) -> Result<f64, Failure> {
        let text = self.proc_file("status")?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kib.map(|kib| kib / 1024.0).ok_or_else(|| Failure::new("read the server's memory"))
    }

    /// What it printed so far.
    pub(crate) fn log_text(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Kills the process as a power cut would.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // An error means that it is already gone, which `wait` reports.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    fn proc_file(&self, name: &str) -> Result<String, Failure> {
        let path = format!("/proc/{}/{name}", self.child.id());
        fs::read_to_string(path).map_err(|error| {
            Failure::new(format!("observe the server: {error}; it said:\n{}", self.log_text()))
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// An address that was free a moment ago.
pub(crate) fn free_addr() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let addr = listener.and_then(|listener| listener.local_addr());
    addr.map_err(Failure::because("find a free port"))
}
