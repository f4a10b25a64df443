//! Refused requests as the wire API's log of a source shows them.

use std::collections::BTreeMap;

use hooktide_model::{Receipt, ReceiptId, SourceId, Timestamp};
use hooktide_verify::Scheme;
use serde::Serialize;
use utoipa::ToSchema;

use super::receipt::ReceiptDetailOut;

/// A request that was refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IngestLogOut)]
pub struct SourceLogOut {
    /// The receipt's id.
    #[schema(value_type = String)]
    pub id: ReceiptId,
    /// The source.
    #[schema(value_type = String)]
    pub source_id: SourceId,
    /// What was answered.
    pub status_code: u16,
    /// Why.
    pub error_text: String,
    /// Header lines; values that carry proofs or keys are not shown, and lines of one name are joined.
    pub headers: BTreeMap<String, String>,
    /// The body as text; what is no UTF-8 is replaced. Empty when it was not kept.
    pub payload: String,
    /// When it had arrived.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The same.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl SourceLogOut {
    /// The receipt as the source's owner sees it; `scheme` tells where a proof may stand.
    #[must_use]
    pub fn of(row: Receipt, source: SourceId, scheme: Option<&Scheme>) -> Self {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for line in ReceiptDetailOut::of(&row, scheme).headers {
            let value = headers.entry(line.name).or_default();
            if !value.is_empty() {
                value.push_str(", ");
            }
            value.push_str(&line.value);
        }
        let received_at = row.received_at();
        Self {
            id: row.id,
            source_id: source,
            status_code: row.head.status,
            error_text: row.head.detail,
            headers,
            payload: row.body.map(|body| String::from_utf8_lossy(&body).into_owned()).unwrap_or_default(),
            created_at: received_at,
            updated_at: received_at,
        }
    }
}
