//! Tokens for applications on the wire.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::application::{ApplicationDraft, ApplicationIn};
use crate::auth::{AppTokenRequest, Capability};
use crate::error::ApiError;
use crate::validate::Rules;

/// Seconds that an application's token may be asked to hold.
const EXPIRY_S: std::ops::RangeInclusive<u64> = 3_600..=604_800;
/// Characters of a session id.
const SESSION_ID_CHARS_MAX: usize = 64;

/// What an application's token is to say.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppPortalAccessIn {
    /// Create the application, if it is not there, under the uid in the path; `uid` must be the same.
    #[serde(default)]
    pub application: Option<ApplicationIn>,
    /// Read everything but secrets, change nothing. The earlier form of `capabilities`.
    #[serde(default)]
    #[schema(deprecated)]
    pub read_only: Option<bool>,
    /// What the token may do; null for everything.
    #[serde(default)]
    pub capabilities: Option<Vec<Capability>>,
    /// Event types with flags are shown only if one of theirs is in here.
    #[serde(default)]
    #[schema(max_items = 25)]
    pub feature_flags: Option<Vec<String>>,
    /// Seconds that the token holds: 3,600 to 604,800; 28 days when absent.
    #[serde(default)]
    #[schema(minimum = 3_600, maximum = 604_800)]
    pub expiry: Option<u64>,
    /// Your own name for the session. It is carried in the token.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9@_-]+$")]
    pub session_id: Option<String>,
}

/// A token for an application.
#[derive(Serialize, ToSchema)]
pub struct AppPortalAccessOut {
    /// Where the token can be used: this server.
    #[schema(format = "uri")]
    pub url: String,
    /// The token.
    pub token: String,
}

impl AppPortalAccessIn {
    /// Check all rules.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self) -> Result<(AppTokenRequest, Option<ApplicationDraft>), ApiError> {
        let mut rules = Rules::new();
        if self.expiry.is_some_and(|expiry| !EXPIRY_S.contains(&expiry)) {
            rules.fail("expiry", "must be between 3600 and 604800 seconds");
        }
        if let Some(id) = &self.session_id {
            check_session_id(&mut rules, id);
        }
        let request = AppTokenRequest {
            feature_flags: rules.feature_flags("featureFlags", self.feature_flags.as_deref()),
            capabilities: match self.read_only {
                Some(true) => Some(vec![Capability::ViewBase]),
                _ => self.capabilities,
            },
            lifetime: self.expiry.map(Duration::from_secs),
            session_id: self.session_id,
        };
        let application = self.application.map(|application| {
            let mut inside = Rules::inside("application");
            let draft = application.check(&mut inside);
            rules.absorb(inside);
            draft
        });
        rules.finish().map(|()| (request, application))
    }
}

fn check_session_id(rules: &mut Rules, id: &str) {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"@_-".contains(&byte);
    if id.is_empty() || id.len() > SESSION_ID_CHARS_MAX || !id.bytes().all(fits) {
        rules.fail("sessionId", "must be 1 to 64 of the characters a-z A-Z 0-9 @ _ -");
    }
}

#[cfg(test)]
mod tests;
