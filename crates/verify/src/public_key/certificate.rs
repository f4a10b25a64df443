//! The key of an X.509 certificate that a provider signs with.
//!
//! What is checked: form, dates against the time of receipt, that the subject is no authority and may sign, the name
//! that the scheme wants, and, where the document carries issuers, every signature along the chain
//! ([`super::chain`]). What is not: that the chain ends at an authority that is trusted, and revocation. A document
//! may carry one certificate alone. Its authenticity rests on the TLS connection to a host that the scheme pins.

use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectAltName};

use super::PublicKey;
use super::chain::check_chain;
use super::pem::blocks;
use crate::secret::Now;
use crate::verdict::Reason;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Most certificates in one document: a leaf, its issuers and a root.
const CERTIFICATES_MAX: usize = 8;

/// Whom a certificate must name.
pub(crate) struct NameRule {
    /// For people.
    pub(crate) wanted: &'static str,
    /// Whether a lower-case name is such a one.
    pub(crate) is_it: fn(&str) -> bool,
}

/// A certificate and the bytes it was read from.
pub(super) struct Held {
    pub(super) certificate: Certificate,
    pub(super) der: Vec<u8>,
}

/// The key of the first certificate of a PEM document, if that may be believed at that time.
pub(crate) fn leaf_key(pem: &[u8], now: Now, name: &NameRule) -> Result<PublicKey, Reason> {
    let held = read(pem).ok_or_else(unusable)?;
    let (leaf, others) = held.split_first().ok_or_else(unusable)?;
    check_dates(&leaf.certificate, now)?;
    if !may_sign_messages(&leaf.certificate) {
        let message = "the certificate is not made for signing messages";
        return Err(Reason::family("certificate_usage", message));
    }
    if !names(&leaf.certificate).iter().any(|held| (name.is_it)(held)) {
        let message = format!("the certificate names nobody like {}", name.wanted);
        return Err(Reason::Family { code: "certificate_name", message });
    }
    check_chain(leaf, others, now)?;
    key_of(&leaf.certificate).ok_or_else(unusable)
}

fn unusable() -> Reason {
    Reason::family("certificate_unusable", "the fetched document is no X.509 certificate")
}

fn read(pem: &[u8]) -> Option<Vec<Held>> {
    let blocks = blocks(str::from_utf8(pem).ok()?, CERTIFICATES_MAX)?;
    let one = |(label, der): (&str, Vec<u8>)| {
        let certificate = Certificate::from_der(&der).ok().filter(|_| label == "CERTIFICATE")?;
        Some(Held { certificate, der })
    };
    blocks.into_iter().map(one).collect()
}

/// The key that a certificate certifies.
pub(super) fn key_of(certificate: &Certificate) -> Option<PublicKey> {
    let info = certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
    PublicKey::from_spki(&info)
}

/// Refuses a certificate outside its dates.
pub(super) fn check_dates(certificate: &Certificate, now: Now) -> Result<(), Reason> {
    let validity = &certificate.tbs_certificate.validity;
    let now_s = u64::try_from(now.unix_s()).unwrap_or(0);
    if now_s < validity.not_before.to_unix_duration().as_secs() {
        return Err(Reason::family("certificate_not_yet_valid", "the certificate is not valid yet"));
    }
    if now_s > validity.not_after.to_unix_duration().as_secs() {
        return Err(Reason::family("certificate_expired", "the certificate has expired"));
    }
    Ok(())
}

/// An authority's key signs certificates, and one for encryption signs nothing. Old forms do not say.
fn may_sign_messages(certificate: &Certificate) -> bool {
    let held = &certificate.tbs_certificate;
    let is_authority = match held.get::<BasicConstraints>() {
        Ok(Some((_, constraints))) => constraints.ca,
        Ok(None) => false,
        Err(_) => return false,
    };
    let may_sign = match held.get::<KeyUsage>() {
        Ok(Some((_, usage))) => usage.digital_signature(),
        Ok(None) => true,
        Err(_) => return false,
    };
    may_sign && !is_authority
}

/// Common name and DNS names, lower case.
fn names(certificate: &Certificate) -> Vec<String> {
    let certificate = &certificate.tbs_certificate;
    let mut names = Vec::new();
    for attribute in certificate.subject.0.iter().flat_map(|set| set.0.iter()) {
        if attribute.oid == COMMON_NAME
            && let Ok(name) = str::from_utf8(attribute.value.value())
        {
            names.push(name.to_ascii_lowercase());
        }
    }
    if let Ok(Some((_, alternatives))) = certificate.get::<SubjectAltName>() {
        for name in &alternatives.0 {
            if let GeneralName::DnsName(name) = name {
                names.push(name.as_str().to_ascii_lowercase());
            }
        }
    }
    names
}
