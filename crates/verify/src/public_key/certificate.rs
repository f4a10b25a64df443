//! The key of an X.509 certificate.
//!
//! What is checked: the form, the dates against the time of receipt, and where a name is asked for, that the subject
//! or an alternative name ends with it. What is not: the chain to a root, and revocation. The certificate is believed
//! because it was fetched over TLS from a host that the scheme pins.

use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::PublicKey;
use super::pem::first_block;
use crate::secret::Now;
use crate::verdict::Reason;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The key of the first certificate of a PEM document, if it is valid at that time.
pub(crate) fn leaf_key(pem: &[u8], now: Now, name_end: Option<&str>) -> Result<PublicKey, Reason> {
    let unusable = || Reason::family("certificate_unusable", "the fetched document is no X.509 certificate");
    let text = str::from_utf8(pem).map_err(|_| unusable())?;
    let ("CERTIFICATE", der) = first_block(text).ok_or_else(unusable)? else {
        return Err(unusable());
    };
    let certificate = Certificate::from_der(&der).map_err(|_| unusable())?.tbs_certificate;
    let now_s = u64::try_from(now.unix_s()).unwrap_or(0);
    if now_s < certificate.validity.not_before.to_unix_duration().as_secs() {
        return Err(Reason::family("certificate_not_yet_valid", "the certificate is not valid yet"));
    }
    if now_s > certificate.validity.not_after.to_unix_duration().as_secs() {
        return Err(Reason::family("certificate_expired", "the certificate has expired"));
    }
    if let Some(end) = name_end
        && !names(&certificate).iter().any(|name| name.ends_with(end))
    {
        let message = format!("the certificate names nobody under {end}");
        return Err(Reason::Family { code: "certificate_name", message });
    }
    let key = certificate.subject_public_key_info.to_der().map_err(|_| unusable())?;
    PublicKey::from_spki(&key).ok_or_else(unusable)
}

/// Common name and DNS names, lower case.
fn names(certificate: &x509_cert::TbsCertificate) -> Vec<String> {
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
