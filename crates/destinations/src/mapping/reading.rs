//! One parcel as paths and templates see it. The payload is parsed at most once, and only when somebody asks.
//!
//! A path starts at the payload. A template sees `payload`, `message_id`, `event_type`, `content_type`, `headers` (by
//! lower-case name, the last of several), `occurred_at` (RFC 3339), `occurred_at_ms`, `attempt`, `endpoint_id` and
//! `idempotency_key`.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use minijinja::value::Serde;
use minijinja::{Value as TemplateValue, context};
use serde_json::Value;

use super::path::Path;
use super::template::Template;
use crate::seam::{Fault, Parcel};

/// A parcel that is being mapped.
pub struct Reading<'a> {
    parcel: &'a Parcel,
    payload: OnceCell<Option<Value>>,
    context: OnceCell<TemplateValue>,
}

impl<'a> Reading<'a> {
    /// Starts to map a parcel.
    #[must_use]
    pub const fn new(parcel: &'a Parcel) -> Self {
        Self { parcel, payload: OnceCell::new(), context: OnceCell::new() }
    }

    /// The parcel.
    #[must_use]
    pub const fn parcel(&self) -> &'a Parcel {
        self.parcel
    }

    /// The payload's value at `path`, if there is one.
    ///
    /// # Errors
    /// A payload that is not JSON.
    pub fn at(&self, path: &Path) -> Result<Option<&Value>, Fault> {
        match self.payload() {
            Some(payload) => Ok(path.find(payload)),
            None => Err(Fault::fail(format!(
                "the payload is not JSON, so there is nothing at {}; send JSON, or use a template without `payload`",
                path.as_str()
            ))),
        }
    }

    /// The text of a template for this parcel.
    ///
    /// # Errors
    /// A name that the event does not have, or a limit.
    pub fn render(&self, template: &Template) -> Result<String, Fault> {
        if let Some(text) = template.as_literal() {
            return Ok(text.to_owned());
        }
        template.render(self.context.get_or_init(|| self.build_context())).map_err(|error| {
            Fault::fail(format!("the template `{}` does not fit this event: {error}", template.as_str()))
        })
    }

    fn payload(&self) -> Option<&Value> {
        self.payload.get_or_init(|| serde_json::from_slice(&self.parcel.payload).ok()).as_ref()
    }

    fn build_context(&self) -> TemplateValue {
        let parcel = self.parcel;
        let headers: BTreeMap<&str, &str> =
            parcel.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let occurred_at = Timestamp::from_millisecond(parcel.occurred_at_ms).unwrap_or_default();
        let common = context! {
            message_id => parcel.message_id.as_str(),
            event_type => parcel.event_type.as_str(),
            content_type => parcel.content_type.as_str(),
            headers => TemplateValue::from(Serde(&headers)),
            occurred_at => occurred_at.to_string(),
            occurred_at_ms => parcel.occurred_at_ms,
            attempt => parcel.attempt,
            endpoint_id => parcel.endpoint_id.as_str(),
            idempotency_key => parcel.idempotency_key.as_str(),
        };
        match self.payload() {
            Some(payload) => context! { payload => TemplateValue::from(Serde(payload)), ..common },
            None => common,
        }
    }
}
