//! Cells and columns, aligned as text or as Markdown.

use super::line::Line;
use crate::load::Quantiles;

const HEADINGS: [&str; 9] = [
    "row",
    "deliveries/s",
    "per CPU-s",
    "CPU µs",
    "accept p50/p99",
    "e2e p50/p99",
    "RSS MiB",
    "figure",
    "budget",
];

/// The columns that are aligned to the right.
const NUMBERS: std::ops::Range<usize> = 1..7;

/// The table as cells, headings first.
pub(super) fn cells(lines: &[Line]) -> Vec<Vec<String>> {
    let headings = HEADINGS.iter().map(|&text| text.to_owned()).collect();
    std::iter::once(headings).chain(lines.iter().map(row)).collect()
}

fn row(line: &Line) -> Vec<String> {
    let throughput = line.throughput.as_ref();
    let latency = line.latency.as_ref();
    let verdicts: Vec<String> = line.verdicts.iter().map(super::budget::Verdict::text).collect();
    vec![
        line.name.clone(),
        cell(throughput.map(|it| format!("{:.0}", it.deliveries_per_s))),
        cell(throughput.map(|it| format!("{:.0}", it.deliveries_per_cpu_s))),
        cell(throughput.map(|it| format!("{:.1}", it.cpu_us_per_delivery))),
        cell(latency.map(|it| pair(&it.accept))),
        cell(latency.and_then(|it| it.end_to_end.as_ref().map(pair))),
        cell(line.rss_mib.map(|it| format!("{it:.0}"))),
        cell(line.figure.clone()),
        verdicts.join("; "),
    ]
}

fn cell(value: Option<String>) -> String {
    value.unwrap_or_default()
}

fn pair(latency: &Quantiles) -> String {
    format!("{} / {}", ms(latency.p50_ms), ms(latency.p99_ms))
}

/// Two or three digits: more would be noise.
pub(crate) fn ms(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// Columns padded with blanks.
pub(super) fn as_text(cells: &[Vec<String>]) -> String {
    let widths = widths(cells);
    let mut text = String::new();
    for row in cells {
        text.push_str(padded(row, &widths, "  ").trim_end());
        text.push('\n');
    }
    text
}

/// A Markdown table that is also aligned for the eye.
pub(super) fn as_markdown(cells: &[Vec<String>]) -> String {
    let widths = widths(cells);
    let mut text = String::new();
    for (position, row) in cells.iter().enumerate() {
        text.push_str(&format!("| {} |\n", padded(row, &widths, " | ")));
        if position == 0 {
            text.push_str(&rule(&widths));
        }
    }
    text
}

fn rule(widths: &[usize]) -> String {
    let dashes = widths.iter().enumerate().map(|(column, width)| {
        let dashes = "-".repeat(*width + 1);
        if NUMBERS.contains(&column) { format!("{dashes}:") } else { format!(":{dashes}") }
    });
    format!("|{}|\n", dashes.collect::<Vec<_>>().join("|"))
}

fn padded(row: &[String], widths: &[usize], between: &str) -> String {
    let padded = row.iter().zip(widths).enumerate().map(|(column, (cell, &width))| {
        if NUMBERS.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
    });
    padded.collect::<Vec<_>>().join(between)
}

fn widths(cells: &[Vec<String>]) -> Vec<usize> {
    (0..HEADINGS.len())
        .map(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests;
