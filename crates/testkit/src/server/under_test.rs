//! A running server: its address, its tokens, its death.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use super::binary::find_binary;
use super::log::Log;
use super::program::Program;
use super::setup::ServerSetup;
use crate::api::Api;
use crate::at_rest::AtRest;
use crate::process::output_within;
use crate::wait::{DEADLINE, wait_until_within};

/// A server process of this test's own. Dropping it kills the process by its id; a panicking test shows the log.
#[derive(Debug)]
pub struct ServerUnderTest {
    setup: ServerSetup,
    log: Log,
    child: Child,
    addr: SocketAddr,
    token: String,
}

impl ServerUnderTest {
    /// Starts with the default test settings.
    ///
    /// # Panics
    /// When the server does not get ready; the panic shows its log.
    pub async fn start() -> Self {
        ServerSetup::new().start().await
    }

    pub(super) async fn launch(setup: ServerSetup) -> Self {
        let log = Log::default();
        let (child, addr) = spawn(&setup, &log).await;
        let mut server = Self { setup, log, child, addr, token: String::new() };
        server.wait_until_ready().await;
        server.token = server.run(&["token"]);
        server
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL that SDKs are given.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// A client with the token of the default organisation.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::new(self.addr, Some(self.token.clone()))
    }

    /// A client with the token of another organisation.
    #[must_use]
    pub fn api_of(&self, org: &str) -> Api {
        Api::new(self.addr, Some(self.token_of(org)))
    }

    /// Mints a token for an organisation with `hooktide token ORG`.
    #[must_use]
    pub fn token_of(&self, org: &str) -> String {
        self.run(&["token", org])
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it keeps its data: the directory it was started in.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.setup.dir.path()
    }

    /// Its store, looked at from outside.
    #[must_use]
    pub fn at_rest(&self) -> AtRest {
        match &self.setup.schema {
            Some(schema) => AtRest::Schema(Arc::clone(schema)),
            None => AtRest::Files(self.dir()),
        }
    }

    /// Everything it said so far, over all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Runs another command of the binary with the same settings and answers its standard output, trimmed.
    ///
    /// # Panics
    /// When the command fails.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.run_raw(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "hooktide {args:?} failed: {said}");
        String::from_utf8(output.stdout).expect("data on stdout is text").trim().to_owned()
    }

    /// Runs another command of the binary with the same settings.
    ///
    /// # Panics
    /// When the command cannot be started.
    #[must_use]
    pub fn run_raw(&self, args: &[&str]) -> Output {
        output_within(command(&self.setup).args(args), DEADLINE)
    }

    /// Starts another command of the binary, which runs beside the test.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start_command(&self, args: &[&str]) -> Program {
        Program::start(command(&self.setup).args(args))
    }

    /// Kills it as a power cut would: no handler runs.
    ///
    /// # Panics
    /// When the process cannot be waited for.
    pub fn kill9(&mut self) {
        // An error means that it is already gone, which `wait` reports.
        let _ = self.child.kill();
        let status = self.child.wait().expect("a child can be waited for");
        self.log.note(format!("--- killed: {status} ---"));
    }

    /// Sends SIGTERM without waiting.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Stops it as a debugger or a machine without time would: it runs no further until it is resumed.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
        self.log.note("--- paused ---".to_owned());
    }

    /// Lets a paused one run on.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn resume(&self) {
        self.log.note("--- resumed ---".to_owned());
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid =
            i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a child has a process id");
        kill_process(pid, signal).expect("the server is running");
    }

    /// Sends SIGTERM and waits for the end.
    ///
    /// # Panics
    /// When it has not ended within `limit`.
    pub async fn sigterm(&mut self, limit: Duration) -> ExitStatus {
        self.terminate();
        self.wait_for_exit(limit).await
    }

    /// Waits for the end of the process.
    ///
    /// # Panics
    /// When it has not ended within `limit`.
    pub async fn wait_for_exit(&mut self, limit: Duration) -> ExitStatus {
        let child = &mut self.child;
        let status = wait_until_within("the server's exit", limit, async || {
            child.try_wait().expect("a child can be waited for")
        })
        .await;
        self.log.note(format!("--- ended: {status} ---"));
        status
    }

    /// Starts again on the same data. The address changes; tokens stay valid.
    ///
    /// # Panics
    /// When the last process is still running or the next does not get ready.
    pub async fn restart(&mut self) {
        let ended = self.child.try_wait().expect("a child can be waited for");
        assert!(ended.is_some(), "the last server still runs");
        let (child, addr) = spawn(&self.setup, &self.log).await;
        self.child = child;
        self.addr = addr;
        self.wait_until_ready().await;
    }

    /// As [`restart`](Self::restart), with one setting changed for good.
    ///
    /// # Panics
    /// As `restart`.
    pub async fn restart_with(&mut self, name: &str, value: &str) {
        self.setup = self.setup.clone().env(name, value);
        self.restart().await;
    }

    async fn wait_until_ready(&mut self) {
        let probe = Api::new(self.addr, None);
        wait_until_within("/readyz", DEADLINE, async || {
            let answer = probe.request(http::Method::GET, "=/readyz").try_send().await;
            answer.ok().filter(|reply| reply.status == 200)
        })
        .await;
    }
}

impl Drop for ServerUnderTest {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of the server in {} ---\n{}\n---", self.dir().display(), self.log());
        }
    }
}

fn command(setup: &ServerSetup) -> Command {
    let mut command = Command::new(find_binary());
    let inherited = ["PATH", "HOME", "TMPDIR"].into_iter();
    let kept = inherited.filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.current_dir(setup.dir.path()).env_clear().envs(kept).envs(&setup.env);
    command
}

async fn spawn(setup: &ServerSetup, log: &Log) -> (Child, SocketAddr) {
    let mut child = command(setup)
        .arg(setup.verb)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("failed to start {}: {error}", find_binary().display()));
    let (found, bound) = watch::channel(None);
    log.follow(child.stdout.take().expect("stdout is piped"), found.clone());
    log.follow(child.stderr.take().expect("stderr is piped"), found);
    match address(bound).await {
        Some(addr) => (child, addr),
        None => {
            let _ = child.kill();
            let status = child.wait();
            panic!("the server never said `listening on http://ADDR` ({status:?}); its log:\n{}", log.text());
        }
    }
}

/// The address the server names, or nothing when it ends or stays silent.
async fn address(mut bound: watch::Receiver<Option<SocketAddr>>) -> Option<SocketAddr> {
    let found = tokio::time::timeout(DEADLINE, bound.wait_for(Option::is_some)).await;
    found.ok()?.ok().and_then(|address| *address)
}
