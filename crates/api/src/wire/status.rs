//! The numbered statuses of the wire API.

use std::borrow::Cow;

use hooktide_model::{AttemptStatus, DeliveryStatus, Trigger};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Where a delivery or an attempt stands, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageStatus(pub DeliveryStatus);

/// What asked for an attempt, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriggerType(pub Trigger);

/// The hundred of an HTTP status; 0 without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCodeClass(pub u16);

/// Where a delivery or an attempt stands, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MessageStatusText)]
pub enum StatusText {
    /// Delivered.
    Success,
    /// Accepted, not tried yet.
    Pending,
    /// Given up.
    Fail,
    /// Tried without success; another try is due.
    Sending,
    /// Will not be tried.
    Canceled,
}

impl MessageStatus {
    /// The status to show. Clients that did not ask for `expanded_statuses` do not know `canceled`: they see `fail`.
    #[must_use]
    pub const fn shown(status: DeliveryStatus, expanded: bool) -> Self {
        match status {
            DeliveryStatus::Canceled if !expanded => Self(DeliveryStatus::Fail),
            status => Self(status),
        }
    }

    /// The status of an attempt, which is always over.
    #[must_use]
    pub const fn of_attempt(status: AttemptStatus, expanded: bool) -> Self {
        let status = match status {
            AttemptStatus::Success => DeliveryStatus::Success,
            AttemptStatus::Fail => DeliveryStatus::Fail,
            AttemptStatus::Canceled => DeliveryStatus::Canceled,
        };
        Self::shown(status, expanded)
    }

    /// The word for the number.
    #[must_use]
    pub const fn text(self) -> StatusText {
        match self.0 {
            DeliveryStatus::Success => StatusText::Success,
            DeliveryStatus::Pending => StatusText::Pending,
            DeliveryStatus::Fail => StatusText::Fail,
            DeliveryStatus::Sending => StatusText::Sending,
            DeliveryStatus::Canceled => StatusText::Canceled,
        }
    }

    /// Read the number from a query.
    ///
    /// # Errors
    /// When it is not one of them.
    pub fn parse(text: &str) -> Result<DeliveryStatus, &'static str> {
        Ok(match text {
            "0" => DeliveryStatus::Success,
            "1" => DeliveryStatus::Pending,
            "2" => DeliveryStatus::Fail,
            "3" => DeliveryStatus::Sending,
            "4" => DeliveryStatus::Canceled,
            _ => return Err("must be 0 (success), 1 (pending), 2 (fail), 3 (sending) or 4 (canceled)"),
        })
    }
}

impl StatusCodeClass {
    /// Read the class from a query.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<u16, &'static str> {
        match text {
            "0" => Ok(0),
            "100" => Ok(100),
            "200" => Ok(200),
            "300" => Ok(300),
            "400" => Ok(400),
            "500" => Ok(500),
            _ => Err("must be 0, 100, 200, 300, 400 or 500"),
        }
    }
}

impl Serialize for MessageStatus {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0 as u8)
    }
}

impl Serialize for TriggerType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0 as u8)
    }
}

/// The schema of an integer that stands for names.
fn numbered(description: &str, values: &[(u16, &str)]) -> RefOr<Schema> {
    let list: Vec<String> = values.iter().map(|(number, name)| format!("- {number} = {name}")).collect();
    let names: Vec<&str> = values.iter().map(|(_, name)| *name).collect();
    let extensions = utoipa::openapi::extensions::Extensions::builder().add("x-enum-varnames", names).build();
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some(format!("{description}\n\n{}", list.join("\n"))))
        .enum_values(Some(values.iter().map(|(number, _)| *number)))
        .extensions(Some(extensions))
        .into()
}

impl PartialSchema for MessageStatus {
    fn schema() -> RefOr<Schema> {
        let values = [(0, "Success"), (1, "Pending"), (2, "Fail"), (3, "Sending"), (4, "Canceled")];
        numbered("Where a delivery or an attempt stands.", &values)
    }
}

impl PartialSchema for TriggerType {
    fn schema() -> RefOr<Schema> {
        numbered("What asked for an attempt.", &[(0, "Scheduled"), (1, "Manual")])
    }
}

impl PartialSchema for StatusCodeClass {
    fn schema() -> RefOr<Schema> {
        let values = [
            (0, "CodeNone"),
            (100, "Code1xx"),
            (200, "Code2xx"),
            (300, "Code3xx"),
            (400, "Code4xx"),
            (500, "Code5xx"),
        ];
        numbered("The hundred of an HTTP status; 0 without an answer.", &values)
    }
}

impl ToSchema for MessageStatus {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("MessageStatus")
    }
}

impl ToSchema for TriggerType {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("MessageAttemptTriggerType")
    }
}

impl ToSchema for StatusCodeClass {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("StatusCodeClass")
    }
}
