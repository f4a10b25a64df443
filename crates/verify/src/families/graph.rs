//! Microsoft Graph: a text of the subscriber's own in every notification of a body, and beside them tokens of Entra ID
//! where the notifications carry the resource's data. Nothing covers the body.
//!
//! What must stay true: every notification must carry the text, or none is believed; where the source names the
//! application, every token must be valid and each notification's application must have one.

use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::entra::{Addressee, check_token, is_guid, write_token};
use super::read::{accepted, field_missing, text_key};
use super::{Family, FamilyResult, Stop};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::json;
use crate::public_key::SigningText;
use crate::request::Outgoing;
use crate::secret::{Now, Secret, SecretError};
use crate::sign::SignError;
use crate::verdict::Reason;

const ITEMS: &str = "/value";
const STATE: &str = "/clientState";
const TOKENS: &str = "/validationTokens";

/// The application by which Graph asks for tokens: its change tracking.
const SENDER: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";

/// Most notifications in one body.
const ITEMS_MAX: usize = 1000;

/// Most tokens in one body: one for each application and tenant.
const TOKENS_MAX: usize = 64;

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct Graph;

/// What a secret of the source says.
struct Subscriber {
    state: Zeroizing<Vec<u8>>,
    /// The application and its tenant, if tokens are demanded.
    addressee: Option<Addressee>,
}

impl Subscriber {
    /// `clientState`, or `clientState application tenant`.
    fn read(secret: &Secret) -> Result<Self, SecretError> {
        let text = text_key(secret)?;
        let (state, addressee) = split(secret.text());
        Ok(match addressee {
            None => Self { state: text, addressee },
            Some(_) => Self { state: Zeroizing::new(state.as_bytes().to_vec()), addressee },
        })
    }
}

/// The state, and whom tokens must be for if the text names it.
fn split(text: &str) -> (&str, Option<Addressee>) {
    let mut words = text.rsplitn(3, ' ');
    let (Some(tenant), Some(application), Some(state)) = (words.next(), words.next(), words.next()) else {
        return (text, None);
    };
    if state.is_empty() || !is_guid(application) || !is_guid(tenant) {
        return (text, None);
    }
    (state, Addressee::read(&text[state.len() + 1..]))
}

impl Family for Graph {
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
        let subscribers = context.usable(Subscriber::read)?;
        let items = array(context.request.body, ITEMS)?;
        if items.len() > ITEMS_MAX {
            return Err(Reason::TooManySignatures { limit: ITEMS_MAX }.into());
        }
        let mut states = Vec::with_capacity(items.len());
        for item in &items {
            let state = json::text(item.get().as_bytes(), STATE).ok_or_else(|| field_missing(STATE))?;
            if !subscribers.iter().any(|(_, it)| secrets_equal(&it.state, state.as_bytes())) {
                return Err(Reason::TokenMismatch.into());
            }
            states.push(state);
        }
        // What anybody can send is refused by now; each token costs a signature.
        let (proved, signed_ms) = check_tokens(context, &subscribers)?;
        let mut first = None;
        for state in &states {
            let accepts = |it: &Subscriber| {
                let is_proved = it.addressee.as_ref().is_none_or(|addressee| proved.contains(addressee));
                secrets_equal(&it.state, state.as_bytes()) && is_proved
            };
            let accepting = subscribers.iter().find(|(_, it)| accepts(it)).map(|(index, _)| *index);
            first = first.or(Some(accepting.ok_or_else(token_missing)?));
        }
        if first.is_none() {
            return Err(field_missing(STATE).into());
        }
        Ok(accepted(context, first, 0, signed_ms))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        text_key(secret)?;
        let key = SigningText::read(secret);
        let (state, addressee) = split(key.as_ref().map_or(secret.text(), |key| key.shared));
        let mut body: Value = serde_json::from_slice(&outgoing.body).map_err(|_| SignError::BodyNotJson)?;
        let lacks = || SignError::BodyLacksField { pointer: ITEMS.to_owned() };
        let items = body.pointer_mut(ITEMS).and_then(Value::as_array_mut).ok_or_else(lacks)?;
        for item in items {
            let item = item.as_object_mut().ok_or_else(lacks)?;
            item.insert("clientState".to_owned(), state.into());
        }
        if let Some(addressee) = &addressee {
            let token = write_token(key.as_ref().map_err(Clone::clone)?, addressee, SENDER, now)?;
            let body = body.as_object_mut().ok_or_else(lacks)?;
            body.insert("validationTokens".to_owned(), vec![token].into());
        }
        outgoing.body = body.to_string().into_bytes();
        Ok(())
    }
}

/// The applications and tenants for which the body carries a valid token, and when the first was issued. None is looked
/// for where the source names no application.
fn check_tokens(
    context: &Context<'_>,
    subscribers: &[(usize, Subscriber)],
) -> Result<(Vec<Addressee>, Option<i64>), Stop> {
    let addressees: Vec<Addressee> = subscribers.iter().filter_map(|(_, it)| it.addressee.clone()).collect();
    if addressees.is_empty() || json::raw(context.request.body, TOKENS).is_none() {
        return Ok((Vec::new(), None));
    }
    let tokens = array(context.request.body, TOKENS).map_err(|_| token_missing())?;
    if tokens.len() > TOKENS_MAX {
        return Err(Reason::TooManySignatures { limit: TOKENS_MAX }.into());
    }
    let (mut proved, mut signed_ms) = (Vec::new(), None);
    for token in tokens {
        let token: String = serde_json::from_str(token.get()).map_err(|_| token_missing())?;
        let (at, issued_ms) = check_token(context, token.as_bytes(), &addressees, SENDER)?;
        signed_ms = signed_ms.or(issued_ms);
        proved.extend(addressees.get(at).cloned());
    }
    Ok((proved, signed_ms))
}

fn token_missing() -> Reason {
    let message = "validationTokens lacks a token for the application and tenant that the secret names";
    Reason::family("token_missing", message)
}

fn array<'a>(body: &'a [u8], pointer: &str) -> Result<Vec<&'a RawValue>, Reason> {
    let array = json::raw(body, pointer).ok_or_else(|| field_missing(pointer))?;
    serde_json::from_str(array.get()).map_err(|_| field_missing(pointer))
}
