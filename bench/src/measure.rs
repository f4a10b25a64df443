//! The two measurements that the rows share: throughput with CPU at full load, latency at a given rate.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::child::Server;
use crate::clock;
use crate::failure::Failure;
use crate::load::{self, Load, LoadReport, Pace, Quantiles, Target};
use crate::postgres::{Cost, Schema};
use crate::receiver::Receiver;

/// Longest span in which a closed loop begins requests.
const LOAD_LIMIT: Duration = Duration::from_secs(600);
/// Longest wait for deliveries after the last publish call.
const DRAIN_LIMIT: Duration = Duration::from_secs(120);
const DRAIN_INTERVAL: Duration = Duration::from_millis(2);
/// A server that used at most this much in a [`SETTLE_INTERVAL`] is at rest: recording and sealing are over.
const REST_US: u64 = 10_000;
const SETTLE_INTERVAL: Duration = Duration::from_millis(200);
const SETTLE_LIMIT: Duration = Duration::from_secs(20);

/// A server or several that share a database, the receiver they send to, and what is published.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) servers: &'a [Server],
    /// Where the database is a server of its own: what it spends counts as well.
    pub(crate) database: Option<&'a Schema>,
    pub(crate) receiver: &'a Receiver,
    pub(crate) target: Arc<Target>,
    /// Deliveries of one message.
    pub(crate) fan_out: u64,
    pub(crate) threads: usize,
}

/// Full load.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Throughput {
    pub(crate) deliveries_per_s: f64,
    pub(crate) deliveries_per_cpu_s: f64,
    /// Of the servers under test, and of the database server where there is one and its processes can be seen.
    pub(crate) cpu_us_per_delivery: f64,
    pub(crate) database: Option<DatabaseShare>,
}

/// What the database server had of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct DatabaseShare {
    /// `None` where its processes cannot be seen.
    pub(crate) cpu_us_per_delivery: Option<f64>,
    pub(crate) wal_bytes_per_delivery: f64,
}

/// Latencies at a fixed rate.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Latency {
    pub(crate) messages_per_s: f64,
    pub(crate) accept: Quantiles,
    /// Nothing where actions are slow on purpose.
    pub(crate) end_to_end: Option<Quantiles>,
}

impl Subject<'_> {
    /// Fills caches and opens connections; nothing is noted.
    pub(crate) fn warm_up(&self, messages: u64) -> Result<(), Failure> {
        self.full_load(64, messages).map(drop)
    }

    /// Publishes `messages` on `connections`, each as fast as answers come. CPU counts until the server is at rest.
    pub(crate) fn full_load(&self, connections: usize, messages: u64) -> Result<Throughput, Failure> {
        self.receiver.reset();
        let (before_us, before) = (self.cpu_us()?, self.database_cost()?);
        let load = self.load(Pace::Closed, connections, messages, LOAD_LIMIT);
        let report = self.publish(load)?;
        let deliveries = report.accepted * self.fan_out;
        let wall_s = (self.receiver.last_ns() - report.start_ns) as f64 / 1e9;
        settle_all(self.servers)?;
        let cpu_us = self.cpu_us()? - before_us;
        let spent = self.database_cost()?.zip(before).map(|(now, before)| now.since(before));
        Ok(Throughput::of(deliveries, wall_s, cpu_us, spent))
    }

    /// Publishes at `rate` per second for `seconds`, whatever the answers do.
    pub(crate) fn steady_load(&self, rate: f64, seconds: u64) -> Result<Latency, Failure> {
        self.receiver.reset();
        let messages = (rate * seconds as f64) as u64;
        let limit = Duration::from_secs(seconds * 4);
        let report = self.publish(self.load(Pace::Open(rate), 256, messages, limit))?;
        Ok(Latency {
            messages_per_s: rate,
            accept: report.latencies.quantiles(),
            end_to_end: Some(self.receiver.latencies().quantiles()),
        })
    }

    /// Runs a load and waits until every accepted message has arrived.
    fn publish(&self, load: Load) -> Result<LoadReport, Failure> {
        let report = load::run(load)?;
        for server in self.servers {
            all_accepted(&report, server)?;
        }
        let expected = report.accepted * self.fan_out;
        let arrived = || (self.receiver.answered() >= expected).then_some(());
        if clock::poll(DRAIN_INTERVAL, DRAIN_LIMIT, arrived).is_none() {
            let got = self.receiver.answered();
            return Err(Failure::new(format!("see every delivery: {got} of {expected} arrived")));
        }
        Ok(report)
    }

    fn load(&self, pace: Pace, connections: usize, messages: u64, limit: Duration) -> Load {
        Load {
            target: Arc::clone(&self.target) as _,
            pace,
            connections,
            threads: self.threads,
            messages,
            limit,
        }
    }

    fn cpu_us(&self) -> Result<u64, Failure> {
        self.servers.iter().map(Server::cpu_us).sum()
    }

    fn database_cost(&self) -> Result<Option<Cost>, Failure> {
        self.database.map(Schema::cost).transpose()
    }
}

impl Throughput {
    /// `cpu_us`: of the servers under test; `spent`: by the database server beside them.
    pub(crate) fn of(deliveries: u64, wall_s: f64, cpu_us: u64, spent: Option<Cost>) -> Self {
        let deliveries = deliveries as f64;
        let database_us = spent.and_then(|spent| spent.cpu_us);
        let all_us = (cpu_us + database_us.unwrap_or(0)) as f64;
        Self {
            deliveries_per_s: deliveries / wall_s,
            deliveries_per_cpu_s: deliveries * 1e6 / all_us,
            cpu_us_per_delivery: all_us / deliveries,
            database: spent.map(|spent| DatabaseShare {
                cpu_us_per_delivery: database_us.map(|us| us as f64 / deliveries),
                wal_bytes_per_delivery: spent.wal_bytes as f64 / deliveries,
            }),
        }
    }
}

/// A refusal ends the run: figures of a server that turned work away would be too good.
pub(crate) fn all_accepted(report: &LoadReport, server: &Server) -> Result<(), Failure> {
    match report.refusal {
        None => Ok(()),
        Some(status) => Err(Failure::new(format!(
            "publish: {} of {} calls were refused, the first with {status}; the server said:\n{}",
            report.refused,
            report.refused + report.accepted,
            server.log_text()
        ))),
    }
}

/// Waits until all of them have.
pub(crate) fn settle_all(servers: &[Server]) -> Result<(), Failure> {
    servers.iter().try_for_each(settle)
}

/// Waits until the server has finished what it does in the background.
pub(crate) fn settle(server: &Server) -> Result<(), Failure> {
    let mut last_us = server.cpu_us()?;
    let mut failure = None;
    clock::pause(SETTLE_INTERVAL);
    clock::poll(SETTLE_INTERVAL, SETTLE_LIMIT, || match server.cpu_us() {
        Ok(now_us) => {
            let at_rest = now_us - last_us <= REST_US;
            last_us = now_us;
            at_rest.then_some(())
        }
        Err(error) => {
            failure = Some(error);
            Some(())
        }
    });
    failure.map_or(Ok(()), Err)
}
