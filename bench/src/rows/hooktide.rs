//! The server under test: the real binary in a fresh directory, with a receiver of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::plan::Plan;
use crate::api::{self, Api};
use crate::child::{Server, free_addr};
use crate::failure::Failure;
use crate::load::{Route, Target};
use crate::measure::Subject;
use crate::receiver::Receiver;

/// A running `hooktide serve`.
#[derive(Debug)]
pub(super) struct Hooktide {
    server: Server,
    receiver: Receiver,
    api: Api,
    token: String,
    dir: PathBuf,
}

impl Hooktide {
    /// Starts it with an empty store; `name` keeps the rows' directories apart.
    pub(super) fn start(plan: &Plan, name: &str) -> Result<Self, Failure> {
        let receiver = Receiver::start(plan.threads)?;
        let dir = plan.fresh_dir(name)?;
        let server = serve(plan, &dir)?;
        let token = token(plan, &dir)?;
        let api = Api::new(server.addr(), token.clone());
        Ok(Self { server, receiver, api, token, dir })
    }

    /// Kills it without warning and starts it again on the same data, at another port.
    pub(super) fn kill_and_restart(self, plan: &Plan) -> Result<Self, Failure> {
        let Self { server, receiver, token, dir, .. } = self;
        server.kill();
        let server = serve(plan, &dir)?;
        let api = Api::new(server.addr(), token.clone());
        Ok(Self { server, receiver, api, token, dir })
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    pub(super) fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    pub(super) fn api(&self) -> &Api {
        &self.api
    }

    /// Where to publish.
    pub(super) fn target(&self, plan: &Plan, routes: Vec<Route>) -> Result<Target, Failure> {
        Target::new(vec![self.server.addr()], &self.token, plan.keys, routes)
    }

    pub(super) fn subject(&self, plan: &Plan, target: Arc<Target>, fan_out: u64) -> Subject<'_> {
        let servers = std::slice::from_ref(&self.server);
        Subject { servers, database: None, receiver: &self.receiver, target, fan_out, threads: plan.threads }
    }
}

fn serve(plan: &Plan, dir: &Path) -> Result<Server, Failure> {
    serve_with(command(plan, dir)?, dir)
}

/// Starts a server with the command, at a free address, and waits until it is ready.
pub(super) fn serve_with(mut command: Command, dir: &Path) -> Result<Server, Failure> {
    let addr = free_addr()?;
    command.arg("serve").env("HOOKTIDE_LISTEN", addr.to_string());
    Server::start(&mut command, addr, dir, |addr| api::answers_200(addr, "/readyz"))
}

fn token(plan: &Plan, dir: &Path) -> Result<String, Failure> {
    token_of(command(plan, dir)?)
}

/// A bearer token of the server that this command starts.
pub(super) fn token_of(mut command: Command) -> Result<String, Failure> {
    let output = command.arg("token").stdin(Stdio::null()).output();
    let output = output.map_err(Failure::because("run `hooktide token`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::new(format!("mint a token: {said}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The binary with the benchmark's settings and nothing of the caller's environment.
pub(super) fn command(plan: &Plan, dir: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(plan.binary()?);
    let inherited = ["PATH", "HOME", "TMPDIR"].into_iter();
    let kept = inherited.filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.current_dir(dir).env_clear().envs(kept);
    command.env("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "127.0.0.0/8");
    command.envs(plan.settings.iter().map(|(name, value)| (name, value)));
    Ok(command)
}
