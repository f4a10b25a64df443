//! The column `transformation` of `endpoint`: the script and its variables, sealed as one.
//!
//! Written and read with its endpoint. Sealed because the variables are secrets, and scripts often hold some too.

use std::collections::BTreeMap;

use hooktide_model::{EndpointTransformation, Timestamp};
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::fault::Fault;
use super::rows::{Context, parse_json, to_json};
use super::sealing;
use crate::vault::SealContext;

#[derive(Serialize)]
struct Written<'a> {
    code: Option<&'a str>,
    enabled: bool,
    variables: &'a BTreeMap<String, String>,
    updated_ms: i64,
}

#[derive(Deserialize)]
struct Read {
    code: Option<String>,
    enabled: bool,
    variables: BTreeMap<String, String>,
    updated_ms: i64,
}

/// The column as it is written for the endpoint with that key.
pub(super) fn sealed(
    transformation: Option<&EndpointTransformation>,
    seq: i64,
    context: &Context,
) -> Option<Vec<u8>> {
    let EndpointTransformation { code, enabled, variables, updated_at } = transformation?;
    let written =
        Written { code: code.as_deref(), enabled: *enabled, variables, updated_ms: updated_at.unix_ms() };
    let text = Zeroizing::new(to_json(&written));
    Some(sealing::seal(&context.vault, place(&seq.to_be_bytes()), text.as_bytes()))
}

/// The column of a row that was read.
pub(super) fn opened(
    row: &Row<'_>,
    seq: i64,
    context: &Context,
) -> Result<Option<EndpointTransformation>, Fault> {
    let Some(text) = sealing::open_column(context, row, "transformation", place(&seq.to_be_bytes()))? else {
        return Ok(None);
    };
    let Read { code, enabled, variables, updated_ms } = parse_json(&text, "transformation")?;
    let updated_at = Timestamp::from_unix_ms(updated_ms);
    Ok(Some(EndpointTransformation { code, enabled, variables, updated_at }))
}

fn place(row: &[u8; 8]) -> SealContext<'_> {
    SealContext { table: "endpoint", row, column: "transformation" }
}
