//! PayPal: RSA-SHA256 over transmission id, time, the id of the webhook and the body's CRC-32, by a fetched certificate.
//!
//! What must stay true: the certificate comes from a host under paypal.com, is valid at that time, is PayPal's for
//! signing, and what is served beside it is its chain. Where that ends is not compared with anything: authenticity
//! rests on the TLS connection to that host. The body is covered by a CRC-32 only: a colliding body can be made, as
//! the scheme has it.

use super::read::{accepted, header, header_text, signature, text_key};
use super::{Family, FamilyResult};
use crate::context::Context;
use crate::known_keys::{KeyDocument, KeyRequest};
use crate::pinned::https_host;
use crate::public_key::{NameRule, PublicKeyAlgorithm, SigningText, fetched, leaf_key};
use crate::request::{Outgoing, Request};
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, TimeUnit};
use crate::verdict::Reason;

const SIGNATURE: &str = "paypal-transmission-sig";
const ID: &str = "paypal-transmission-id";
const TIME: &str = "paypal-transmission-time";
const ALGORITHM: &str = "paypal-auth-algo";
const CERTIFICATE_URL: &str = "paypal-cert-url";
const ALGORITHM_NAME: &str = "SHA256withRSA";
const HOST_END: &str = ".paypal.com";

/// Whom the certificates name, live and in the sandbox.
const NAME: NameRule = NameRule {
    wanted: "messageverificationcerts.paypal.com",
    is_it: |name| name.starts_with("messageverificationcerts.") && name.ends_with(HOST_END),
};

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct PayPal;

impl Family for PayPal {
    fn name(&self) -> &'static str {
        "paypal"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[SIGNATURE, ID, TIME, ALGORITHM]
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let request = context.request;
        let webhook_ids = context.usable(text_key)?;
        let found = signature(Encoding::Base64, header(request, SIGNATURE)?)?;
        if header(request, ALGORITHM)? != ALGORITHM_NAME.as_bytes() {
            let message = "the request names another algorithm than SHA256withRSA";
            return Err(Reason::family("algorithm_mismatch", message).into());
        }
        let (before, after) = around_id(request)?;
        let url = header_text(request, CERTIFICATE_URL)?;
        if !https_host(url).is_some_and(|host| host.ends_with(HOST_END)) {
            let message = "the certificate's URL is not on a host under paypal.com";
            return Err(Reason::family("url_not_pinned", message).into());
        }
        let document = KeyDocument::CertificatePem;
        let certificate = fetched(context, KeyRequest { document, url: url.to_owned(), key_id: None })?;
        let key = leaf_key(&certificate, context.now, &NAME)?;
        let verifies = |id: &[u8]| {
            let message = [before.as_bytes(), id, after.as_bytes()].concat();
            key.verifies(PublicKeyAlgorithm::RsaSha256, &message, &found)
        };
        let matched = webhook_ids.iter().find(|(_, id)| verifies(id));
        let (index, _) = matched.ok_or(Reason::NoSignatureMatched { candidates: 1 })?;
        let signed_ms = TimeUnit::Rfc3339.parse_ms(header(request, TIME)?).ok();
        Ok(accepted(context, Some(*index), 0, signed_ms))
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, now: Now) -> Result<(), SignError> {
        let key = SigningText::read(secret)?;
        outgoing.set_header(TIME, TimeUnit::Rfc3339.write(now).ok_or(SignError::Time)?);
        outgoing.set_header(ALGORITHM, ALGORITHM_NAME);
        let message = outgoing.received(|request| {
            let (before, after) = around_id(request)?;
            Ok::<_, Reason>(format!("{before}{}{after}", key.shared))
        })?;
        let signature = key.sign(PublicKeyAlgorithm::RsaSha256, message.as_bytes())?;
        outgoing.set_header(SIGNATURE, Encoding::Base64.encode(&signature));
        Ok(())
    }
}

/// What is signed before and after the id of the webhook.
fn around_id(request: &Request<'_>) -> Result<(String, String), Reason> {
    let before = format!("{}|{}|", header_text(request, ID)?, header_text(request, TIME)?);
    Ok((before, format!("|{}", crc32fast::hash(request.body))))
}
