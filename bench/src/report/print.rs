//! Prints the head and the table on standard output; nothing else is printed there.

use serde_json::json;

use super::line::Line;
use super::table;
use crate::args::Format;
use crate::machine::Machine;

/// `summary`: the counts that the figures rest on.
pub(crate) fn print(format: Format, machine: &Machine, summary: &str, lines: &[Line]) {
    match format {
        Format::Json => println!("{:#}", json!({ "machine": machine, "run": summary, "rows": lines })),
        Format::Markdown => {
            println!(
                "{}\n\n{}",
                head(machine, summary).join("  \n"),
                table::as_markdown(&table::cells(lines))
            );
        }
        Format::Text => {
            println!("{}\n\n{}", head(machine, summary).join("\n"), table::as_text(&table::cells(lines)))
        }
    }
}

fn head(machine: &Machine, summary: &str) -> Vec<String> {
    vec![
        format!(
            "{}, {} cores, {} GiB; Linux {}; {}; {}; load at start {}",
            machine.cpu,
            machine.cores,
            machine.memory_gib,
            machine.kernel,
            machine.file_system,
            machine.rustc,
            machine.load_at_start
        ),
        summary.to_owned(),
    ]
}
