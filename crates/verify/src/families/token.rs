//! Shared tokens: in a header, the query, the body, or as HTTP credentials.
//!
//! What must stay true: tokens are compared in constant time, and every active secret is tried.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::compare::secrets_equal;
use crate::context::Context;
use crate::json;
use crate::request::{Found, Outgoing, Request};
use crate::secret::{Secret, SecretError};
use crate::sign::{SignError, write_field, write_query};
use crate::template::{KeyForm, TemplateMistake, Text, header_name, json_pointer, prepare};
use crate::verdict::{Acceptance, Failure, Reason};

/// Where a shared token is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum TokenAt {
    /// A header, after a prefix that is often empty.
    Header {
        /// Its name.
        name: Text,
        /// What precedes the token.
        #[cfg_attr(feature = "serde", serde(default))]
        prefix: Text,
    },
    /// A query parameter.
    Query(Text),
    /// The text at a JSON Pointer.
    BodyField(Text),
    /// `Authorization: Basic`; the secret is `user:password`.
    Basic,
    /// `Authorization: Bearer`.
    Bearer,
}

impl TokenAt {
    /// Checks a place that a user wrote.
    ///
    /// # Errors
    /// No name of a header, no JSON Pointer, no name of a parameter.
    pub fn check(&self) -> Result<(), TemplateMistake> {
        match self {
            Self::Header { name, .. } => header_name(name),
            Self::BodyField(pointer) => json_pointer(pointer),
            Self::Query(name) if name.is_empty() => Err(TemplateMistake::NoSignature),
            Self::Query(_) | Self::Basic | Self::Bearer => Ok(()),
        }
    }
}

const AUTHORIZATION: &str = "authorization";

pub(crate) fn judge(at: &TokenAt, context: &Context<'_>) -> Result<Acceptance, Failure> {
    let secrets = context.usable(key)?;
    let token = find(at, context.request)?;
    let matched = secrets.iter().find(|(_, key)| secrets_equal(key, &token));
    match matched {
        Some((index, _)) => Ok(Acceptance { secret: Some(context.matched(*index)), ..Acceptance::default() }),
        None => Err(Reason::TokenMismatch.into()),
    }
}

fn key(secret: &Secret) -> Result<zeroize::Zeroizing<Vec<u8>>, SecretError> {
    prepare(KeyForm::Text, 1, secret.text())
}

fn find(at: &TokenAt, request: &Request<'_>) -> Result<Vec<u8>, Reason> {
    match at {
        TokenAt::Header { name, prefix } => {
            let value = header(request, name)?;
            let token = value.strip_prefix(prefix.as_bytes()).ok_or(Reason::TokenMismatch)?;
            Ok(token.to_vec())
        }
        TokenAt::Query(name) => {
            let value = request.query_value(name);
            value.map(String::into_bytes).ok_or_else(|| Reason::QueryMissing { name: name.to_string() })
        }
        TokenAt::BodyField(pointer) => {
            let value = json::text(request.body, pointer);
            let missing = || Reason::FieldMissing { pointer: pointer.to_string() };
            Ok(value.ok_or_else(missing)?.into_owned().into_bytes())
        }
        TokenAt::Basic => {
            let malformed = || Reason::SignatureMalformed { expected: "Basic credentials".to_owned() };
            let encoded = credentials(header(request, AUTHORIZATION)?, b"basic ").ok_or_else(malformed)?;
            STANDARD.decode(encoded).map_err(|_| malformed())
        }
        TokenAt::Bearer => {
            let token = credentials(header(request, AUTHORIZATION)?, b"bearer ");
            let malformed = || Reason::SignatureMalformed { expected: "a Bearer token".to_owned() };
            Ok(token.ok_or_else(malformed)?.to_vec())
        }
    }
}

fn header<'a>(request: &Request<'a>, name: &str) -> Result<&'a [u8], Reason> {
    match request.header(name) {
        Found::Once(value) => Ok(value),
        Found::Missing => Err(Reason::HeaderMissing { name: name.to_owned() }),
        Found::Repeated => Err(Reason::HeaderRepeated { name: name.to_owned() }),
    }
}

/// What follows the name of an authentication scheme, which is read in either case (RFC 9110).
fn credentials<'a>(value: &'a [u8], scheme: &[u8]) -> Option<&'a [u8]> {
    let (found, rest) = value.split_at_checked(scheme.len())?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

pub(crate) fn write(at: &TokenAt, secret: &Secret, outgoing: &mut Outgoing) -> Result<(), SignError> {
    key(secret)?;
    let token = secret.text();
    match at {
        TokenAt::Header { name, prefix } => outgoing.set_header(name, format!("{prefix}{token}")),
        TokenAt::Query(name) => write_query(outgoing, name, token),
        TokenAt::BodyField(pointer) => write_field(outgoing, pointer, token)?,
        TokenAt::Basic => outgoing.set_header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(token))),
        TokenAt::Bearer => outgoing.set_header(AUTHORIZATION, format!("Bearer {token}")),
    }
    Ok(())
}
