//! Twilio: HMAC-SHA1 over the public URL and the form's fields in order, or over a URL that carries the body's hash.
//!
//! What must stay true: the URL is the registered one, with and without the default port; a body hash in the signed
//! URL is always checked.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{accepted, header, signature, text_key};
use super::{Family, FamilyResult};
use crate::compare::secrets_equal;
use crate::context::Context;
use crate::request::{Outgoing, Request};
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, Hash, mac, plain};
use crate::verdict::Reason;

const HEADER: &str = "x-twilio-signature";
const BODY_HASH: &str = "bodySHA256";

/// The scheme.
#[derive(Clone, Copy, Debug)]
pub struct Twilio;

impl Family for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn proof_headers(&self) -> &'static [&'static str] {
        &[HEADER]
    }

    /// A form's fields are signed decoded and sorted, so that other spellings of the same fields are accepted too.
    fn covers_body(&self) -> bool {
        false
    }

    fn verify(&self, context: &Context<'_>) -> FamilyResult {
        let request = context.request;
        let keys = context.usable(text_key)?;
        let signature = signature(Encoding::Base64, header(request, HEADER)?)?;
        for url in spellings(request)? {
            let expected_hash = query_value(&url, BODY_HASH);
            let message = match expected_hash {
                Some(_) => url.into_bytes(),
                None => form_message(&url, request.body),
            };
            for (index, key) in &keys {
                if !secrets_equal(&mac(Hash::Sha1, key, &[&message]), &signature) {
                    continue;
                }
                if let Some(expected) = &expected_hash {
                    check_body_hash(expected, request.body)?;
                }
                return Ok(accepted(context, Some(*index), 0, None));
            }
        }
        Err(Reason::NoSignatureMatched { candidates: 1 }.into())
    }

    fn sign(&self, secret: &Secret, outgoing: &mut Outgoing, _: Now) -> Result<(), SignError> {
        let key = text_key(secret)?;
        let url = outgoing.url.clone().ok_or(Reason::UrlMissing)?;
        let is_json = outgoing.received(|request| {
            request.header_text("content-type").is_some_and(|kind| kind.starts_with("application/json"))
        });
        let message = if is_json {
            let joint = if url.contains('?') { '&' } else { '?' };
            let hash = hex::encode(plain(Hash::Sha256, &[&outgoing.body]));
            let url = format!("{url}{joint}{BODY_HASH}={hash}");
            outgoing.target = target_of(&url).to_owned();
            outgoing.url = Some(url.clone());
            url.into_bytes()
        } else {
            form_message(&url, &outgoing.body)
        };
        outgoing.set_header(HEADER, Encoding::Base64.encode(&mac(Hash::Sha1, &key, &[&message])));
        Ok(())
    }
}

fn check_body_hash(expected: &str, body: &[u8]) -> Result<(), Reason> {
    let found = hex::encode(plain(Hash::Sha256, &[body]));
    if secrets_equal(expected.to_ascii_lowercase().as_bytes(), found.as_bytes()) {
        return Ok(());
    }
    Err(Reason::family("body_hash_mismatch", "the URL is signed, and the body is not the one it names"))
}

/// The URL, then each field by name with its values: every value of a repeated field once, in order.
fn form_message(url: &str, body: &[u8]) -> Vec<u8> {
    let mut fields: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        fields.entry(name).or_default().insert(value);
    }
    let mut message = url.as_bytes().to_vec();
    for (name, values) in &fields {
        for value in values {
            message.extend_from_slice(name.as_bytes());
            message.extend_from_slice(value.as_bytes());
        }
    }
    message
}

/// The registered URL, with the query that was received if that is another one, each with and without default port.
fn spellings(request: &Request<'_>) -> Result<Vec<String>, Reason> {
    let registered = request.url.ok_or(Reason::UrlMissing)?;
    let mut urls = vec![registered.to_owned()];
    let base = registered.split('?').next().unwrap_or(registered);
    if !request.query().is_empty() {
        let received = format!("{base}?{}", request.query());
        if received != registered {
            urls.push(received);
        }
    }
    let others: Vec<String> = urls.iter().filter_map(|url| other_port(url)).collect();
    urls.extend(others);
    Ok(urls)
}

/// The same URL without the default port if it has it, with it if it has none.
fn other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(at);
    if let Some(host) = authority.strip_suffix(port) {
        return Some(format!("{scheme}://{host}{tail}"));
    }
    (!authority.contains(':')).then(|| format!("{scheme}://{authority}{port}{tail}"))
}

fn query_value(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(held, _)| held == name);
    values.next().map(|(_, value)| value.into_owned())
}

fn target_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..])
}
