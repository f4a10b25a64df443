//! The column `destination` of `endpoint`: the kind and its configuration, sealed as one.

use hooktide_model::EndpointDestination;
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::fault::Fault;
use super::rows::{Context, parse_json, to_json};
use super::sealing;
use crate::vault::SealContext;

#[derive(Serialize)]
struct Written<'a> {
    kind: &'a str,
    config: &'a serde_json::Value,
}

#[derive(Deserialize)]
struct Read {
    kind: String,
    config: serde_json::Value,
}

/// The column as it is written for the endpoint with that key.
pub(super) fn sealed(
    destination: Option<&EndpointDestination>,
    seq: i64,
    context: &Context,
) -> Option<Vec<u8>> {
    let EndpointDestination { kind, config } = destination?;
    let text = Zeroizing::new(to_json(&Written { kind, config }));
    Some(sealing::seal(&context.vault, place(&seq.to_be_bytes()), text.as_bytes()))
}

/// The column of a row that was read.
pub(super) fn opened(
    row: &Row<'_>,
    seq: i64,
    context: &Context,
) -> Result<Option<EndpointDestination>, Fault> {
    let Some(text) = sealing::open_column(context, row, "destination", place(&seq.to_be_bytes()))? else {
        return Ok(None);
    };
    let Read { kind, config } = parse_json(&text, "destination")?;
    Ok(Some(EndpointDestination { kind, config }))
}

fn place(row: &[u8; 8]) -> SealContext<'_> {
    SealContext { table: "endpoint", row, column: "destination" }
}
