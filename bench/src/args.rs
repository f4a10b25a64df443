//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// One table from one run on one machine: a bare relay, the relay with a flushed log, and Hooktide.
#[derive(Debug, Parser)]
#[command(name = "hooktide-bench", version)]
pub(crate) struct Args {
    /// All rows with small counts, in less than two minutes; good for finding breakage, too short for figures.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these rows; may be repeated.
    #[arg(long, value_name = "ROW")]
    pub(crate) only: Vec<RowName>,
    /// Print Markdown.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Messages of each throughput measurement [default: 200000; quick: 20000].
    #[arg(long, value_name = "N")]
    pub(crate) messages: Option<u64>,
    /// Seconds of each latency measurement [default: 15, inbound 60; quick: 3].
    #[arg(long, value_name = "S")]
    pub(crate) seconds: Option<u64>,
    /// Messages that wait while memory and restart are measured [default: 1000000; quick: 50000].
    #[arg(long, value_name = "N")]
    pub(crate) waiting: Option<u64>,
    /// Messages stored between the first and the last slice of the growth row [default: 1000000; quick: 60000].
    #[arg(long, value_name = "N")]
    pub(crate) stored: Option<u64>,
    /// Unfinished deliveries of the node that is killed [default: 100000; quick: 10000].
    #[arg(long, value_name = "N")]
    pub(crate) adopted: Option<u64>,
    /// Messages and attempts in the past that lists are read from on PostgreSQL [default: 5000000; quick: 100000].
    #[arg(long, value_name = "N")]
    pub(crate) past: Option<u64>,
    /// The PostgreSQL server of the rows on PostgreSQL. Nothing else should use it meanwhile: its whole cost is counted.
    /// They make a schema of their own and drop it.
    #[arg(
        long,
        value_name = "URL",
        env = "HOOKTIDE_TEST_POSTGRES_URL",
        default_value = "postgres://postgres@127.0.0.1:5432/test"
    )]
    pub(crate) postgres: String,
    /// Messages per second of the row with hanging endpoints.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) hanging_rate: u64,
    /// Signed requests per second of the inbound row.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) inbound_rate: u64,
    /// Forged requests per second beside the good ones.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) flood_rate: u64,
    /// Connections of the relays to the receiver; Hooktide has `delivery.concurrency` of them per endpoint.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) slots: usize,
    /// Publish without an idempotency key. The SDKs always send one.
    #[arg(long)]
    pub(crate) no_keys: bool,
    /// Threads each of the load generator and of the receiver [default: a quarter of the cores, at least 1].
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Where the logs and stores are written; a fresh directory in it is made and removed [default: beside the binary].
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The server under test [default: beside the binary].
    #[arg(long, value_name = "FILE", env = "HOOKTIDE_BIN")]
    pub(crate) hooktide_bin: Option<PathBuf>,
    /// An extra setting of the server under test, such as HOOKTIDE_LOG_LEVEL=warn; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the table is printed as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    Text,
    Markdown,
    Json,
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        match (self.json, self.markdown) {
            (true, _) => Format::Json,
            (false, true) => Format::Markdown,
            (false, false) => Format::Text,
        }
    }
}

/// The rows, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowName {
    /// Accept, sign, send; nothing is stored.
    Relay,
    /// The relay with a flushed log.
    RelayLog,
    /// Hooktide with one endpoint.
    One,
    /// Hooktide with ten endpoints for every message.
    FanOut,
    /// Hooktide while 900 of 1,000 endpoints hang.
    Hanging,
    /// Providers' signed requests while every action is slow, and beside a flood of forged ones.
    Inbound,
    /// Cold start, and memory at rest.
    Idle,
    /// Memory and restart with many deliveries waiting.
    Waiting,
    /// Cost per event with much stored against empty.
    Stored,
    /// One node on PostgreSQL, two nodes, fan-out.
    Postgres,
    /// A node on PostgreSQL is killed with much in its memory.
    Adoption,
    /// Restart, adoption and deliveries with many waiting in PostgreSQL.
    PostgresWaiting,
    /// Lists with much history in PostgreSQL.
    PostgresHistory,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a relay; the benchmark starts these itself.
    #[command(hide = true)]
    Relay(RelayArgs),
}

/// What a relay process is told.
#[derive(Debug, clap::Args)]
pub(crate) struct RelayArgs {
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    #[arg(long)]
    pub(crate) to: SocketAddr,
    #[arg(long)]
    pub(crate) slots: usize,
    /// Where the log is; without one nothing is stored.
    #[arg(long)]
    pub(crate) log: Option<PathBuf>,
}
