//! Nodes on one PostgreSQL schema, with a receiver for all of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::api::Api;
use crate::child::Server;
use crate::clock;
use crate::failure::Failure;
use crate::load::{self, Load, Pace, Route, Target};
use crate::measure::{Subject, all_accepted};
use crate::postgres::Schema;
use crate::receiver::Receiver;
use crate::rows::hooktide::{command, serve_with, token_of};
use crate::rows::plan::Plan;

/// All nodes have the same; a run is the only one that uses them.
const JWT_SECRET: &str = "0123456789abcdef0123456789abcdef";
const MAIN_SECRET: &str = "fedcba9876543210fedcba9876543210";
/// How long a node may be silent.
const LEASE: &str = "2s";
const CONNECTIONS: usize = 256;
/// Longest time to publish what is to wait.
const PUBLISH_LIMIT: Duration = Duration::from_secs(1200);
/// Longest wait for a line of a node's log.
const LOG_LIMIT: Duration = Duration::from_secs(120);
const LOG_INTERVAL: Duration = Duration::from_millis(5);
/// What a node says once it has another one's work.
const TOOK_OVER: &str = "took over another node's work";

/// Nodes, dropped before their schema.
#[derive(Debug)]
pub(super) struct Nodes {
    servers: Vec<Server>,
    receiver: Receiver,
    api: Api,
    token: String,
    schema: Schema,
    dir: PathBuf,
    /// Nodes started so far.
    started: usize,
}

/// What a node said of an adoption.
#[derive(Debug, Clone, Copy)]
pub(super) struct TakenOver {
    /// Deliveries that had been only in the other's memory.
    pub(super) from_memory: u64,
    /// From the look that found the other one dead until everything was in this node's hands.
    pub(super) took_ms: u64,
}

impl Nodes {
    /// Starts one node on an empty schema; `name` keeps the rows' directories apart.
    pub(super) fn start(plan: &Plan, name: &str) -> Result<Self, Failure> {
        let schema = Schema::create(plan.postgres()?)?;
        let dir = plan.fresh_dir(name)?;
        let receiver = Receiver::start(plan.threads)?;
        let server = start(plan, &dir, &schema, 0)?;
        let mut command = command(plan, &dir)?;
        command.env("HOOKTIDE_JWT_SECRET", JWT_SECRET).env("HOOKTIDE_MAIN_SECRET", MAIN_SECRET);
        let token = token_of(command)?;
        let api = Api::new(server.addr(), token.clone());
        Ok(Self { servers: vec![server], receiver, api, token, schema, dir, started: 1 })
    }

    /// Starts one more node.
    pub(super) fn add(&mut self, plan: &Plan) -> Result<(), Failure> {
        self.servers.push(start(plan, &self.dir, &self.schema, self.started)?);
        self.started += 1;
        Ok(())
    }

    /// Kills the first node without warning. The next one is asked from now on.
    pub(super) fn kill_first(&mut self) {
        self.servers.remove(0).kill();
        self.ask_first();
    }

    /// Kills the only node and starts another one.
    pub(super) fn kill_and_restart(&mut self, plan: &Plan) -> Result<(), Failure> {
        self.servers.drain(..).for_each(Server::kill);
        self.add(plan)?;
        self.ask_first();
        Ok(())
    }

    fn ask_first(&mut self) {
        if let Some(server) = self.servers.first() {
            self.api = Api::new(server.addr(), self.token.clone());
        }
    }

    pub(super) fn servers(&self) -> &[Server] {
        &self.servers
    }

    pub(super) fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    pub(super) fn api(&self) -> &Api {
        &self.api
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// An application with so many endpoints, below this path of the receiver.
    pub(super) fn app(&self, path: &str, endpoints: u64) -> Result<String, Failure> {
        let app = self.api.create_app("cluster")?;
        for number in 0..endpoints {
            self.api.create_endpoint(&app, &self.receiver.url(&format!("{path}/{number}")), None)?;
        }
        Ok(app)
    }

    /// The load of one application on the first `nodes`, publishers spread over them.
    pub(super) fn subject(
        &self,
        plan: &Plan,
        app: &str,
        nodes: usize,
        fan_out: u64,
    ) -> Result<Subject<'_>, Failure> {
        let addrs = self.servers.iter().take(nodes).map(Server::addr).collect();
        let target = Target::new(addrs, &self.token, plan.keys, vec![Route::new(app, None)?])?;
        Ok(Subject {
            servers: &self.servers,
            database: Some(&self.schema),
            receiver: &self.receiver,
            target: Arc::new(target),
            fan_out,
            threads: plan.threads,
        })
    }

    /// Publishes to the first node and waits for no delivery. How many were accepted.
    pub(super) fn publish(&self, plan: &Plan, app: &str, messages: u64) -> Result<u64, Failure> {
        let report = load::run(Load {
            target: self.subject(plan, app, 1, 1)?.target,
            pace: Pace::Closed,
            connections: CONNECTIONS,
            threads: plan.threads,
            messages,
            limit: PUBLISH_LIMIT,
        })?;
        all_accepted(&report, &self.servers[0])?;
        Ok(report.accepted)
    }

    /// What the first node says of its first adoption that brought anything, once it does.
    pub(super) fn taken_over(&self) -> Result<TakenOver, Failure> {
        let server = &self.servers[0];
        let said = clock::poll(LOG_INTERVAL, LOG_LIMIT, || {
            let text = server.log_text();
            text.lines().find(|line| line.contains(TOOK_OVER)).map(str::to_owned)
        });
        let line = said.ok_or_else(|| {
            Failure::new(format!(
                "see the other node's work taken over; the server said:\n{}",
                server.log_text()
            ))
        })?;
        Ok(TakenOver { from_memory: field(&line, "deliveries"), took_ms: field(&line, "took_ms") })
    }
}

/// The number after a field's name, whatever stands between.
fn field(line: &str, name: &str) -> u64 {
    let after = line.split_once(name).map_or("", |(_, rest)| rest);
    let digits = after.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.split(|letter: char| !letter.is_ascii_digit()).next().and_then(|it| it.parse().ok()).unwrap_or(0)
}

fn start(plan: &Plan, dir: &std::path::Path, schema: &Schema, number: usize) -> Result<Server, Failure> {
    let dir = dir.join(format!("node-{number}"));
    std::fs::create_dir_all(&dir).map_err(Failure::because("make a node's directory"))?;
    let mut command = command(plan, &dir)?;
    let settings = [
        ("HOOKTIDE_DATABASE_URL", schema.url()),
        ("HOOKTIDE_JWT_SECRET", JWT_SECRET),
        ("HOOKTIDE_MAIN_SECRET", MAIN_SECRET),
        ("HOOKTIDE_CLUSTER_LEASE", LEASE),
        // Escapes of colours would come between a field's name and its number.
        ("NO_COLOR", "1"),
    ];
    command.envs(settings).env("HOOKTIDE_CLUSTER_NODE_NAME", format!("node-{number}"));
    serve_with(command, &dir)
}
