//! Travis CI: RSA-SHA1 over the form field `payload`, by the key in the configuration of its API.
//!
//! What must stay true: the key is fetched from one fixed URL.

use super::read::{accepted, header, signature};
use super::{Family, FamilyResult};
use crate::context::Context;
use crate::json;
use crate::known_keys::{KeyDocument, KeyRequest};
use crate::public_key::{PublicKey, PublicKeyAlgorithm, fetched};
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::Encoding;
use crate::verdict::Reason;

const SIGNATURE: &str = "signature";
const PAYLOAD: &str = "payload";
const CONFIGURATION_URL: &str = "https://api.travis-ci.com/config";
const KEY: &str = "/config/notifications/webhook/public_key";

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct Travis;

impl Family for Travis {
    fn name(&self) -> &'static str {
        "travis-ci"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[SIGNATURE]
    }

    /// The payload is covered, the spelling of the form around it is not.
    fn covers_body(&self) -> bool {
        false
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let found = signature(Encoding::Base64, header(context.request, SIGNATURE)?)?;
        let payload = context.request.form_value(PAYLOAD);
        let payload =
            payload.ok_or_else(|| Reason::FieldMissing { pointer: format!("the form field {PAYLOAD}") })?;
        let document = KeyDocument::ProviderJson;
        let request = KeyRequest { document, url: CONFIGURATION_URL.to_owned(), key_id: None };
        let configuration = fetched(context, request)?;
        let key = json::text(&configuration, KEY).and_then(|pem| PublicKey::from_pem(&pem));
        let key = key.ok_or_else(|| {
            Reason::family("key_unusable", "the configuration of the provider's API holds no public key")
        })?;
        if !key.verifies(PublicKeyAlgorithm::RsaSha1, payload.as_bytes(), &found) {
            return Err(Reason::NoSignatureMatched { candidates: 1 }.into());
        }
        Ok(accepted(context, None, 0, None))
    }

    /// SHA-1 is never signed with here.
    fn sign(&self, _: &Secret, _: &mut Outgoing, _: Now) -> Result<(), SignError> {
        Err(SignError::Unsignable)
    }
}
