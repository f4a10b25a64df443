//! Azure Event Grid: a text of the subscriber's own in the query, or a token of Entra ID for the subscriber's
//! application. Nothing covers the body.
//!
//! What must stay true: which of the two counts is written in the source's secret and never chosen by the request; what
//! names an audience is no secret and opens nothing by being sent.

use zeroize::Zeroizing;

use super::entra::{Addressee, check_token, write_token};
use super::read::{accepted, header, text_key};
use super::{Family, FamilyResult, Stop};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::public_key::SigningText;
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::{SignError, write_query};
use crate::verdict::Reason;

/// The application by which Event Grid asks for tokens, in the public cloud.
const SENDER: &str = "4962773b-9cdb-44cf-a8bf-237846a00ab7";

const AUTHORIZATION: &str = "authorization";
const PREFIX: &[u8] = b"bearer ";
const QUERY: &str = "secret";

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct EventGrid;

/// What a secret of the source is.
enum Proof {
    Text(Zeroizing<Vec<u8>>),
    Token(Addressee),
}

impl Family for EventGrid {
    fn name(&self) -> &'static str {
        "azure-event-grid"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[AUTHORIZATION]
    }

    fn covers_body(&self) -> bool {
        false
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let proofs = context.usable(|secret| {
            let text = text_key(secret)?;
            Ok(Addressee::read(secret.text()).map_or(Proof::Text(text), Proof::Token))
        })?;
        let (mut texts, mut addressees, mut positions) = (Vec::new(), Vec::new(), Vec::new());
        for (index, proof) in proofs {
            match proof {
                Proof::Text(text) => texts.push((index, text)),
                Proof::Token(addressee) => {
                    addressees.push(addressee);
                    positions.push(index);
                }
            }
        }
        let by_text = if texts.is_empty() { None } else { Some(check_query(context, &texts)) };
        if let Some(Ok(index)) = by_text {
            return Ok(accepted(context, Some(index), 0, None));
        }
        if addressees.is_empty() {
            let refused = by_text.and_then(Result::err);
            return Err(refused.unwrap_or(Reason::NoSecrets).into());
        }
        match check_bearer(context, &addressees) {
            Ok((addressee, signed_ms)) => {
                Ok(accepted(context, positions.get(addressee).copied(), 0, signed_ms))
            }
            // Of two proofs that are looked for, the one that was there explains.
            Err(Stop::Refused(reason)) => {
                let other = by_text.and_then(Result::err).filter(|_| reason.is_absence());
                Err(other.unwrap_or(reason).into())
            }
            Err(needed) => Err(needed),
        }
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        text_key(secret)?;
        let shared = SigningText::read(secret);
        let addressee = Addressee::read(shared.as_ref().map_or(secret.text(), |key| key.shared));
        match (addressee, shared) {
            (None, _) => write_query(outgoing, QUERY, secret.text()),
            (Some(_), Err(error)) => return Err(error),
            (Some(addressee), Ok(key)) => {
                let token = write_token(&key, &addressee, SENDER, now)?;
                outgoing.set_header(AUTHORIZATION, format!("Bearer {token}"));
            }
        }
        Ok(())
    }
}

fn check_query(context: &Context<'_>, texts: &[(usize, Zeroizing<Vec<u8>>)]) -> Result<usize, Reason> {
    let sent = context.request.query_value(QUERY);
    let sent = sent.ok_or_else(|| Reason::QueryMissing { name: QUERY.to_owned() })?;
    let matched = texts.iter().find(|(_, text)| secrets_equal(text, sent.as_bytes()));
    matched.map(|(index, _)| *index).ok_or(Reason::TokenMismatch)
}

fn check_bearer(context: &Context<'_>, addressees: &[Addressee]) -> Result<(usize, Option<i64>), Stop> {
    let value = header(context.request, AUTHORIZATION)?;
    let split = value.split_at_checked(PREFIX.len());
    let token = split.filter(|(found, _)| found.eq_ignore_ascii_case(PREFIX)).map(|(_, token)| token);
    let malformed = || Reason::SignatureMalformed { expected: "a Bearer token".to_owned() };
    check_token(context, token.ok_or_else(malformed)?, addressees, SENDER)
}
