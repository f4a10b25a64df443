//! Tokens of Microsoft Entra ID that a service of Microsoft sends: for the receiver's application, in its tenant.
//!
//! What must stay true: RS256 by a key of Microsoft's own set and nothing else; audience, tenant and sending application
//! are all demanded, because Microsoft signs tokens for everybody; and the two versions of tokens are not mixed.

use super::Stop;
use crate::context::Context;
use crate::jwt::{self, Token};
use crate::known_keys::{KeyDocument, KeyRequest};
use crate::public_key::{PublicKeyAlgorithm, SigningText, fetched, from_jwk_set};
use crate::secret::Now;
use crate::sign::SignError;
use crate::verdict::Reason;

/// The keys of every tenant of the public cloud.
const KEYS: &str = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

/// What stands for the tenant in the issuer of keys that sign for all of them.
const ANY_TENANT: &str = "{tenantid}";

const ALGORITHM: &str = "RS256";

/// Letters, digits and dashes of an id.
const GUID_BYTES: usize = 36;

/// Seconds that a simulated token is valid.
const SIMULATED_VALID_S: i64 = 300;

/// The key that a simulated token names.
const SIMULATED_KEY_ID: &str = "simulated";

/// Whom a token must be meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addressee {
    /// The receiver's application, by id or URI.
    audience: String,
    /// Its tenant, lower case.
    tenant: String,
}

impl Addressee {
    /// An audience and a tenant's id, with a space between.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (audience, tenant) = text.split_once(' ')?;
        let is_it = !audience.is_empty() && is_guid(tenant);
        is_it.then(|| Self { audience: audience.to_owned(), tenant: tenant.to_ascii_lowercase() })
    }
}

/// Whether a text is an id of a tenant or an application.
pub(super) fn is_guid(text: &str) -> bool {
    let is_dash = |at| matches!(at, 8 | 13 | 18 | 23);
    text.len() == GUID_BYTES
        && text.bytes().enumerate().all(
            |(at, byte)| {
                if is_dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
            },
        )
}

/// Judges a token that `sender` must have asked for; gives the position of the addressee that it is for, and when it
/// was issued in milliseconds since 1970.
pub(super) fn check_token(
    context: &Context<'_>,
    text: &[u8],
    addressees: &[Addressee],
    sender: &str,
) -> Result<(usize, Option<i64>), Stop> {
    let token = Token::parse(text)?;
    if token.algorithm != ALGORITHM {
        let message = "the token names another algorithm than RS256";
        return Err(Reason::family("algorithm_mismatch", message).into());
    }
    let is_meant = |addressee: &Addressee| jwt::has_audience(&token, &addressee.audience);
    let (issuer_of, sender_claim) = version(&token)?;
    // Not believed before the signature is checked; it says which of the keys may have made that.
    let issued_by = |addressee: &Addressee| {
        token.text("iss").is_some_and(|issuer| issuer == issuer_of(&addressee.tenant))
    };
    let Some(tenant) = addressees.iter().find(|it| issued_by(it)).map(|it| &it.tenant) else {
        return Err(Reason::family("issuer_mismatch", "the token was issued for another tenant").into());
    };
    check_signature(context, &token, tenant)?;
    let addressee = addressees.iter().position(|it| issued_by(it) && is_meant(it));
    let mismatch = || Reason::family("audience_mismatch", "the token is meant for somebody else");
    let addressee = addressee.ok_or_else(mismatch)?;
    if token.text(sender_claim) != Some(sender) {
        let message = "another application than the provider's asked for the token";
        return Err(Reason::family("sender_mismatch", message).into());
    }
    Ok((addressee, jwt::check_times(&token, context, true, None)?))
}

type IssuerOf = fn(&str) -> String;

/// The issuer of a tenant's tokens of that version, and the claim that names the application which asked for it.
fn version(token: &Token<'_>) -> Result<(IssuerOf, &'static str), Reason> {
    match token.text("ver") {
        Some("1.0") => Ok((|tenant| format!("https://sts.windows.net/{tenant}/"), "appid")),
        Some("2.0") => Ok((|tenant| format!("https://login.microsoftonline.com/{tenant}/v2.0"), "azp")),
        _ => Err(Reason::family("token_version", "the token's version is not 1.0 or 2.0")),
    }
}

fn check_signature(context: &Context<'_>, token: &Token<'_>, tenant: &str) -> Result<(), Stop> {
    let nameless = || Reason::family("key_unknown", "the token names no key");
    let key_id = token.key_id.clone().ok_or_else(nameless)?;
    let request = KeyRequest { document: KeyDocument::JwkSet, url: KEYS.to_owned(), key_id: Some(key_id) };
    let key_id = request.key_id.clone().unwrap_or_default();
    let set = fetched(context, request.clone())?;
    let key = from_jwk_set(&set, &key_id, ALGORITHM, |jwk| {
        let issuer = jwk.get("issuer").map(|issuer| issuer.as_str().unwrap_or_default());
        issuer.is_none_or(|issuer| issuer.contains(ANY_TENANT) || issuer.contains(tenant))
    });
    let key = key.ok_or(Reason::KeyUnknown { wanted: Box::new(request) })?;
    if !key.verifies(PublicKeyAlgorithm::RsaSha256, token.signed.as_bytes(), &token.signature) {
        return Err(Reason::NoSignatureMatched { candidates: 1 }.into());
    }
    Ok(())
}

/// A token as Microsoft would issue it.
pub(super) fn write_token(
    key: &SigningText<'_>,
    addressee: &Addressee,
    sender: &str,
    now: Now,
) -> Result<String, SignError> {
    let Addressee { audience, tenant } = addressee;
    let head = serde_json::json!({"alg": ALGORITHM, "typ": "JWT", "kid": SIMULATED_KEY_ID});
    let claims = serde_json::json!({
        "aud": audience,
        "iss": format!("https://login.microsoftonline.com/{tenant}/v2.0"),
        "iat": now.unix_s(),
        "nbf": now.unix_s(),
        "exp": now.unix_s().saturating_add(SIMULATED_VALID_S),
        "azp": sender,
        "tid": tenant,
        "ver": "2.0",
    });
    jwt::write(&head, &claims, |signed| key.sign(PublicKeyAlgorithm::RsaSha256, signed))
}
