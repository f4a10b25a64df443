//! A message to be published: from the bytes of the request to checked values, without copying the payload.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hooktide_model::{Channel, ContentType, EventTypeName, MessageId, Tag, Timestamp, Uid};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::application::{ApplicationDraft, ApplicationIn};
use crate::error::{ApiError, JSON_ERROR, VALUE_ERROR};
use crate::extract::parse_json;
use crate::state::ApiLimits;
use crate::validate::Rules;

/// Hours that a payload may be kept.
const RETENTION_HOURS: std::ops::RangeInclusive<i64> = 1..=2_160;
/// Days that a payload may be kept.
const RETENTION_DAYS: std::ops::RangeInclusive<i64> = 1..=90;
/// Bytes of what scripts are told.
const PARAMS_BYTES_MAX: usize = 16 << 10;
/// Bytes of a content type.
const CONTENT_TYPE_BYTES_MAX: usize = 256;

/// A message to be published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageIn<'a> {
    /// What happened.
    #[serde(borrow)]
    #[schema(value_type = String, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$", example = "invoice.paid")]
    pub event_type: Cow<'a, str>,
    /// A JSON object. It is delivered byte for byte as it stands in the request.
    #[serde(borrow, default)]
    #[schema(value_type = Object, required = true)]
    pub payload: Option<&'a RawValue>,
    /// Your own id for it, unique in the application.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub event_id: Option<Cow<'a, str>>,
    /// Endpoints that name channels get it only if they share one with this list.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub channels: Option<Vec<String>>,
    /// Labels that lists can be filtered by.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub tags: Option<Vec<String>>,
    /// Create the application, if it is not there, under the uid in the path; `uid` must be the same.
    #[serde(default)]
    pub application: Option<ApplicationIn>,
    /// What the scripts of endpoints find as `webhook.transformationsParams`; kept as long as the payload, up to 16 KiB.
    /// Two entries mean something by themselves. `rawPayload`: a text that is delivered instead of `payload`, byte for
    /// byte, and is not repeated to scripts; `headers`: may hold `content-type`, `application/json` when absent.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub transformations_params: Option<TransformationsParamsIn>,
    /// Not delivered before this time.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deliver_at: Option<Timestamp>,
    /// Days that the payload is kept: 1 to 90.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 90)]
    pub payload_retention_period: Option<i64>,
    /// Hours that the payload is kept: 1 to 2,160.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2_160)]
    pub payload_retention_hours: Option<i64>,
    /// Hooktide extension: bytes in base64 that are delivered instead of `payload`. Needs `contentType`.
    #[serde(default)]
    pub payload_base64: Option<String>,
    /// Hooktide extension: the media type of `rawPayload` or `payloadBase64`.
    #[serde(default)]
    pub content_type: Option<String>,
}

/// The entries of `transformationsParams` that are understood, and those that are for scripts only.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransformationsParamsIn {
    /// Delivered instead of `payload`.
    pub raw_payload: Option<String>,
    /// `content-type` only.
    pub headers: BTreeMap<String, String>,
    /// For scripts.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// A [`MessageIn`] that keeps the rules.
#[derive(Clone, Debug)]
pub struct MessageDraft {
    /// What happened.
    pub event_type: EventTypeName,
    /// The publisher's own id.
    pub uid: Option<Uid>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Labels.
    pub tags: Vec<Tag>,
    /// Not before this time.
    pub deliver_at: Option<Timestamp>,
    /// The media type of the payload.
    pub content_type: ContentType,
    /// The payload: a slice of the request where it stood in there.
    pub payload: Bytes,
    /// What scripts are told.
    pub params: Option<Arc<str>>,
    /// When the payload stops being readable.
    pub payload_expires_at: Timestamp,
    /// The application to be created if it is not there.
    pub application: Option<ApplicationDraft>,
}

impl MessageDraft {
    /// Read a request body and check all rules.
    ///
    /// # Errors
    /// 422 with every broken rule, or with the first place where the JSON does not fit; 413 when the payload is too
    /// large.
    pub fn read(body: &Bytes, now: Timestamp, limits: &ApiLimits) -> Result<Self, ApiError> {
        let input: MessageIn<'_> = parse_json(body)?;
        let mut rules = Rules::new();
        let event_type = rules.check("eventType", EventTypeName::parse(&input.event_type));
        let retention = retention(&mut rules, &input).unwrap_or(limits.payload_retention);
        let payload_expires_at = now.plus(retention);
        if input.deliver_at.is_some_and(|at| at >= payload_expires_at) {
            rules.fail(
                "deliverAt",
                format_args!("must lie before the payload is dropped at {payload_expires_at}"),
            );
        }
        let uid = rules.uid::<MessageId>("eventId", input.event_id.as_deref());
        let channels = rules.channels("channels", input.channels.as_deref()).unwrap_or_default();
        let tags = rules.tags("tags", input.tags.as_deref()).unwrap_or_default();
        let content = content(&mut rules, &input, body);
        let params = input.transformations_params.as_ref().and_then(|given| params(&mut rules, given));
        let application = input.application.map(|application| {
            let mut inside = Rules::inside("application");
            let draft = application.check(&mut inside);
            rules.absorb(inside);
            draft
        });
        let (event_type, (payload, content_type)) = rules.finish_with(event_type.zip(content))?;
        if payload.len() > limits.payload_bytes_max {
            return Err(ApiError::too_large("payload", limits.payload_bytes_max));
        }
        let deliver_at = input.deliver_at.filter(|&at| at > now);
        Ok(Self {
            event_type,
            uid,
            channels,
            tags,
            deliver_at,
            content_type,
            payload,
            params,
            payload_expires_at,
            application,
        })
    }
}

fn retention(rules: &mut Rules, input: &MessageIn<'_>) -> Option<Duration> {
    let (days, hours) = (input.payload_retention_period, input.payload_retention_hours);
    if days.is_some_and(|days| !RETENTION_DAYS.contains(&days)) {
        rules.fail("payloadRetentionPeriod", "must be between 1 and 90 days");
    }
    if hours.is_some_and(|hours| !RETENTION_HOURS.contains(&hours)) {
        rules.fail("payloadRetentionHours", "must be between 1 and 2160 hours");
    }
    let hours = hours.or_else(|| Some(days?.saturating_mul(24)))?;
    Some(Duration::from_secs(u64::try_from(hours).unwrap_or(0).saturating_mul(3600)))
}

/// What scripts are told: all that was said but the payload, which they have.
fn params(rules: &mut Rules, given: &TransformationsParamsIn) -> Option<Arc<str>> {
    let mut told = given.others.clone();
    if !given.headers.is_empty() {
        told.insert("headers".to_owned(), json!(given.headers));
    }
    if told.is_empty() {
        return None;
    }
    let text = Value::Object(told).to_string();
    if text.len() > PARAMS_BYTES_MAX {
        let msg =
            format_args!("has {} bytes beside rawPayload; at most {PARAMS_BYTES_MAX} are kept", text.len());
        rules.fail("transformationsParams", msg);
    }
    Some(Arc::from(text))
}

/// The bytes to deliver and their media type: the raw text, the decoded bytes, or the JSON object as it stands.
fn content(rules: &mut Rules, input: &MessageIn<'_>, body: &Bytes) -> Option<(Bytes, ContentType)> {
    let params = input.transformations_params.as_ref();
    let raw = params.and_then(|params| params.raw_payload.as_deref());
    let content_type = content_type(rules, input);
    match (raw, &input.payload_base64) {
        (Some(_), Some(_)) => {
            rules.fail("payloadBase64", "cannot be sent together with transformationsParams.rawPayload");
            None
        }
        (Some(text), None) => {
            Some((Bytes::copy_from_slice(text.as_bytes()), content_type.unwrap_or_default()))
        }
        (None, Some(text)) => {
            if content_type.is_none() {
                rules.fail("contentType", "is required with payloadBase64");
            }
            let bytes = rules
                .check("payloadBase64", STANDARD.decode(text).map_err(|_| "is not padded standard base64"))?;
            Some((Bytes::from(bytes), content_type?))
        }
        (None, None) => {
            if content_type.is_some_and(|given| given != ContentType::Json) {
                rules.fail(
                    "contentType",
                    "is for rawPayload and payloadBase64; payload is always application/json",
                );
            }
            json_payload(rules, input.payload, body).map(|bytes| (bytes, ContentType::Json))
        }
    }
}

fn json_payload(rules: &mut Rules, payload: Option<&RawValue>, body: &Bytes) -> Option<Bytes> {
    let Some(raw) = payload else {
        rules.fail_at(&["payload"], "this field is required and must be a JSON object", JSON_ERROR);
        return None;
    };
    if !raw.get().starts_with('{') {
        let msg = "must be a JSON object; other content goes into transformationsParams.rawPayload or payloadBase64";
        rules.fail("payload", msg);
        return None;
    }
    Some(body.slice_ref(raw.get().as_bytes()))
}

fn content_type(rules: &mut Rules, input: &MessageIn<'_>) -> Option<ContentType> {
    let mut found = input.content_type.as_deref();
    if let Some(text) = found {
        check_content_type(rules, &["contentType"], text);
    }
    let params = input.transformations_params.as_ref();
    for (name, value) in params.iter().flat_map(|params| &params.headers) {
        let path = ["transformationsParams", "headers", name.as_str()];
        if !name.eq_ignore_ascii_case("content-type") {
            let msg = "only content-type can be set for one message; other headers belong to the endpoint";
            rules.fail_at(&path, msg, VALUE_ERROR);
        } else if found.is_some_and(|earlier| earlier != value) {
            rules.fail_at(&path, "the content type is given twice and differs", VALUE_ERROR);
        } else {
            check_content_type(rules, &path, value);
            found = Some(value);
        }
    }
    found.map(ContentType::from_text)
}

/// `type/subtype`, then visible ASCII and spaces: what a header can hold.
fn check_content_type(rules: &mut Rules, path: &[&str], text: &str) {
    let token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_media_type = essence.split_once('/').is_some_and(|(kind, sub)| token(kind) && token(sub));
    let is_header = text.len() <= CONTENT_TYPE_BYTES_MAX
        && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if !is_media_type || !is_header {
        rules.fail_at(
            path,
            "must be a media type such as application/xml or text/plain; charset=utf-8",
            VALUE_ERROR,
        );
    }
}

#[cfg(test)]
mod tests;
