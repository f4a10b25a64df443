//! `hooktide nodes`: the servers that share a database, as the database knows them.

use std::fmt::Write;

use hooktide_config::DatabaseUrl;
use hooktide_model::Timestamp;
use hooktide_model::clock::{Clock, SystemClock};
use hooktide_store::NodeState;
use hooktide_store::backends::postgres;

use crate::cli::NodesArgs;
use crate::commands::migrate::{block_on, one_connection};
use crate::failure::Failure;
use crate::output::print_data;

/// Prints a line per node.
pub(crate) fn run(arguments: &NodesArgs) -> Result<(), Failure> {
    let config = arguments.settings.load(Vec::new())?.config;
    let DatabaseUrl::Postgres(database) = &config.database_url else {
        return Err(Failure::failed(
            "the embedded store has one node: the server that has it open",
            "ask that one: `hooktide healthcheck URL`, or GET /api/v1/node",
        ));
    };
    let nodes = block_on(postgres::nodes(&one_connection(database)))
        .map_err(|error| Failure::caused("cannot read the nodes", &error, ""))?;
    print_data(&table(&nodes, SystemClock.now()))
}

fn table(nodes: &[NodeState], now: Timestamp) -> String {
    let header = [
        "NODE",
        "NAME",
        "VERSION",
        "STATUS",
        "AGE",
        "SEEN",
        "LANES",
        "IN MEMORY",
        "WAITING",
        "OLDEST",
        "LEASES",
        "ADDRESS",
    ];
    let mut rows = vec![header.map(str::to_owned)];
    rows.extend(nodes.iter().map(|node| row(node, now)));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn row(node: &NodeState, now: Timestamp) -> [String; 12] {
    let status = match node.holder {
        Some(holder) if holder == node.id => "live".to_owned(),
        Some(holder) => format!("taken over by {holder}"),
        None => "handed over".to_owned(),
    };
    let oldest = node.oldest_waiting.map(|due| now.since(due).as_secs_f64());
    [
        node.id.to_string(),
        node.name.clone(),
        node.version.clone(),
        status,
        span(node.age_s),
        format!("{} ago", span(node.heard_of_s)),
        node.load.lanes.to_string(),
        node.load.in_memory.to_string(),
        node.waiting.to_string(),
        oldest.map_or_else(|| "-".to_owned(), span),
        node.leases.to_string(),
        node.load.address.clone(),
    ]
}

/// A span for people: `850ms`, `12s`, `3m`, `5h`, `2d`.
fn span(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    match seconds {
        s if s < 1.0 => format!("{:.0}ms", s * 1000.0),
        s if s < 120.0 => format!("{s:.0}s"),
        s if s < 7200.0 => format!("{:.0}m", s / 60.0),
        s if s < 172_800.0 => format!("{:.0}h", s / 3600.0),
        s => format!("{:.0}d", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests;
