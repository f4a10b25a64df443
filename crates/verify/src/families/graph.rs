//! Microsoft Graph: a text of the subscriber's own in every notification of a body. Nothing is signed.
//!
//! What must stay true: every notification must carry the text, or none is believed.

use serde_json::value::RawValue;

use super::read::{accepted, field_missing, text_key};
use super::{Family, FamilyResult};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::json;
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::verdict::Reason;

const ITEMS: &str = "/value";
const STATE: &str = "/clientState";

/// Most notifications in one body.
const ITEMS_MAX: usize = 1000;

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct GraphClientState;

impl Family for GraphClientState {
    fn name(&self) -> &'static str {
        "microsoft-graph"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn covers_body(&self) -> bool {
        false
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let keys = context.usable(text_key)?;
        let array = json::raw(context.request.body, ITEMS).ok_or_else(|| field_missing(ITEMS))?;
        let items: Vec<&RawValue> = serde_json::from_str(array.get()).map_err(|_| field_missing(ITEMS))?;
        if items.len() > ITEMS_MAX {
            return Err(Reason::TooManySignatures { limit: ITEMS_MAX }.into());
        }
        let mut first = None;
        for item in &items {
            let state = json::text(item.get().as_bytes(), STATE).ok_or_else(|| field_missing(STATE))?;
            let matched = keys.iter().find(|(_, key)| secrets_equal(key, state.as_bytes()));
            let (index, _) = matched.ok_or(Reason::TokenMismatch)?;
            first.get_or_insert(*index);
        }
        if first.is_none() {
            return Err(field_missing(STATE).into());
        }
        Ok(accepted(context, first, 0, None))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, _: Now) -> Result<(), SignError> {
        text_key(secret)?;
        let mut body: serde_json::Value =
            serde_json::from_slice(&outgoing.body).map_err(|_| SignError::BodyNotJson)?;
        let lacks = || SignError::BodyLacksField { pointer: ITEMS.to_owned() };
        let items = body.pointer_mut(ITEMS).and_then(serde_json::Value::as_array_mut).ok_or_else(lacks)?;
        for item in items {
            let item = item.as_object_mut().ok_or_else(lacks)?;
            item.insert("clientState".to_owned(), secret.text().into());
        }
        outgoing.body = body.to_string().into_bytes();
        Ok(())
    }
}
