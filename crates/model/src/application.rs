//! An application: one customer of the sender, owner of endpoints and messages.

use crate::{AppId, Metadata, OrgId, Timestamp, Uid};

/// An application's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: AppId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// The caller's own name for it, unique in the organisation.
    pub uid: Option<Uid>,
    /// A name for people.
    pub name: String,
    /// Deliveries per second at most over all its endpoints.
    pub throttle_rate: Option<u16>,
    /// Free string pairs.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes, from 1; a save names the version it read.
    pub version: i32,
}
