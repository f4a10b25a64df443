//! One run: start, feed, listen, and wait for the end or make it.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::FusedFuture;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, timeout, timeout_at};

use super::client::Job;
use super::group::Group;
use crate::seam::{Fault, Secret};

/// Bytes of each output that are told: its end, where errors are.
const TAIL_BYTES_MAX: usize = 1_536;
/// Bytes read from an output at once.
const READ_BYTES: usize = 8 * 1024;
/// How long outputs are read on after the program's end; nothing is left that could write.
const DRAIN_MAX: Duration = Duration::from_millis(200);

/// How a run ended. Neither code nor signal: it was killed from here.
pub(super) struct Ending {
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    output: Tail,
    errors: Tail,
}

impl Ending {
    /// The outputs' ends, for the attempt log.
    pub(super) fn said(&self, secrets: &[(String, Secret)]) -> String {
        let named = [("stderr", &self.errors), ("stdout", &self.output)];
        named
            .into_iter()
            .filter_map(|(name, tail)| Some(format!("; {name}: {}", tail.text(secrets)?)))
            .collect()
    }
}

/// Runs the program until `end`. Dropping the future kills it with all it started.
pub(super) async fn run(
    program: &Path,
    job: &Job,
    secrets: &[(String, Secret)],
    end: Instant,
) -> Result<Ending, Fault> {
    let mut child = start(program, job, secrets)?;
    let group = Group::of(&child);
    let (mut output, mut errors) = (Tail::default(), Tail::default());
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let serving = async {
        tokio::join!(feed(stdin, &job.input), listen(stdout, &mut output), listen(stderr, &mut errors));
    };
    let mut listening = Box::pin(serving.fuse());
    let ended = timeout_at(end, wait(&mut child, &mut listening)).await;
    // Whatever it left behind ends with it, and with that nobody holds its outputs open any more.
    drop(group);
    // When it had its time, what it said was heard on the way, and nothing more is waited for: the delivery ends too.
    if ended.is_ok() && !listening.is_terminated() && timeout(DRAIN_MAX, &mut listening).await.is_err() {
        tracing::debug!(program = %program.display(), "something outside of its group holds a program's output open");
    }
    drop(listening);
    match ended {
        Ok(Ok(status)) => Ok(Ending { code: status.code(), signal: status.signal(), output, errors }),
        Ok(Err(error)) => Err(Fault::retry(format!("the program's end was not heard of: {error}"))),
        Err(_elapsed) => Ok(Ending { code: None, signal: None, output, errors }),
    }
}

/// Waits for the program while its pipes are served.
async fn wait(
    child: &mut Child,
    listening: &mut (impl Future<Output = ()> + Unpin),
) -> io::Result<std::process::ExitStatus> {
    tokio::select! {
        status = child.wait() => return status,
        () = listening => {}
    }
    child.wait().await
}

fn start(program: &Path, job: &Job, secrets: &[(String, Secret)]) -> Result<Child, Fault> {
    let mut command = Command::new(program);
    command
        .args(&job.args)
        .env_clear()
        .envs(job.env.iter().map(|(name, value)| (name, value)))
        .envs(secrets.iter().map(|(name, secret)| (name, secret.expose())))
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // A program may be missing for as long as it is being replaced, and a machine full for a while.
    command.spawn().map_err(|error| {
        Fault::retry(match error.kind() {
            io::ErrorKind::NotFound => format!("{} or its interpreter does not exist", program.display()),
            io::ErrorKind::PermissionDenied => format!("{} may not be run by the server", program.display()),
            _ => format!("{} could not be started: {error}", program.display()),
        })
    })
}

/// Programs may end without reading all of it, so a closed pipe is no fault.
async fn feed(pipe: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut pipe) = pipe {
        let _closed_early = pipe.write_all(input).await;
    }
}

async fn listen(pipe: Option<impl AsyncRead + Unpin>, tail: &mut Tail) {
    let Some(mut pipe) = pipe else { return };
    let mut buffer = vec![0; READ_BYTES];
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        tail.push(&buffer[..count]);
    }
}

/// The end of an output of any length.
#[derive(Default)]
struct Tail {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let too_many = self.bytes.len().saturating_sub(TAIL_BYTES_MAX);
        self.bytes.drain(..too_many);
        self.is_cut |= too_many > 0;
    }

    fn text(&self, secrets: &[(String, Secret)]) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let mut text = text.as_ref();
        if self.is_cut {
            text = text.trim_start_matches(char::REPLACEMENT_CHARACTER);
            text = secrets.iter().fold(text, |text, (_, secret)| without_end_of(secret.expose(), text));
        }
        let text = text.trim();
        (!text.is_empty()).then(|| format!("{}{text}", if self.is_cut { "…" } else { "" }))
    }
}

/// The text without what is left of a secret that the cut went through; whole secrets are removed later.
fn without_end_of<'a>(secret: &str, text: &'a str) -> &'a str {
    let mut ends = secret.char_indices().skip(1).map(|(index, _)| &secret[index..]);
    ends.find_map(|end| text.strip_prefix(end)).unwrap_or(text)
}
