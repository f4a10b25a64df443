//! The configuration: which file, and when to begin a new one.

use serde::Deserialize;
use serde_json::Value;

use super::client::FileClient;
use super::place::{self, Place};
use super::rotate::Rotation;
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, fields};

/// Least size at which a new file is begun.
const ROTATE_BYTES_MIN: i64 = 1_024;
/// Greatest size at which a new file is begun: 1 TiB.
const ROTATE_BYTES_MAX: i64 = 1 << 40;
/// Most full files that are kept beside the current one.
const KEPT_FILES_MAX: i64 = 10_000;

pub(super) const FIELDS: &[Field] = &[
    Field::required(
        "path",
        Form::Template,
        "the file, below the server's files directory; ends with .jsonl or .ndjson; folders are made",
    )
    .aiming(),
    Field::optional(
        "rotate_bytes",
        Form::Integer { min: ROTATE_BYTES_MIN, max: ROTATE_BYTES_MAX },
        "begin a new file before this one grows beyond so many bytes; default: never",
    ),
    Field::optional("rotate_daily", Form::Flag, "begin a new file every day, in UTC; default: false"),
    Field::optional(
        "kept_files",
        Form::Integer { min: 1, max: KEPT_FILES_MAX },
        "how many full files are kept beside the current one; older ones are deleted; needed to rotate",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "path": "orders/{{ event_type }}.jsonl",
  "rotate_bytes": 104857600,
  "rotate_daily": true,
  "kept_files": 30
}"#;

#[derive(Deserialize)]
struct Config {
    path: Template,
    rotate_bytes: Option<u64>,
    rotate_daily: Option<bool>,
    kept_files: Option<usize>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    if policy.files_root.is_none() {
        mistakes.push(ConfigMistake::new(
            "path",
            "names a file, and this server allows none",
            "ask the operator to set HOOKTIDE_DESTINATIONS_FILES_ROOT",
        ));
    }
    if let Some(Err(what)) = config.path.as_literal().map(|text| Place::parse(text, text)) {
        mistakes.push(ConfigMistake::new("path", what, place::MEND));
    }
    let is_daily = config.rotate_daily.unwrap_or(false);
    let rotates = is_daily || config.rotate_bytes.is_some();
    let rotation = match (rotates, config.kept_files) {
        (true, Some(files_kept)) => Some(Rotation { bytes_max: config.rotate_bytes, is_daily, files_kept }),
        (false, None) => None,
        (true, None) => {
            let mend = "say how many full files are kept; older ones are deleted";
            mistakes.push(ConfigMistake::new("kept_files", "is missing", mend));
            None
        }
        (false, Some(_)) => {
            let mend = "remove it, or set rotate_bytes or rotate_daily";
            mistakes.push(ConfigMistake::new("kept_files", "means nothing for a file that never ends", mend));
            None
        }
    };
    if mistakes.is_empty() {
        Ok(Checked::client(FileClient { path: config.path, rotation }))
    } else {
        Err(mistakes)
    }
}
