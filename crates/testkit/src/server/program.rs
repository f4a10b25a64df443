//! A program that runs beside a test: another command of the binary, or one that stands before the server.

use std::process::{Child, Command, ExitStatus, Stdio};

use tokio::sync::watch;

use super::log::Log;
use crate::wait::wait_until;

/// A running command. Dropping it kills the process by its id; a panicking test shows what it said.
#[derive(Debug)]
pub struct Program {
    child: Child,
    data: Log,
    talk: Log,
}

impl Program {
    /// Starts any program.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("failed to start {command:?}: {error}"));
        let (data, talk) = (Log::default(), Log::default());
        data.follow(child.stdout.take().expect("stdout is piped"), watch::Sender::new(None));
        talk.follow(child.stderr.take().expect("stderr is piped"), watch::Sender::new(None));
        Self { child, data, talk }
    }

    /// What it has written to standard output.
    #[must_use]
    pub fn data(&self) -> String {
        self.data.text()
    }

    /// What it has written to standard error.
    #[must_use]
    pub fn talk(&self) -> String {
        self.talk.text()
    }

    /// Waits until standard error has those words.
    ///
    /// # Panics
    /// When they do not come in time.
    pub async fn says(&self, words: &str) {
        wait_until(words, async || self.talk().contains(words).then_some(())).await;
    }

    /// Waits until standard output has that many lines, and answers them.
    ///
    /// # Panics
    /// When they do not come in time.
    pub async fn lines(&self, count: usize) -> Vec<String> {
        let lines = || self.data().lines().map(str::to_owned).collect::<Vec<_>>();
        wait_until("lines of data", async || (lines().len() >= count).then(lines)).await
    }

    /// Waits for its end, by itself.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn ends(&mut self) -> ExitStatus {
        let child = &mut self.child;
        let status =
            wait_until("the end of a command", async || child.try_wait().expect("a child can be waited for"))
                .await;
        wait_until("the end of its words", async || {
            (self.data.is_over() && self.talk.is_over()).then_some(())
        })
        .await;
        status
    }

    /// Kills it as a power cut would.
    ///
    /// # Panics
    /// When the process cannot be waited for.
    pub fn kill9(&mut self) {
        // An error means that it is already gone, which `wait` reports.
        let _ = self.child.kill();
        self.child.wait().expect("a child can be waited for");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the command said ---\n{}\n---\n{}\n---", self.data(), self.talk());
        }
    }
}
