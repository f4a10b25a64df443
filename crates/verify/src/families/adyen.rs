//! Adyen payments: an HMAC inside each item of the body, over eight of its fields.
//!
//! What must stay true: every item must be right, or none is believed. Fields outside the eight prove nothing.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use super::read::{accepted, field_missing, signature};
use super::{Family, FamilyResult};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::json;
use crate::request::Outgoing;
use crate::secret::{Now, Secret, SecretError};
use crate::sign::SignError;
use crate::template::{Encoding, Hash, KeyForm, mac, prepare};
use crate::verdict::Reason;

const ITEMS: &str = "/notificationItems";
const SIGNATURE: &str = "/NotificationRequestItem/additionalData/hmacSignature";
const FIELDS: [&str; 8] = [
    "/NotificationRequestItem/pspReference",
    "/NotificationRequestItem/originalReference",
    "/NotificationRequestItem/merchantAccountCode",
    "/NotificationRequestItem/merchantReference",
    "/NotificationRequestItem/amount/value",
    "/NotificationRequestItem/amount/currency",
    "/NotificationRequestItem/eventCode",
    "/NotificationRequestItem/success",
];

/// Most items in one body. Adyen sends one by JSON; the format allows more.
const ITEMS_MAX: usize = 1000;

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct AdyenItems;

impl Family for AdyenItems {
    fn name(&self) -> &'static str {
        "adyen-items"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn covers_body(&self) -> bool {
        false
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let keys = context.usable(key)?;
        let items = items(context.request.body)?;
        let mut first = None;
        for item in &items {
            let item = item.get().as_bytes();
            let found = json::text(item, SIGNATURE).ok_or_else(|| field_missing(SIGNATURE))?;
            let found = signature(Encoding::Base64, found.as_bytes())?;
            let message = message(item);
            let matches = |key: &[u8]| secrets_equal(&mac(Hash::Sha256, key, &[message.as_bytes()]), &found);
            let matched = keys.iter().find(|(_, key)| matches(key));
            let (index, _) = matched.ok_or(Reason::NoSignatureMatched { candidates: items.len() })?;
            first.get_or_insert(*index);
        }
        Ok(accepted(context, first, 0, None))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, _: Now) -> Result<(), SignError> {
        let key = key(secret)?;
        let signatures: Vec<String> = items(&outgoing.body)?
            .iter()
            .map(|item| message(item.get().as_bytes()))
            .map(|message| Encoding::Base64.encode(&mac(Hash::Sha256, &key, &[message.as_bytes()])))
            .collect();
        let mut body: Value = serde_json::from_slice(&outgoing.body).map_err(|_| SignError::BodyNotJson)?;
        for (position, signature) in signatures.into_iter().enumerate() {
            let pointer = format!("{ITEMS}/{position}{SIGNATURE}");
            let place = body.pointer_mut(&pointer);
            *place.ok_or(SignError::BodyLacksField { pointer })? = signature.into();
        }
        outgoing.body = body.to_string().into_bytes();
        Ok(())
    }
}

fn key(secret: &Secret) -> Result<zeroize::Zeroizing<Vec<u8>>, SecretError> {
    prepare(KeyForm::Hex, 1, secret.text())
}

fn items(body: &[u8]) -> Result<Vec<&RawValue>, Reason> {
    let missing = || field_missing(ITEMS);
    let array = json::raw(body, ITEMS).ok_or_else(missing)?;
    let items: Vec<&RawValue> = serde_json::from_str(array.get()).map_err(|_| missing())?;
    if items.is_empty() {
        return Err(missing());
    }
    if items.len() > ITEMS_MAX {
        return Err(Reason::TooManySignatures { limit: ITEMS_MAX });
    }
    Ok(items)
}

/// The eight fields, joined; a missing one is empty.
fn message(item: &[u8]) -> String {
    let field = |pointer| json::text(item, pointer).unwrap_or(Cow::Borrowed(""));
    FIELDS.map(field).join(":")
}
