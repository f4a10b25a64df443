//! An endpoint's signing secrets on the wire: shown, rotated.

use std::fmt;
use std::time::Duration;

use hooktide_model::endpoint::OLD_SECRETS_MAX;
use hooktide_model::{Endpoint, EndpointSecret, Timestamp};
use hooktide_verify::SigningKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::validate::Rules;

/// Seconds that an old secret goes on signing when the caller does not say.
pub const GRACE_S_DEFAULT: u32 = 24 * 60 * 60;
/// Seconds that an old secret may go on signing at most.
pub const GRACE_S_MAX: u32 = 7 * 24 * 60 * 60;

/// A new signing secret.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointSecretRotateIn {
    /// The new secret (`whsec_…` or `whsk_…`); made by the server when absent.
    #[serde(default)]
    pub key: Option<String>,
    /// How long the old secret goes on signing beside the new one: 0 to 604,800, 86,400 when absent.
    #[serde(default)]
    #[schema(maximum = 604_800)]
    pub grace_period_seconds: Option<u32>,
}

impl fmt::Debug for EndpointSecretRotateIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointSecretRotateIn")
            .field("key", &self.key.as_ref().map(|_| "[redacted]"))
            .field("grace_period_seconds", &self.grace_period_seconds)
            .finish()
    }
}

/// What a receiver needs to verify deliveries.
#[derive(Serialize, ToSchema)]
pub struct EndpointSecretOut {
    /// The shared secret (`whsec_…`), or the public key (`whpk_…`) when the endpoint signs with Ed25519.
    pub key: String,
}

impl EndpointSecretOut {
    /// Of the current secret.
    ///
    /// # Errors
    /// When the stored secret cannot be read: our own mistake.
    pub fn of(endpoint: &Endpoint) -> Result<Self, ApiError> {
        let current =
            endpoint.secrets.first().ok_or_else(|| ApiError::internal("an endpoint has no secret"))?;
        let key = SigningKey::parse(&current.secret).map_err(ApiError::internal)?;
        Ok(Self { key: key.to_public().to_string() })
    }
}

/// Check a secret and write it in its usual form.
pub fn check_secret(rules: &mut Rules, field: &str, text: &str) -> Option<String> {
    rules.check(field, SigningKey::parse(text)).map(|key| key.to_secret().to_string())
}

impl EndpointSecretRotateIn {
    /// Check all rules: the new secret, when one was sent, and how long the old one lives.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self) -> Result<(Option<String>, Duration), ApiError> {
        let mut rules = Rules::new();
        let grace_s = self.grace_period_seconds.unwrap_or(GRACE_S_DEFAULT);
        if grace_s > GRACE_S_MAX {
            rules.fail("gracePeriodSeconds", format_args!("must be at most {GRACE_S_MAX}"));
        }
        let key = self.key.as_deref().and_then(|text| check_secret(&mut rules, "key", text));
        rules.finish().map(|()| (key, Duration::from_secs(u64::from(grace_s))))
    }
}

/// Put a new secret in front; the one before it signs on for `grace`, and what has expired goes.
///
/// # Errors
/// 400 `limit_reached` when more than [`OLD_SECRETS_MAX`] old secrets would sign beside it.
pub fn rotate(endpoint: &mut Endpoint, new: String, grace: Duration, now: Timestamp) -> Result<(), ApiError> {
    let expires_at = Some(now.plus(grace));
    if let Some(current) = endpoint.secrets.first_mut() {
        current.expires_at = expires_at;
    }
    endpoint.secrets.retain(|old| old.expires_at.is_none_or(|expires_at| expires_at > now));
    if endpoint.secrets.len() > OLD_SECRETS_MAX {
        let detail =
            format!("at most {OLD_SECRETS_MAX} old secrets may be valid; wait until one has expired");
        return Err(ApiError::bad_request("limit_reached", detail));
    }
    endpoint.secrets.insert(0, EndpointSecret { secret: new, expires_at: None });
    Ok(())
}

#[cfg(test)]
mod tests;
