//! A PostgreSQL server that one test has for itself: for settings that the shared server must not have, and for stopping.
//!
//! It lives in a temporary folder and listens on loopback, at a free port. PostgreSQL refuses to run as root: then the
//! account `postgres` runs it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Where Debian puts the programs, beside `PATH`.
const FOLDERS: &[&str] = &[
    "/usr/lib/postgresql/18/bin",
    "/usr/lib/postgresql/17/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/15/bin",
    "/usr/lib/postgresql/14/bin",
];

/// Below the ports that the kernel gives to outgoing connections, so that a stopped server finds its own still free.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// Seconds that a start or stop may take.
const PATIENCE_S: &str = "60";

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopMode {
    /// Sessions are ended, and everything is flushed.
    Fast,
    /// As a power cut: the next start recovers from the log.
    Immediate,
}

/// A running server. Dropping it stops it and removes its data.
#[derive(Debug)]
pub struct OwnPostgres {
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
}

impl OwnPostgres {
    /// Make and start a server with these settings, as in `fsync=off`. Blocks for a second or two.
    #[must_use]
    pub fn start(settings: &[&str]) -> Self {
        let server = Self::prepared(settings);
        let data = server.data();
        run("initdb", &["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "-D", &data]);
        server.resume();
        server
    }

    /// Make and start a standby that follows this server without being waited for. Blocks for a second or two.
    #[must_use]
    pub fn start_standby(&self, name: &str) -> Self {
        let standby = Self::prepared(&[&format!("cluster_name={name}")]);
        let (data, port) = (standby.data(), self.port.to_string());
        run(
            "pg_basebackup",
            &[
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "postgres",
                "-D",
                &data,
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
            ],
        );
        standby.resume();
        standby
    }

    fn prepared(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        if is_root() {
            let path = folder.path().to_str().expect("temporary folders have plain names");
            expect_success(Command::new("chown").args(["postgres", path]), "chown");
        }
        Self {
            folder,
            port: free_port(),
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
        }
    }

    /// URL of its database `postgres`, as superuser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The port on 127.0.0.1 that it listens on, also after a stop and start.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stop it. [`OwnPostgres::resume`] starts it again with its data.
    pub fn stop(&self, mode: StopMode) {
        let mode = match mode {
            StopMode::Fast => "fast",
            StopMode::Immediate => "immediate",
        };
        run("pg_ctl", &["stop", "-w", "-t", PATIENCE_S, "-m", mode, "-D", &self.data()]);
    }

    /// Start it after a stop.
    pub fn resume(&self) {
        let socket = self.folder.path().display();
        let mut options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={socket}", self.port);
        for setting in &self.settings {
            options.push_str(&format!(" -c {setting}"));
        }
        let log = self.folder.path().join("log").display().to_string();
        run("pg_ctl", &["start", "-w", "-t", PATIENCE_S, "-D", &self.data(), "-l", &log, "-o", &options]);
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        // It may be stopped already.
        let data = self.data();
        let _ = command("pg_ctl", &["stop", "-w", "-m", "immediate", "-D", &data]).output();
    }
}

/// Processes begin to look at different places, so that two tests seldom meet.
fn free_port() -> u16 {
    let count = PORTS.end - PORTS.start;
    let first = u16::try_from(std::process::id() * 7 % u32::from(count)).expect("a remainder is small");
    let mut ports = (0..count).map(|step| PORTS.start + (first + step) % count);
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.find(is_free).expect("there is a free port")
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The program, run by an account that may run a server.
fn command(program: &str, arguments: &[&str]) -> Command {
    let path = find(program);
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    // The checkout may be closed to that account.
    command.args(arguments).current_dir("/");
    command
}

fn run(program: &str, arguments: &[&str]) {
    expect_success(&mut command(program, arguments), program);
}

fn expect_success(command: &mut Command, what: &str) {
    // Not `output()`: a server that was started would keep its pipes open. What it says is in its log.
    let said = tempfile::tempfile().expect("a temporary file can be made");
    let other = said.try_clone().expect("a file can be opened twice");
    let status = command.stdout(said.try_clone().expect("a file can be opened twice")).stderr(other).status();
    let status = status.unwrap_or_else(|error| panic!("{what} must be there (Debian: postgresql): {error}"));
    if !status.success() {
        use std::io::{Read, Seek};
        let (mut text, mut said) = (String::new(), said);
        let _ = said.rewind().and_then(|()| said.read_to_string(&mut text));
        panic!("{what} failed with {status}: {text}");
    }
}

fn find(program: &str) -> PathBuf {
    let in_folder = FOLDERS.iter().map(|folder| Path::new(folder).join(program));
    in_folder.into_iter().find(|path| path.exists()).unwrap_or_else(|| PathBuf::from(program))
}
