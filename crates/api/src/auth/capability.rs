//! What an application token may do. The names are the wire API's (`AppPortalCapability`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing an application token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AppPortalCapability)]
#[repr(u8)]
pub enum Capability {
    /// Read everything but secrets.
    ViewBase = 1,
    /// Read signing secrets.
    ViewEndpointSecret = 2,
    /// Set and rotate signing secrets.
    ManageEndpointSecret = 4,
    /// Change transformations.
    ManageTransformations = 8,
    /// Resend and recover.
    CreateAttempts = 16,
    /// Create, change and delete endpoints.
    ManageEndpoint = 32,
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities(u8);

impl Capabilities {
    /// Everything that an application token can do.
    pub const ALL: Self = Self(63);

    /// Whether the set holds that capability.
    #[must_use]
    pub const fn allow(self, capability: Capability) -> bool {
        self.0 & capability as u8 != 0
    }

    /// The set of a list; `ViewBase` is always in it, as a token without it could do nothing.
    #[must_use]
    pub fn of(list: &[Capability]) -> Self {
        Self(list.iter().fold(Capability::ViewBase as u8, |set, &capability| set | capability as u8))
    }
}
