//! Adobe I/O Events: RSA-SHA256 over the body, with one of two keys that live on one host; and the receiver's own id
//! in the body.
//!
//! What must stay true: of a key's place the request says the path only, and an event for another client is refused
//! though Adobe signed it.

use super::read::{accepted, field_missing, header, header_text, signature, text_key};
use super::{Family, FamilyResult, Stop};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::json;
use crate::known_keys::{KeyDocument, KeyRequest};
use crate::public_key::{PublicKey, PublicKeyAlgorithm, SigningText, fetched};
use crate::request::{Found, Outgoing};
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::Encoding;
use crate::verdict::Reason;

const HOST: &str = "https://static.adobeioevents.com";
const CLIENT_ID: &str = "/recipient_client_id";
const SIGNATURES: [(&str, &str); 2] = [
    ("x-adobe-digital-signature-1", "x-adobe-public-key1-path"),
    ("x-adobe-digital-signature-2", "x-adobe-public-key2-path"),
];

/// Longest path of a key.
const PATH_BYTES_MAX: usize = 256;

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct AdobeEvents;

impl Family for AdobeEvents {
    fn name(&self) -> &'static str {
        "adobe-io-events"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[SIGNATURES[0].0, SIGNATURES[1].0]
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let clients = context.usable(text_key)?;
        let mut stop = None;
        for (position, (signature_name, path_name)) in SIGNATURES.into_iter().enumerate() {
            if context.request.header(signature_name) == Found::Missing {
                continue;
            }
            match verify_one(context, signature_name, path_name) {
                Ok(()) => {
                    let client = json::text(context.request.body, CLIENT_ID);
                    let client = client.ok_or_else(|| field_missing(CLIENT_ID))?;
                    let matched = clients.iter().find(|(_, id)| secrets_equal(id, client.as_bytes()));
                    let (index, _) = matched.ok_or(Reason::TokenMismatch)?;
                    return Ok(accepted(context, Some(*index), position, None));
                }
                // A key that is still to be fetched may confirm what the other one does not.
                Err(needed @ Stop::KeyNeeded(_)) => stop = Some(needed),
                Err(refused) => stop = stop.or(Some(refused)),
            }
        }
        let missing = || Stop::from(Reason::HeaderMissing { name: SIGNATURES[0].0.to_owned() });
        Err(stop.unwrap_or_else(missing))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, _: Now) -> Result<(), SignError> {
        let key = SigningText::read(secret)?;
        let signature = key.sign(PublicKeyAlgorithm::RsaSha256, &outgoing.body)?;
        outgoing.set_header(SIGNATURES[0].0, Encoding::Base64.encode(&signature));
        Ok(())
    }
}

fn verify_one(context: &Context<'_>, signature_name: &str, path_name: &str) -> Result<(), Stop> {
    let found = signature(Encoding::Base64, header(context.request, signature_name)?)?;
    let path = header_text(context.request, path_name)?;
    if !is_path(path) {
        return Err(Reason::family("url_not_pinned", "the path of the key is not a plain path").into());
    }
    let request =
        KeyRequest { document: KeyDocument::PublicKeyPem, url: format!("{HOST}{path}"), key_id: None };
    let document = fetched(context, request)?;
    let key = str::from_utf8(&document).ok().and_then(PublicKey::from_pem);
    let key =
        key.ok_or_else(|| Reason::family("key_unusable", "the fetched document is no public key as PEM"))?;
    if !key.verifies(PublicKeyAlgorithm::RsaSha256, context.request.body, &found) {
        return Err(Reason::NoSignatureMatched { candidates: 1 }.into());
    }
    Ok(())
}

/// A path that cannot leave the host it is joined to.
fn is_path(path: &str) -> bool {
    path.len() <= PATH_BYTES_MAX
        && path.starts_with('/')
        && !path.contains("//")
        && !path.contains("..")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte))
}
