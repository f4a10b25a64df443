//! Bearer tokens: JWT with HS256, the claims of the wire API.
//!
//! `sub` is the organisation; or, when `org` is there, `sub` is an application of that organisation. Verified
//! tokens are kept in a bounded cache, because the same token comes with every request; expiry is looked at each time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{AppId, OrgId, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use super::{Capabilities, Capability};

/// How long an organisation's token holds.
pub const ORG_TOKEN_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// How long an application's token holds when nothing was asked for.
pub const APP_TOKEN_LIFETIME: Duration = Duration::from_secs(28 * 24 * 60 * 60);
/// Verified tokens kept in memory at most.
const TOKENS_CACHED_MAX: usize = 4096;
/// Longer tokens are refused unread.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How far a token's `nbf` may lie ahead: the minting machine's clock may be fast. Expiry gets no such grace.
const CLOCK_SKEW_S: i64 = 60;
/// Who minted it. Not checked, so that tokens minted elsewhere with the same secret hold.
const ISSUER: &str = "hooktide";

/// What a valid token says about its bearer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The organisation itself.
    Organisation(OrgId),
    /// One application of an organisation: what its own users get.
    Application {
        /// The organisation.
        org: OrgId,
        /// The application.
        app: AppId,
        /// Event types with flags are shown only if one of theirs is in here.
        feature_flags: Vec<String>,
        /// What it may do.
        capabilities: Capabilities,
    },
}

/// Why a token does not hold. The words are for the caller; they do not tell an attacker more than "no".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours.
    #[error("the token is not valid here; get one with `hooktide token`")]
    Invalid,
    /// Past its `exp`.
    #[error("the token has expired; get a new one")]
    Expired,
    /// Before its `nbf`.
    #[error("the token is not valid yet")]
    NotYet,
}

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
#[error("failed to sign a token: {0}")]
pub struct MintError(#[from] jsonwebtoken::errors::Error);

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    feature_flags: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capabilities: Option<Vec<Capability>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
}

struct Verified {
    principal: Principal,
    expires_s: i64,
    starts_s: i64,
}

/// What an application's token is to say.
#[derive(Clone, Debug, Default)]
pub struct AppTokenRequest {
    /// See [`Principal::Application`].
    pub feature_flags: Vec<String>,
    /// `None`: everything.
    pub capabilities: Option<Vec<Capability>>,
    /// How long it holds; `None`: [`APP_TOKEN_LIFETIME`].
    pub lifetime: Option<Duration>,
    /// The caller's name for the session. Carried, not used.
    pub session_id: Option<String>,
}

/// Mints and verifies tokens. Clones share their cache.
#[derive(Clone)]
pub struct TokenKeys(Arc<Keys>);

struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    verified: Cache<Box<str>, Arc<Verified>>,
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKeys([redacted])")
    }
}

impl TokenKeys {
    /// Keys over the server's JWT secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked below against the clock that is passed in; audiences are not used.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self(Arc::new(Keys {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            verified: Cache::new(TOKENS_CACHED_MAX),
        }))
    }

    /// Who bears that token.
    ///
    /// # Errors
    /// When it does not hold now.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Principal, TokenError> {
        let verified = match self.0.verified.get(token) {
            Some(verified) => verified,
            None => self.verify_uncached(token)?,
        };
        if now.unix_s() >= verified.expires_s {
            self.0.verified.remove(token);
            return Err(TokenError::Expired);
        }
        if now.unix_s() + CLOCK_SKEW_S < verified.starts_s {
            return Err(TokenError::NotYet);
        }
        Ok(verified.principal.clone())
    }

    fn verify_uncached(&self, token: &str) -> Result<Arc<Verified>, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Invalid);
        }
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.0.decoding, &self.0.validation)
            .map_err(|_| TokenError::Invalid)?;
        let claims = decoded.claims;
        let (expires_s, starts_s) = (claims.exp, claims.nbf.unwrap_or(i64::MIN));
        let principal = principal(claims).ok_or(TokenError::Invalid)?;
        let verified = Arc::new(Verified { principal, expires_s, starts_s });
        self.0.verified.insert(token.into(), Arc::clone(&verified));
        Ok(verified)
    }

    /// A token for an organisation, for [`ORG_TOKEN_LIFETIME`].
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn mint_org(&self, org: &OrgId, now: Timestamp) -> Result<String, MintError> {
        self.mint(&claims(org.as_str().to_owned(), now, ORG_TOKEN_LIFETIME))
    }

    /// A token for an application of an organisation.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn mint_app(
        &self,
        org: &OrgId,
        app: AppId,
        request: AppTokenRequest,
        now: Timestamp,
    ) -> Result<String, MintError> {
        let mut claims = claims(app.to_string(), now, request.lifetime.unwrap_or(APP_TOKEN_LIFETIME));
        claims.org = Some(org.as_str().to_owned());
        claims.feature_flags = (!request.feature_flags.is_empty()).then_some(request.feature_flags);
        claims.capabilities = request.capabilities;
        claims.session_id = request.session_id;
        self.mint(&claims)
    }

    fn mint(&self, claims: &Claims) -> Result<String, MintError> {
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.0.encoding)?)
    }
}

/// A token for an organisation, for [`ORG_TOKEN_LIFETIME`]: what `hooktide token` prints.
///
/// # Errors
/// When it cannot be signed.
pub fn mint_org_token(secret: &[u8], org: &OrgId, now: Timestamp) -> Result<String, MintError> {
    TokenKeys::new(secret).mint_org(org, now)
}

fn claims(sub: String, now: Timestamp, lifetime: Duration) -> Claims {
    let now_s = now.unix_s();
    let lifetime_s = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
    Claims {
        iss: ISSUER.to_owned(),
        iat: now_s,
        exp: now_s.saturating_add(lifetime_s),
        nbf: Some(now_s),
        sub,
        org: None,
        feature_flags: None,
        capabilities: None,
        session_id: None,
    }
}

fn principal(claims: Claims) -> Option<Principal> {
    let Some(org) = claims.org else {
        return OrgId::parse(&claims.sub).ok().map(Principal::Organisation);
    };
    Some(Principal::Application {
        org: OrgId::parse(&org).ok()?,
        app: claims.sub.parse().ok()?,
        feature_flags: claims.feature_flags.unwrap_or_default(),
        capabilities: claims.capabilities.as_deref().map_or(Capabilities::ALL, Capabilities::of),
    })
}

#[cfg(test)]
mod tests;
