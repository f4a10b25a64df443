//! Signs by HTTP message signatures.
//!
//! What must stay true: what is written here verifies by the same settings at the same time.

use super::base::base;
use super::digest;
use super::model::HttpSignatures;
use crate::public_key::SigningText;
use crate::request::Outgoing;
use crate::secret::{Now, Secret};
use crate::sign::SignError;
use crate::template::{Encoding, Hash, mac, prepare};

const LABEL: &str = "sig1";

pub(crate) fn write(
    scheme: &HttpSignatures,
    secret: &Secret,
    outgoing: &mut Outgoing,
    now: Now,
) -> Result<(), SignError> {
    let components: Vec<&str> = scheme.required.iter().map(AsRef::as_ref).collect();
    if components.contains(&"content-digest") {
        outgoing.set_header("content-digest", digest::write(&outgoing.body));
    }
    let list: Vec<String> = components.iter().map(|component| format!("\"{component}\"")).collect();
    let name = scheme.algorithm.name();
    let parameters = format!("({});created={};alg=\"{name}\"", list.join(" "), now.unix_s());
    let message = outgoing.received(|request| base(request, &components, &parameters))?;
    let signature = match scheme.algorithm.public_key() {
        None => mac(Hash::Sha256, &prepare(scheme.key, 1, secret.text())?, &[message.as_bytes()]),
        Some(algorithm) => SigningText::read(secret)?.sign(algorithm, message.as_bytes())?,
    };
    outgoing.set_header("signature-input", format!("{LABEL}={parameters}"));
    outgoing.set_header("signature", format!("{LABEL}=:{}:", Encoding::Base64.encode(&signature)));
    Ok(())
}
