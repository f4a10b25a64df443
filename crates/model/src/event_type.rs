//! An event type: an entry of an organisation's catalogue.

use crate::{EventTypeName, OrgId, Timestamp};

/// An event type's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    /// The organisation it belongs to.
    pub org: OrgId,
    /// Its name, unique in the organisation.
    pub name: EventTypeName,
    /// Text for people.
    pub description: String,
    /// Hidden from new subscriptions.
    pub archived: bool,
    /// Still sent, but on its way out.
    pub deprecated: bool,
    /// JSON schemas by version ("1"), as JSON text.
    pub schemas: Option<String>,
    /// The group it is shown under.
    pub group_name: Option<String>,
    /// Flags an application token must carry (any of them) to see it; empty for everybody.
    pub feature_flags: Vec<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes, from 1; a save names the version it read.
    pub version: i32,
}
