//! Columns that are sealed: what each holds, and the place it is bound to. The forms never change: rows written years ago
//! must open.

use std::collections::BTreeMap;

use hooktide_model::{
    EndpointDestination, EndpointTransformation, Source, SourceFeed, SourceSecret, SourceToken, Timestamp,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::columns::{parse_json, to_json};
use crate::StoreError;
use crate::backends::common::{Damaged, open, seal};
use crate::vault::{SealContext, Vault};

/// Bytes of the key that ids are made with.
pub(in crate::backends) const ID_KEY_BYTES: usize = 32;
/// The fact of `meta` that holds it.
pub(in crate::backends) const ID_KEY: &str = "id_key";
/// Where it is sealed for.
pub(in crate::backends) const ID_KEY_PLACE: SealContext<'static> =
    SealContext { table: "meta", row: b"id_key", column: "value" };

/// The key that ids are made with, as it is written.
pub(in crate::backends) fn seal_id_key(vault: &Vault, key: &[u8; ID_KEY_BYTES]) -> Vec<u8> {
    seal(vault, ID_KEY_PLACE, key)
}

/// The same as it was read. Fails when the main secret is another one.
pub(in crate::backends) fn open_id_key(
    vault: &Vault,
    sealed: &[u8],
) -> Result<[u8; ID_KEY_BYTES], StoreError> {
    let key = open(vault, ID_KEY_PLACE, sealed)?;
    let damaged = |_| StoreError::Database("meta.id_key does not hold a key".to_owned());
    <[u8; ID_KEY_BYTES]>::try_from(key.as_slice()).map_err(damaged)
}

/// A column of `endpoint` in the row with that key.
fn of_endpoint<'a>(row: &'a [u8; 8], column: &'static str) -> SealContext<'a> {
    SealContext { table: "endpoint", row, column }
}

/// Headers, sealed because some are credentials. None: NULL.
pub(super) fn seal_headers(vault: &Vault, seq: i64, headers: &BTreeMap<String, String>) -> Option<Vec<u8>> {
    (!headers.is_empty()).then(|| {
        let text = Zeroizing::new(to_json(headers));
        seal(vault, of_endpoint(&seq.to_be_bytes(), "headers"), text.as_bytes())
    })
}

pub(in crate::backends) fn open_headers(
    vault: &Vault,
    seq: i64,
    sealed: Option<&[u8]>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let Some(sealed) = sealed else { return Ok(BTreeMap::new()) };
    parse_json(&open(vault, of_endpoint(&seq.to_be_bytes(), "headers"), sealed)?, "headers")
}

#[derive(Serialize)]
struct DestinationWritten<'a> {
    kind: &'a str,
    config: &'a serde_json::Value,
}

#[derive(Deserialize)]
struct DestinationRead {
    kind: String,
    config: serde_json::Value,
}

/// Kind and configuration, sealed as one.
pub(super) fn seal_destination(
    vault: &Vault,
    seq: i64,
    destination: Option<&EndpointDestination>,
) -> Option<Vec<u8>> {
    let EndpointDestination { kind, config } = destination?;
    let text = Zeroizing::new(to_json(&DestinationWritten { kind, config }));
    Some(seal(vault, of_endpoint(&seq.to_be_bytes(), "destination"), text.as_bytes()))
}

pub(in crate::backends) fn open_destination(
    vault: &Vault,
    seq: i64,
    sealed: Option<&[u8]>,
) -> Result<Option<EndpointDestination>, StoreError> {
    let Some(sealed) = sealed else { return Ok(None) };
    let text = open(vault, of_endpoint(&seq.to_be_bytes(), "destination"), sealed)?;
    let DestinationRead { kind, config } = parse_json(&text, "destination")?;
    Ok(Some(EndpointDestination { kind, config }))
}

#[derive(Serialize)]
struct TransformationWritten<'a> {
    code: Option<&'a str>,
    enabled: bool,
    variables: &'a BTreeMap<String, String>,
    updated_ms: i64,
}

#[derive(Deserialize)]
struct TransformationRead {
    code: Option<String>,
    enabled: bool,
    variables: BTreeMap<String, String>,
    updated_ms: i64,
}

/// The script and its variables, sealed as one: the variables are secrets, and scripts often hold some too.
pub(super) fn seal_transformation(
    vault: &Vault,
    seq: i64,
    transformation: Option<&EndpointTransformation>,
) -> Option<Vec<u8>> {
    let EndpointTransformation { code, enabled, variables, updated_at } = transformation?;
    let (code, enabled, updated_ms) = (code.as_deref(), *enabled, updated_at.unix_ms());
    let text = Zeroizing::new(to_json(&TransformationWritten { code, enabled, variables, updated_ms }));
    Some(seal(vault, of_endpoint(&seq.to_be_bytes(), "transformation"), text.as_bytes()))
}

pub(in crate::backends) fn open_transformation(
    vault: &Vault,
    seq: i64,
    sealed: Option<&[u8]>,
) -> Result<Option<EndpointTransformation>, StoreError> {
    let Some(sealed) = sealed else { return Ok(None) };
    let text = open(vault, of_endpoint(&seq.to_be_bytes(), "transformation"), sealed)?;
    let TransformationRead { code, enabled, variables, updated_ms } = parse_json(&text, "transformation")?;
    let updated_at = Timestamp::from_unix_ms(updated_ms);
    Ok(Some(EndpointTransformation { code, enabled, variables, updated_at }))
}

/// Both columns of the primary key: a secret opens neither at another endpoint nor at another rank.
fn secret_row(endpoint: i64, position: i64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&endpoint.to_be_bytes());
    key[8..].copy_from_slice(&position.to_be_bytes());
    key
}

fn of_secret(row: &[u8; 16]) -> SealContext<'_> {
    SealContext { table: "endpoint_secret", row, column: "secret" }
}

/// A signing secret of an endpoint, at its rank.
pub(in crate::backends) fn seal_secret(vault: &Vault, endpoint: i64, position: i64, secret: &str) -> Vec<u8> {
    seal(vault, of_secret(&secret_row(endpoint, position)), secret.as_bytes())
}

pub(in crate::backends) fn open_secret(
    vault: &Vault,
    endpoint: i64,
    position: i64,
    sealed: &[u8],
) -> Result<String, StoreError> {
    let bytes = open(vault, of_secret(&secret_row(endpoint, position)), sealed)?;
    let damaged = |_| Damaged { column: "endpoint_secret.secret", detail: "not text".to_owned() };
    Ok(std::str::from_utf8(&bytes).map_err(damaged)?.to_owned())
}

/// What is sealed of a source.
#[derive(Serialize, Deserialize)]
pub(in crate::backends) struct OpenedSource {
    pub(in crate::backends) token: SourceToken,
    pub(in crate::backends) secrets: Vec<SourceSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::backends) feed: Option<SourceFeed>,
}

fn of_source(row: &[u8; 8]) -> SealContext<'_> {
    SealContext { table: "source", row, column: "sealed" }
}

pub(in crate::backends) fn seal_source(vault: &Vault, seq: i64, source: &Source) -> Vec<u8> {
    let (token, secrets) = (source.token.clone(), source.secrets.clone());
    let text = Zeroizing::new(to_json(&OpenedSource { token, secrets, feed: source.feed.clone() }));
    seal(vault, of_source(&seq.to_be_bytes()), text.as_bytes())
}

pub(in crate::backends) fn open_source(
    vault: &Vault,
    seq: i64,
    sealed: &[u8],
) -> Result<OpenedSource, StoreError> {
    parse_json(&open(vault, of_source(&seq.to_be_bytes()), sealed)?, "sealed")
}
