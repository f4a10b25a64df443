//! `hooktide config print`: the values in force as a configuration file, each with its origin as a comment. What is
//! printed can be saved and used; secrets are left out and say so.

use std::fmt::Write;

use crate::{GROUPS, Loaded, Value};

/// The column in which origins stand where the value is short enough.
const ORIGIN_COLUMN: usize = 52;

/// The configuration as TOML.
pub fn print_toml(loaded: &Loaded) -> String {
    let mut out = String::new();
    for group in GROUPS {
        if !group.name.is_empty() {
            let _ = writeln!(out, "\n[{}]", group.name);
        }
        for value in loaded.values.iter().filter(|value| value.key.group() == group.name) {
            let line = line(value);
            let _ = writeln!(out, "{line:ORIGIN_COLUMN$} # {}", value.origin);
        }
    }
    out
}

/// Commented out when there is nothing to copy: a secret, or a setting without a value.
fn line(value: &Value) -> String {
    let key = value.key;
    let line = format!("{} = {}", key.leaf(), key.toml(&value.text));
    let unset = value.text.is_empty() && key.literal() != crate::Literal::List;
    if key.secret || value.is_redacted || unset { format!("# {line}") } else { line }
}
