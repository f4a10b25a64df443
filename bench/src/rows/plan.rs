//! What is run and with which counts.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::args::{Args, RowName};
use crate::failure::Failure;
use crate::payload::PAYLOAD_BYTES;
use crate::postgres;

const ALL: [RowName; 13] = [
    RowName::Relay,
    RowName::RelayLog,
    RowName::One,
    RowName::FanOut,
    RowName::Hanging,
    RowName::Inbound,
    RowName::Idle,
    RowName::Waiting,
    RowName::Stored,
    RowName::Postgres,
    RowName::Adoption,
    RowName::PostgresWaiting,
    RowName::PostgresHistory,
];

/// Those that need a PostgreSQL server.
const ON_POSTGRES: [RowName; 4] =
    [RowName::Postgres, RowName::Adoption, RowName::PostgresWaiting, RowName::PostgresHistory];

/// Pairs of calm and hanging; an odd number, so that there is a middle.
const HANGING_PAIRS: usize = 3;

/// The counts of one run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) messages: u64,
    pub(super) seconds: u64,
    pub(super) waiting: u64,
    pub(super) stored: u64,
    pub(super) adopted: u64,
    pub(super) past: u64,
    pub(super) hanging_rate: u64,
    pub(super) hanging_seconds: u64,
    pub(super) hanging_pairs: usize,
    pub(super) inbound_rate: u64,
    pub(super) flood_rate: u64,
    pub(super) inbound_seconds: u64,
    pub(super) slots: usize,
    pub(super) keys: bool,
    pub(super) threads: usize,
    pub(super) settings: Vec<(String, String)>,
    pub(super) rows: Vec<RowName>,
    postgres: Option<String>,
    binary: Option<PathBuf>,
    quick: bool,
    dir: TempDir,
}

impl Plan {
    pub(crate) fn from_args(args: &Args) -> Result<Self, Failure> {
        let or = |given: Option<u64>, normal, quick| {
            given.unwrap_or(if args.quick { quick } else { normal }).max(1)
        };
        let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.to_path_buf()));
        let beside = beside.ok_or_else(|| Failure::new("find the directory of this binary"))?;
        let data_dir = args.data_dir.clone().unwrap_or_else(|| beside.clone());
        let mut plan = Self {
            messages: or(args.messages, 200_000, 20_000),
            seconds: or(args.seconds, 15, 3),
            waiting: or(args.waiting, 1_000_000, 50_000),
            stored: or(args.stored, 1_000_000, 60_000),
            past: or(args.past, 5_000_000, 100_000),
            adopted: or(args.adopted, 100_000, 10_000),
            hanging_rate: args.hanging_rate.max(1),
            hanging_seconds: if args.quick { 5 } else { 25 },
            hanging_pairs: if args.quick { 1 } else { HANGING_PAIRS },
            inbound_rate: args.inbound_rate.max(1),
            flood_rate: args.flood_rate.max(1),
            inbound_seconds: or(args.seconds, 60, 3),
            slots: args.slots,
            keys: !args.no_keys,
            threads: args.threads.unwrap_or_else(default_threads).max(1),
            settings: args.set.iter().map(|text| setting(text)).collect::<Result<_, _>>()?,
            rows: ALL.into_iter().filter(|row| args.only.is_empty() || args.only.contains(row)).collect(),
            postgres: postgres::is_there(&args.postgres).then(|| args.postgres.clone()),
            binary: args
                .hooktide_bin
                .clone()
                .or_else(|| Some(beside.join("hooktide")).filter(|it| it.is_file())),
            quick: args.quick,
            dir: TempDir::with_prefix_in("hooktide-bench-", data_dir)
                .map_err(Failure::because("make a data directory"))?,
        };
        if plan.postgres.is_none() && args.only.is_empty() {
            plan.rows.retain(|row| !ON_POSTGRES.contains(row));
        }
        plan.check()?;
        Ok(plan)
    }

    /// A missing binary is found before anything is measured.
    fn check(&self) -> Result<(), Failure> {
        let relays = [RowName::Relay, RowName::RelayLog];
        if self.rows.iter().any(|row| !relays.contains(row)) {
            self.binary()?;
        }
        if self.rows.iter().any(|row| ON_POSTGRES.contains(row)) {
            self.postgres()?;
        }
        Ok(())
    }

    /// The server under test.
    pub(super) fn binary(&self) -> Result<&Path, Failure> {
        let found = self.binary.as_deref().filter(|path| path.is_file());
        found.ok_or_else(|| {
            Failure::new("find hooktide: `cargo build --release -p hooktide` first, or set HOOKTIDE_BIN")
        })
    }

    /// URL of the PostgreSQL server.
    pub(super) fn postgres(&self) -> Result<&str, Failure> {
        self.postgres
            .as_deref()
            .ok_or_else(|| Failure::new("reach PostgreSQL: name a server with --postgres URL"))
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    /// A fresh directory for one server.
    pub(super) fn fresh_dir(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(&path).map_err(Failure::because("make a data directory"))?;
        Ok(path)
    }

    /// What the figures rest on, for the head of the table.
    pub(crate) fn summary(&self) -> String {
        let quick = if self.quick { "QUICK RUN, too short for figures. " } else { "" };
        let keys = if self.keys { "an idempotency key each" } else { "no idempotency keys" };
        format!(
            "{quick}{PAYLOAD_BYTES} byte payloads, {keys}; {} messages per throughput figure (closed loop), {} s per \
             latency figure (open loop at half of the full load); latencies in ms; CPU is the server's alone, on PostgreSQL \
             that of all nodes and of the database server{}",
            self.messages,
            self.seconds,
            if self.postgres.is_some() { "" } else { ". PostgreSQL was not reached: its rows are left out" }
        )
    }

    /// A tenth of a measurement, as the unmeasured beginning.
    pub(super) fn warm_up_messages(&self) -> u64 {
        (self.messages / 10).clamp(1000, 20_000)
    }
}

fn setting(text: &str) -> Result<(String, String), Failure> {
    let parts = text.split_once('=');
    let (name, value) = parts.ok_or_else(|| Failure::new(format!("read --set {text}: it is NAME=VALUE")))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| usize::from(cores) / 4).max(1)
}
