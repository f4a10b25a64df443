//! From a request to what it may touch: the bearer of its token, and the application it names.
//!
//! A route gets its application only from [`Access::application`], which asks what the route is going to do; so a
//! route cannot forget the check. What belongs to somebody else is "not found", as if it were not there.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use hooktide_model::{AppId, OrgId};
use hooktide_pipeline::AppConfig;
use hooktide_store::ObjectRef;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{Capability, Principal};
use crate::error::ApiError;
use crate::refs::object_ref;
use crate::state::ApiState;

/// What a route is going to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Only the organisation's own token will do.
    Organisation,
    /// An application's token will do if it has this capability.
    Capability(Capability),
}

impl Need {
    /// Reading, secrets excepted.
    pub const VIEW: Self = Self::Capability(Capability::ViewBase);
    /// Changing endpoints.
    pub const MANAGE_ENDPOINT: Self = Self::Capability(Capability::ManageEndpoint);
    /// Changing and trying transformations.
    pub const MANAGE_TRANSFORMATIONS: Self = Self::Capability(Capability::ManageTransformations);
}

/// The bearer of the request's token.
#[derive(Clone, Debug)]
pub struct Access(pub Principal);

impl FromRequestParts<ApiState> for Access {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &ApiState) -> Result<Self, ApiError> {
        let token = bearer(parts)?;
        api.tokens.verify(token, api.clock.now()).map(Self).map_err(ApiError::unauthorized)
    }
}

fn bearer(parts: &Parts) -> Result<&str, ApiError> {
    let Some(value) = parts.headers.get(AUTHORIZATION) else {
        let detail = "send the header `Authorization: Bearer <token>`; tokens in the query are not read";
        return Err(ApiError::unauthorized(detail));
    };
    let text = value.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(ApiError::unauthorized("the Authorization header must be `Bearer <token>`")),
    }
}

impl Access {
    /// The organisation.
    #[must_use]
    pub fn org(&self) -> &OrgId {
        match &self.0 {
            Principal::Organisation(org) | Principal::Application { org, .. } => org,
        }
    }

    /// Whether the token covers what the route is going to do.
    ///
    /// # Errors
    /// 403 with the way out.
    pub fn require(&self, need: Need) -> Result<(), ApiError> {
        match (&self.0, need) {
            (Principal::Organisation(_), _) => Ok(()),
            (Principal::Application { .. }, Need::Organisation) => Err(ApiError::forbidden(
                "this needs the organisation's token; an application's token is not enough",
            )),
            (Principal::Application { capabilities, .. }, Need::Capability(one))
                if capabilities.allow(one) =>
            {
                Ok(())
            }
            (Principal::Application { .. }, Need::Capability(one)) => {
                Err(ApiError::forbidden(format_args!("this token lacks the capability {one:?}")))
            }
        }
    }

    /// The application that the path names, if the token covers it.
    ///
    /// # Errors
    /// 403 when the token does not cover the deed, 404 when there is no such application for this token.
    pub async fn application(
        &self,
        api: &ApiState,
        named: &str,
        need: Need,
    ) -> Result<Arc<AppConfig>, ApiError> {
        self.find_application(api, named, need).await?.ok_or_else(|| ApiError::not_found("application"))
    }

    /// Like [`Access::application`], for routes that can go on without one.
    ///
    /// # Errors
    /// 403 when the token does not cover the deed.
    pub async fn find_application(
        &self,
        api: &ApiState,
        named: &str,
        need: Need,
    ) -> Result<Option<Arc<AppConfig>>, ApiError> {
        self.require(need)?;
        let Some(named) = object_ref::<AppId>(named) else {
            return Ok(None);
        };
        if let (Principal::Application { app, .. }, ObjectRef::Id(id)) = (&self.0, &named)
            && app != id
        {
            return Ok(None);
        }
        let found = api.pipeline.app(self.org(), &named).await?;
        Ok(found.filter(|config| self.covers(config.application.id)))
    }

    fn covers(&self, id: AppId) -> bool {
        match &self.0 {
            Principal::Organisation(_) => true,
            Principal::Application { app, .. } => *app == id,
        }
    }

    /// Whether the bearer sees an event type with these flags.
    #[must_use]
    pub fn sees_flags(&self, flags: &[String]) -> bool {
        match &self.0 {
            Principal::Organisation(_) => true,
            Principal::Application { feature_flags, .. } => {
                flags.is_empty() || flags.iter().any(|flag| feature_flags.contains(flag))
            }
        }
    }
}

/// An organisation's own token.
#[derive(Clone, Debug)]
pub struct OrgAccess(pub OrgId);

impl FromRequestParts<ApiState> for OrgAccess {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &ApiState) -> Result<Self, ApiError> {
        let access = Access::from_request_parts(parts, api).await?;
        access.require(Need::Organisation)?;
        Ok(Self(access.org().clone()))
    }
}
