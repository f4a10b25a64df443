//! The demo's table: a SQLite file with one row for each type of event, which an endpoint of the demo source can write.
//!
//! The file is made here because no destination makes one: a mistyped name must not become an empty database.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::failure::Failure;

/// The file below the directory for destinations' files.
const FILE: &str = "webhooks.db";
const SCHEMA: &str =
    "CREATE TABLE IF NOT EXISTS webhook (event TEXT PRIMARY KEY, zen TEXT, message_id TEXT NOT NULL)";

/// Make sure that the file and its table are there; the file.
///
/// # Errors
/// When the directory cannot be written.
pub(crate) fn prepare_table(folder: &Path) -> Result<PathBuf, Failure> {
    let hint = "choose another directory with `destinations.files_root`";
    let folder = std::path::absolute(folder)
        .map_err(|error| Failure::caused("cannot find the demo's directory", &error, hint))?;
    let file = folder.join(FILE);
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::caused("cannot make the demo's directory", &error, hint))?;
    let made = rusqlite::Connection::open(&file).and_then(|connection| connection.execute_batch(SCHEMA));
    made.map_err(|error| Failure::caused("cannot make the demo's table", &error, hint))?;
    Ok(file)
}

/// The endpoint that writes the table, as JSON for the API.
pub(crate) fn table_endpoint() -> String {
    let columns = json!({
        "event": { "template": "{{ event_type }}" },
        "zen": { "path": "$.zen" },
        "message_id": { "template": "{{ message_id }}" },
    });
    let config =
        json!({ "url": format!("sqlite:{FILE}"), "table": "webhook", "key": ["event"], "columns": columns });
    json!({ "destination": { "kind": "sql", "config": config } }).to_string()
}
