//! From a parcel to a program's end, and what its end means.

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::config::is_listed;
use super::environment;
use super::run::{Ending, run};
use crate::mapping::{Reading, Template};
use crate::seam::{Client, Done, Fault, Parcel, Secret, Shared};

/// Most bytes of one argument or variable.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Most bytes of all arguments and variables together; systems refuse to start a program with more than they can hold.
const TEXTS_BYTES_MAX: usize = 256 * 1024;
/// How much sooner than the delivery's end a program is killed, so that this is what is told.
const MARGIN: Duration = Duration::from_millis(20);

pub(super) struct CommandClient {
    pub(super) program: PathBuf,
    pub(super) args: Vec<Template>,
    pub(super) env: Vec<(String, Template)>,
    pub(super) secret_env: Vec<(String, Secret)>,
    pub(super) time_max: Option<Duration>,
    /// Of this endpoint.
    pub(super) places: Arc<Semaphore>,
    pub(super) fail_codes: Vec<i32>,
}

/// One run, but for the secrets.
pub(super) struct Job {
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) input: Bytes,
}

/// The server's places; a program has no connection.
pub(super) struct Connection {
    places: Arc<Semaphore>,
    places_max: usize,
}

impl CommandClient {
    /// An event must not turn an argument into an option: `--` before it, or text of the template's own, prevents that.
    fn render_args(&self, reading: &Reading<'_>) -> Result<Vec<String>, Fault> {
        let mut may_be_options = true;
        let mut args = Vec::with_capacity(self.args.len());
        for (index, template) in self.args.iter().enumerate() {
            let arg = reading.render(template)?;
            let is_of_event = template.as_literal().is_none() && !template.as_str().starts_with('-');
            if may_be_options && is_of_event && arg.starts_with('-') {
                return Err(Fault::fail(format!(
                    "argument {} would be an option for this event; put \"--\" before it or text in front of it, as in --id={{{{ … }}}}",
                    index + 1
                )));
            }
            may_be_options &= template.as_literal() != Some("--");
            args.push(arg);
        }
        Ok(args)
    }

    async fn place<'a>(
        &self,
        places: &'a Semaphore,
        of: &str,
        until: Instant,
    ) -> Result<SemaphorePermit<'a>, Fault> {
        match timeout_at(until, places.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Fault::retry(format!(
                "nothing was run: {of} may run at the same time, and none ended in time"
            ))),
        }
    }

    fn judge(&self, ending: &Ending) -> Result<Done, Fault> {
        let said = ending.said(&self.secret_env);
        match (ending.code, ending.signal) {
            (Some(0), _) => Ok(Done { code: Some(0), detail: format!("exit code 0{said}") }),
            (Some(code), _) => {
                let detail = format!("exit code {code}{said}");
                let number = u16::try_from(code).unwrap_or_default();
                let is_final = self.fail_codes.contains(&code);
                Err(if is_final { Fault::fail(detail) } else { Fault::retry(detail) }.with_code(number))
            }
            (None, Some(signal)) => Err(Fault::retry(format!("ended by signal {signal}{said}"))),
            (None, None) => {
                Err(Fault::retry(format!("killed: its time was over, and its outcome is unknown{said}")))
            }
        }
    }
}

impl Client for CommandClient {
    type Connection = Connection;
    type Job = Job;

    fn is_repeatable(&self) -> bool {
        false
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.secret_env.iter().map(|(_, secret)| secret).collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Job, Fault> {
        let reading = Reading::new(parcel);
        let args = self.render_args(&reading)?;
        let mut env = environment::of(parcel);
        for (name, template) in &self.env {
            env.push((name.clone(), reading.render(template)?));
        }
        let secrets = self.secret_env.iter().map(|(name, secret)| (name.as_str(), secret.expose()));
        let texts = env.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain(secrets);
        judge_texts(texts.chain(args.iter().map(|arg| ("", arg.as_str()))))?;
        Ok(Job { args, env, input: parcel.payload.clone() })
    }

    /// The list is asked again: it may have become shorter since the endpoint was saved.
    async fn connect(&self, shared: &Shared, _deadline: Instant) -> Result<Connection, Fault> {
        if !is_listed(&self.program, &shared.policy) {
            return Err(Fault::fail(format!(
                "this server does not run {}; the operator can list it in HOOKTIDE_DESTINATIONS_COMMANDS",
                self.program.display()
            )));
        }
        Ok(Connection { places: Arc::clone(&shared.commands), places_max: shared.commands_max })
    }

    async fn act(&self, connection: &mut Connection, job: &Job, deadline: Instant) -> Result<Done, Fault> {
        let deadline = deadline - MARGIN;
        let _own = self.place(&self.places, "only so many programs of this endpoint", deadline).await?;
        let of = format!("only {} programs of all endpoints", connection.places_max);
        let _shared = self.place(&connection.places, &of, deadline).await?;
        let end = self.time_max.map_or(deadline, |time_max| deadline.min(Instant::now() + time_max));
        let ending = run(&self.program, job, &self.secret_env, end).await?;
        self.judge(&ending)
    }

    fn is_open(_connection: &mut Connection) -> bool {
        true
    }

    async fn ended(_connection: &mut Connection) {
        pending().await
    }
}

/// What no program could be started with.
fn judge_texts<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), Fault> {
    let mut bytes = 0;
    for (name, text) in texts {
        if text.contains('\0') {
            return Err(Fault::fail("an argument or variable has a zero byte for this event"));
        }
        if text.len() > TEXT_BYTES_MAX {
            return Err(Fault::fail(format!(
                "an argument or variable is longer than {TEXT_BYTES_MAX} bytes for this event; the payload is on standard input"
            )));
        }
        bytes += name.len() + text.len() + 2;
    }
    if bytes > TEXTS_BYTES_MAX {
        return Err(Fault::fail(format!(
            "arguments and environment are longer than {TEXTS_BYTES_MAX} bytes together for this event"
        )));
    }
    Ok(())
}
