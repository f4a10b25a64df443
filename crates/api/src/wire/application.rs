//! Applications on the wire.

use std::collections::BTreeMap;

use hooktide_model::{AppId, Application, Metadata, Timestamp, Uid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Patch;
use super::patch::not_null;
use crate::error::ApiError;
use crate::validate::{Rules, agree};

/// An application to be created or replaced.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationIn {
    /// A name for people.
    #[schema(min_length = 1, example = "My first application")]
    pub name: String,
    /// Deliveries per second at most over all endpoints of the application; null for no limit.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub throttle_rate: Option<u16>,
    /// The earlier name of `throttleRate`.
    #[serde(default)]
    #[schema(minimum = 1, deprecated)]
    pub rate_limit: Option<u16>,
    /// Your own name for it, unique in the organisation; usable in place of the id.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$", example = "customer-42")]
    pub uid: Option<String>,
    /// Free string pairs, at most 4,096 bytes as JSON.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// Changes to an application: absent keeps, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationPatch {
    /// A name for people.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Deliveries per second at most; 0 or null for no limit.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 0)]
    pub throttle_rate: Patch<u16>,
    /// The earlier name of `throttleRate`.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 0, deprecated)]
    pub rate_limit: Patch<u16>,
    /// Your own name for it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub uid: Patch<String>,
    /// Replaces all pairs.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub metadata: Option<BTreeMap<String, String>>,
}

/// An application.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationOut {
    /// Your own name for it.
    #[schema(value_type = Option<String>)]
    pub uid: Option<Uid>,
    /// A name for people.
    pub name: String,
    /// Deliveries per second at most.
    pub throttle_rate: Option<u16>,
    /// The earlier name of `throttleRate`.
    #[schema(deprecated)]
    pub rate_limit: Option<u16>,
    /// Its id.
    #[schema(value_type = String, example = "app_1srOrx2ZWZBpBUvZwXKQmoEYga2")]
    pub id: AppId,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Free string pairs.
    pub metadata: BTreeMap<String, String>,
}

/// An [`ApplicationIn`] that keeps the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationDraft {
    /// A name for people.
    pub name: String,
    /// Deliveries per second at most.
    pub throttle_rate: Option<u16>,
    /// The caller's own name for it.
    pub uid: Option<Uid>,
    /// Free string pairs.
    pub metadata: Metadata,
}

impl ApplicationIn {
    /// Check all rules.
    pub fn check(self, rules: &mut Rules) -> ApplicationDraft {
        rules.name("name", &self.name);
        let rate = agree(rules, ("throttleRate", self.throttle_rate), ("rateLimit", self.rate_limit));
        ApplicationDraft {
            throttle_rate: rules.rate("throttleRate", rate),
            uid: rules.uid::<AppId>("uid", self.uid.as_deref()),
            metadata: rules.metadata(self.metadata),
            name: self.name,
        }
    }

    /// Check all rules of a body that is only this.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self) -> Result<ApplicationDraft, ApiError> {
        let mut rules = Rules::new();
        let draft = self.check(&mut rules);
        rules.finish().map(|()| draft)
    }
}

impl ApplicationPatch {
    /// Check all rules and change the application.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn apply(&self, application: &mut Application) -> Result<(), ApiError> {
        let mut rules = Rules::new();
        if let Some(name) = &self.name {
            rules.name("name", name);
            application.name.clone_from(name);
        }
        let uid = rules.uid::<AppId>("uid", self.uid.value().map(String::as_str));
        self.uid.apply_to(&mut application.uid, uid);
        let rate = super::patch::either(self.throttle_rate, self.rate_limit);
        rate.apply_to(&mut application.throttle_rate, rate.value().copied().filter(|&rate| rate > 0));
        if let Some(metadata) = &self.metadata {
            application.metadata = rules.metadata(metadata.clone());
        }
        rules.finish()
    }
}

impl ApplicationDraft {
    /// Replace an application's content.
    pub fn replace(self, application: &mut Application) {
        application.name = self.name;
        application.throttle_rate = self.throttle_rate;
        application.uid = self.uid;
        application.metadata = self.metadata;
    }
}

impl From<Application> for ApplicationOut {
    fn from(row: Application) -> Self {
        Self {
            uid: row.uid,
            name: row.name,
            throttle_rate: row.throttle_rate,
            rate_limit: row.throttle_rate,
            id: row.id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            metadata: row.metadata,
        }
    }
}

#[cfg(test)]
mod tests;
