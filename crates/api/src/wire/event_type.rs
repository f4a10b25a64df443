//! Event types on the wire.

use hooktide_model::{EventType, EventTypeName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Patch;
use super::patch::{either, not_null};
use crate::error::ApiError;
use crate::validate::{Rules, agree};

/// An event type to be created.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeIn {
    /// Its name, unique in the organisation.
    #[schema(max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$", example = "invoice.paid")]
    pub name: String,
    /// Text for people.
    pub description: String,
    /// Hidden from new subscriptions.
    #[serde(default)]
    #[schema(default = false)]
    pub archived: bool,
    /// Still sent, but on its way out.
    #[serde(default)]
    #[schema(default = false)]
    pub deprecated: bool,
    /// JSON schemas by version (`"1"`); the first of a schema's `examples` is what `send-example` sends.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub schemas: Option<Box<RawValue>>,
    /// The group it is shown under.
    #[serde(default)]
    #[schema(max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub group_name: Option<String>,
    /// Application tokens see it only with one of these flags; null for all.
    #[serde(default)]
    pub feature_flags: Option<Vec<String>>,
    /// The earlier, single form of `featureFlags`.
    #[serde(default)]
    #[schema(deprecated)]
    pub feature_flag: Option<String>,
}

/// An event type to be created or replaced under the name in the path.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeUpsertIn {
    /// Text for people.
    pub description: String,
    /// Hidden from new subscriptions.
    #[serde(default)]
    #[schema(default = false)]
    pub archived: bool,
    /// Still sent, but on its way out.
    #[serde(default)]
    #[schema(default = false)]
    pub deprecated: bool,
    /// JSON schemas by version.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub schemas: Option<Box<RawValue>>,
    /// The group it is shown under.
    #[serde(default)]
    pub group_name: Option<String>,
    /// Application tokens see it only with one of these flags; null for all.
    #[serde(default)]
    pub feature_flags: Option<Vec<String>>,
    /// The earlier, single form of `featureFlags`.
    #[serde(default)]
    #[schema(deprecated)]
    pub feature_flag: Option<String>,
}

/// Changes to an event type: absent keeps, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypePatch {
    /// Text for people.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Hidden from new subscriptions.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub archived: Option<bool>,
    /// Still sent, but on its way out.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub deprecated: Option<bool>,
    /// JSON schemas by version.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub schemas: Patch<Box<RawValue>>,
    /// The group it is shown under.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub group_name: Patch<String>,
    /// Application tokens see it only with one of these flags; null for all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub feature_flags: Patch<Vec<String>>,
    /// The earlier, single form of `featureFlags`.
    #[serde(default)]
    #[schema(value_type = Option<String>, deprecated)]
    pub feature_flag: Patch<String>,
}

/// An event type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeOut {
    /// Its name.
    #[schema(value_type = String)]
    pub name: EventTypeName,
    /// Text for people.
    pub description: String,
    /// Hidden from new subscriptions.
    #[schema(default = false)]
    pub archived: bool,
    /// Still sent, but on its way out.
    pub deprecated: bool,
    /// JSON schemas by version.
    #[schema(value_type = Option<Object>)]
    pub schemas: Option<Box<RawValue>>,
    /// The group it is shown under.
    pub group_name: Option<String>,
    /// Application tokens see it only with one of these flags.
    pub feature_flags: Option<Vec<String>>,
    /// The first of `featureFlags`.
    #[schema(deprecated)]
    pub feature_flag: Option<String>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// The content of an event type that keeps the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTypeDraft {
    /// Text for people.
    pub description: String,
    /// Hidden from new subscriptions.
    pub archived: bool,
    /// Still sent, but on its way out.
    pub deprecated: bool,
    /// JSON schemas by version, as text.
    pub schemas: Option<String>,
    /// The group it is shown under.
    pub group_name: Option<String>,
    /// Flags.
    pub feature_flags: Vec<String>,
}

fn check_schemas(rules: &mut Rules, schemas: Option<&RawValue>) -> Option<String> {
    let text = schemas?.get();
    if !text.starts_with('{') {
        rules.fail("schemas", "must be an object of JSON schemas by version, such as {\"1\": {…}}");
    }
    Some(text.to_owned())
}

fn check_group(rules: &mut Rules, name: Option<&str>) -> Option<String> {
    rules.check("groupName", EventTypeName::parse(name?)).map(|name| name.as_str().to_owned())
}

impl EventTypeIn {
    /// Check all rules.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self) -> Result<(EventTypeName, EventTypeDraft), ApiError> {
        let mut rules = Rules::new();
        let name = rules.check("name", EventTypeName::parse(&self.name));
        let content = EventTypeUpsertIn {
            description: self.description,
            archived: self.archived,
            deprecated: self.deprecated,
            schemas: self.schemas,
            group_name: self.group_name,
            feature_flags: self.feature_flags,
            feature_flag: self.feature_flag,
        };
        let draft = content.check(&mut rules);
        rules.finish_with(name).map(|name| (name, draft))
    }
}

impl EventTypeUpsertIn {
    /// Check all rules.
    pub fn check(self, rules: &mut Rules) -> EventTypeDraft {
        rules.text("description", &self.description);
        let single = self.feature_flag.map(|flag| vec![flag]);
        let flags = agree(rules, ("featureFlags", self.feature_flags), ("featureFlag", single));
        EventTypeDraft {
            schemas: check_schemas(rules, self.schemas.as_deref()),
            group_name: check_group(rules, self.group_name.as_deref()),
            feature_flags: rules.feature_flags("featureFlags", flags.as_deref()),
            description: self.description,
            archived: self.archived,
            deprecated: self.deprecated,
        }
    }
}

impl EventTypeDraft {
    /// Replace an event type's content.
    pub fn replace(self, event_type: &mut EventType) {
        event_type.description = self.description;
        event_type.archived = self.archived;
        event_type.deprecated = self.deprecated;
        event_type.schemas = self.schemas;
        event_type.group_name = self.group_name;
        event_type.feature_flags = self.feature_flags;
    }
}

impl EventTypePatch {
    /// Check all rules and change the event type.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn apply(&self, event_type: &mut EventType) -> Result<(), ApiError> {
        let mut rules = Rules::new();
        if let Some(description) = &self.description {
            rules.text("description", description);
            event_type.description.clone_from(description);
        }
        event_type.archived = self.archived.unwrap_or(event_type.archived);
        event_type.deprecated = self.deprecated.unwrap_or(event_type.deprecated);
        let schemas = check_schemas(&mut rules, self.schemas.value().map(|schemas| &**schemas));
        self.schemas.apply_to(&mut event_type.schemas, schemas);
        let group = check_group(&mut rules, self.group_name.value().map(String::as_str));
        self.group_name.apply_to(&mut event_type.group_name, group);
        let flags = either(self.feature_flags.clone(), self.sent_single_flag());
        if flags.is_sent() {
            event_type.feature_flags = rules.feature_flags("featureFlags", flags.value().map(Vec::as_slice));
        }
        rules.finish()
    }

    fn sent_single_flag(&self) -> Patch<Vec<String>> {
        match &self.feature_flag {
            Patch::Absent => Patch::Absent,
            Patch::Null => Patch::Null,
            Patch::Value(flag) => Patch::Value(vec![flag.clone()]),
        }
    }
}

impl EventTypeOut {
    /// The answer for a row, with its schemas or without.
    #[must_use]
    pub fn of(row: EventType, with_schemas: bool) -> Self {
        let schemas = row.schemas.filter(|_| with_schemas);
        Self {
            name: row.name,
            description: row.description,
            archived: row.archived,
            deprecated: row.deprecated,
            // The text was checked when it was written; what cannot be read is left out rather than failing a list.
            schemas: schemas.and_then(|text| RawValue::from_string(text).ok()),
            group_name: row.group_name,
            feature_flag: row.feature_flags.first().cloned(),
            feature_flags: (!row.feature_flags.is_empty()).then_some(row.feature_flags),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

#[cfg(test)]
mod tests;
