//! A past for the history row, written by SQL: publishing millions would take longer than reading them.
//!
//! A few messages are published and delivered; then their rows are copied into partitions of earlier days, each with a
//! key of its own. One attempt in fifty failed.

use crate::failure::Failure;
use crate::postgres::Schema;

/// Days, and so partitions.
pub(super) const DAYS: i64 = 10;
const DAY_S: i64 = 86_400;
/// Seconds between the Unix epoch and that of the keys.
const EPOCH_S: i64 = 1_400_000_000;
/// Keys of one second: 8 bits for its parts, 24 for a counter.
const KEYS_PER_S: i64 = 1 << 32;
/// One of so many attempts is made a failed one.
const FAILED_OF: i64 = 50;
const TABLES: [&str; 3] = ["message", "receipt", "attempt"];

/// A day's keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    low: i64,
}

impl Day {
    /// So many days before today, in the time of the server's clock.
    pub(super) fn before(schema: &Schema, days: i64) -> Result<Self, Failure> {
        let now_s = schema.number("SELECT extract(epoch FROM now())::BIGINT")?;
        Ok(Self { low: (now_s.div_euclid(DAY_S) * DAY_S - days * DAY_S - EPOCH_S) * KEYS_PER_S })
    }

    fn high(self) -> i64 {
        self.low + DAY_S * KEYS_PER_S
    }

    /// Its tables, as the server names them.
    pub(super) fn tables(self) -> [String; 3] {
        TABLES.map(|table| format!("{table}_{:016x}", self.low))
    }

    /// Fills it with copies of the messages of today.
    pub(super) fn fill(self, schema: &Schema, messages: i64) -> Result<(), Failure> {
        for (table, name) in TABLES.iter().zip(self.tables()) {
            schema.run(&format!(
                "CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES \
                 INCLUDING STORAGE); \
                 ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({}) TO ({})",
                self.low,
                self.high()
            ))?;
        }
        let [message, _, attempt] = self.tables();
        let step = (DAY_S * KEYS_PER_S) / messages.max(1);
        let (low, last) = (self.low, messages - 1);
        schema.run(&format!(
            "INSERT INTO {message} SELECT {low} + nth * {step}, app, event_type, NULL, channels, tags, deliver_at, \
             expires_at, targets, hops, content_type, plain_bytes, body, params \
             FROM generate_series(0::BIGINT, {last}) AS nth JOIN sample ON sample.number = nth % (SELECT count(*) FROM sample)"
        ))?;
        schema.run(&format!(
            "INSERT INTO {attempt} SELECT {low} + nth * {step} + 1, {low} + nth * {step}, ep, tries, trigger, \
             CASE WHEN nth % {FAILED_OF} = 0 THEN 2 ELSE 0 END, CASE WHEN nth % {FAILED_OF} = 0 THEN 500 ELSE 204 END, \
             duration_ms, url, NULL, response \
             FROM generate_series(0::BIGINT, {last}) AS nth JOIN sample ON sample.number = nth % (SELECT count(*) FROM sample)"
        ))?;
        schema.run(&format!("ANALYZE {message}, {attempt}"))
    }
}

/// Takes the delivered messages of today as samples.
pub(super) fn take_samples(schema: &Schema) -> Result<(), Failure> {
    schema.run(
        "SET statement_timeout = 0; CREATE TEMPORARY TABLE sample AS \
         SELECT (row_number() OVER (ORDER BY message.seq) - 1)::BIGINT AS number, message.*, ep, attempt.number AS tries, \
         trigger, duration_ms, url, response FROM message JOIN attempt ON attempt.msg = message.seq; \
         ANALYZE sample",
    )
}
