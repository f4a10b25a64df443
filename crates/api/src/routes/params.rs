//! Path, query and header parameters that several operations share: what is read, and how it is documented.

use hooktide_model::{Channel, EventTypeName, Tag};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::extract::{QueryParams, QueryReader};

/// `/app/{app_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AppPath {
    /// The application's id or uid.
    pub(crate) app_id: String,
}

/// `/app/{app_id}/endpoint/{endpoint_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct EndpointPath {
    /// The application's id or uid.
    pub(crate) app_id: String,
    /// The endpoint's id or uid.
    pub(crate) endpoint_id: String,
}

/// `/app/{app_id}/msg/{msg_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct MessagePath {
    /// The application's id or uid.
    pub(crate) app_id: String,
    /// The message's id or eventId.
    pub(crate) msg_id: String,
}

/// `/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DeliveryPath {
    /// The application's id or uid.
    pub(crate) app_id: String,
    /// The message's id or eventId.
    pub(crate) msg_id: String,
    /// The endpoint's id or uid.
    pub(crate) endpoint_id: String,
}

/// `/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AttemptPath {
    /// The application's id or uid.
    pub(crate) app_id: String,
    /// The message's id or eventId.
    pub(crate) msg_id: String,
    /// The attempt's id.
    pub(crate) attempt_id: String,
}

/// `/source/{source_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SourcePath {
    /// The source's id or uid.
    pub(crate) source_id: String,
}

/// `/source/{source_id}/endpoint/{endpoint_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SourceEndpointPath {
    /// The source's id or uid.
    pub(crate) source_id: String,
    /// The endpoint's id or uid.
    pub(crate) endpoint_id: String,
}

/// `/source/{source_id}/receipt/{receipt_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ReceiptPath {
    /// The source's id or uid.
    pub(crate) source_id: String,
    /// The receipt's id.
    pub(crate) receipt_id: String,
}

/// `/source/{source_id}/receipt/{receipt_id}/endpoint/{endpoint_id}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ReceiptDeliveryPath {
    /// The source's id or uid.
    pub(crate) source_id: String,
    /// The receipt's id.
    pub(crate) receipt_id: String,
    /// The endpoint's id or uid.
    pub(crate) endpoint_id: String,
}

/// The header that makes a POST safe to repeat. Read by [`crate::extract::IdempotencyKey`].
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents what an extractor reads")]
pub(crate) struct IdempotencyHeader {
    /// The same key with the same body is carried out once; at most 256 bytes.
    #[param(rename = "idempotency-key")]
    idempotency_key: Option<String>,
}

/// The order of a list.
#[derive(Debug, ToSchema)]
#[schema(as = Ordering, rename_all = "lowercase")]
#[expect(dead_code, reason = "documents what an extractor reads")]
pub(crate) enum OrderIn {
    /// Oldest or smallest first.
    Ascending,
    /// Newest or largest first.
    Descending,
}

/// The page of a list. Read by [`crate::extract::PageParams`].
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what an extractor reads")]
pub(crate) struct PageQuery {
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 250)]
    limit: Option<u64>,
    /// The `iterator` or `prevIterator` of an earlier answer.
    iterator: Option<String>,
    /// The order.
    #[param(inline)]
    order: Option<OrderIn>,
}

/// The time window of a list. Read by [`crate::extract::TimeWindow`].
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what an extractor reads")]
pub(crate) struct WindowQuery {
    /// Only rows before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    before: Option<String>,
    /// Only rows after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    after: Option<String>,
}

/// Which messages, or attempts of which messages, a list holds.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LabelQuery {
    /// Only with this channel.
    #[param(value_type = Option<String>)]
    pub(crate) channel: Option<Channel>,
    /// Only with this tag.
    #[param(value_type = Option<String>)]
    pub(crate) tag: Option<Tag>,
    /// Only of these event types.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    pub(crate) event_types: Vec<EventTypeName>,
}

impl QueryParams for LabelQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self {
            channel: reader.parsed("channel", Channel::parse),
            tag: reader.parsed("tag", Tag::parse),
            event_types: reader.names("event_types", EventTypeName::parse).unwrap_or_default(),
        }
    }
}

/// Whether contents are shown.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContentQuery {
    /// Whether payloads and responses are shown.
    #[param(value_type = Option<bool>, default = true)]
    pub(crate) with_content: bool,
}

impl QueryParams for ContentQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self { with_content: reader.bool("with_content").unwrap_or(true) }
    }
}

/// Whether all statuses are shown.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatusQuery {
    /// Whether `canceled` is shown as such; earlier clients do not know it and see `fail`.
    #[param(value_type = Option<bool>, default = false)]
    pub(crate) expanded_statuses: bool,
}

impl QueryParams for StatusQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self { expanded_statuses: reader.bool("expanded_statuses").unwrap_or(false) }
    }
}
