//! The extractor: the exact body of a request that proved itself.

use axum_core::extract::{FromRef, FromRequest, Request};
use bytes::Bytes;

use super::{Rejection, Verifier};
use crate::verdict::Acceptance;

/// The exact bytes of a verified body. Comes last among the arguments of a handler, since it reads the body.
///
/// The [`Verifier`] comes from the state (`FromRef`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedBody {
    /// The bytes as received.
    pub bytes: Bytes,
    /// Which secret and signature matched, and when it was signed.
    pub acceptance: Acceptance,
}

impl<S> FromRequest<S> for VerifiedBody
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let verifier = Verifier::from_ref(state);
        let (parts, body) = request.into_parts();
        let (bytes, acceptance) = verifier.verify(&parts, body).await?;
        Ok(Self { bytes, acceptance })
    }
}
