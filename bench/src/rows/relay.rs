//! The relays, each as a process of its own.

use std::process::Command;
use std::sync::Arc;

use super::one::lines_of;
use super::plan::Plan;
use crate::api;
use crate::child::{Server, free_addr};
use crate::failure::Failure;
use crate::load::{Route, Target};
use crate::measure::Subject;
use crate::receiver::Receiver;
use crate::report::Line;

/// Accept, answer, sign, send.
pub(super) fn bare(plan: &Plan) -> Result<Vec<Line>, Failure> {
    run(plan, "bare relay", None)
}

/// The same with the message on the disk before the answer.
pub(super) fn with_log(plan: &Plan) -> Result<Vec<Line>, Failure> {
    run(plan, "relay with a log", Some("relay.log"))
}

fn run(plan: &Plan, name: &str, log: Option<&str>) -> Result<Vec<Line>, Failure> {
    let receiver = Receiver::start(plan.threads)?;
    let dir = plan.fresh_dir("relay")?;
    let addr = free_addr()?;
    let program = std::env::current_exe().map_err(Failure::because("find this binary"))?;
    let mut command = Command::new(program);
    command.args(["relay", "--listen", &addr.to_string(), "--to", &receiver.addr().to_string()]);
    command.args(["--slots", &plan.slots.to_string()]);
    if let Some(log) = log {
        command.arg("--log").arg(dir.join(log));
    }
    let server = Server::start(&mut command, addr, &dir, api::listens)?;
    let route = Route::new("app_bench", None)?;
    let target = Arc::new(Target::new(vec![addr], "none", plan.keys, vec![route])?);
    let servers = std::slice::from_ref(&server);
    let (receiver, threads) = (&receiver, plan.threads);
    let subject = Subject { servers, database: None, receiver, target, fan_out: 1, threads };
    lines_of(plan, name, &subject)
}
