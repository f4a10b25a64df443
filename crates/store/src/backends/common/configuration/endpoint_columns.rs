//! An endpoint's columns that are not written as they are.

use hooktide_model::Endpoint;

use super::columns::{parse_json, to_json};
use super::sealed::{seal_destination, seal_headers, seal_transformation};
use crate::StoreError;
use crate::vault::Vault;

/// Those columns as they are written.
pub(in crate::backends) struct EndpointColumns {
    pub(in crate::backends) event_types: Option<String>,
    pub(in crate::backends) channels: Option<String>,
    pub(in crate::backends) metadata: String,
    pub(in crate::backends) headers: Option<Vec<u8>>,
    pub(in crate::backends) destination: Option<Vec<u8>>,
    pub(in crate::backends) filter: Option<String>,
    pub(in crate::backends) transformation: Option<Vec<u8>>,
}

impl EndpointColumns {
    pub(in crate::backends) fn of(endpoint: &Endpoint, seq: i64, vault: &Vault) -> Self {
        Self {
            event_types: endpoint.event_types.as_ref().map(to_json),
            channels: endpoint.channels.as_ref().map(to_json),
            metadata: to_json(&endpoint.metadata),
            headers: seal_headers(vault, seq, &endpoint.headers),
            destination: seal_destination(vault, seq, endpoint.destination.as_ref()),
            filter: endpoint.filter.as_ref().map(to_json),
            transformation: seal_transformation(vault, seq, endpoint.transformation.as_ref()),
        }
    }
}

/// A column's list of names, if it has one.
pub(in crate::backends) fn labels<T>(
    text: Option<&str>,
    column: &'static str,
    trusted: impl Fn(&str) -> T,
) -> Result<Option<Vec<T>>, StoreError> {
    let Some(text) = text else { return Ok(None) };
    let texts: Vec<String> = parse_json(text.as_bytes(), column)?;
    Ok(Some(texts.iter().map(|text| trusted(text)).collect()))
}
