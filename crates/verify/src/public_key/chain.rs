//! The issuers that a document carries beside a certificate: every signature from the leaf upwards is checked.
//!
//! The root is not compared with anything: this crate holds no authorities. What must stay true: a document that
//! carries issuers carries the leaf's, a link that does not hold refuses, and the walk ends.

use x509_cert::der::asn1::{BitStringRef, ObjectIdentifier};
use x509_cert::der::{Reader, SliceReader};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::spki::AlgorithmIdentifierRef;

use super::certificate::{Held, check_dates, key_of};
use super::key::CertificateAlgorithm;
use crate::secret::Now;
use crate::verdict::Reason;

/// By which certificates are signed (RFC 4055, RFC 5758).
const ALGORITHMS: [(ObjectIdentifier, CertificateAlgorithm); 5] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), CertificateAlgorithm::RsaSha256),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"), CertificateAlgorithm::RsaSha384),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"), CertificateAlgorithm::RsaSha512),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), CertificateAlgorithm::EcdsaSha256),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), CertificateAlgorithm::EcdsaSha384),
];

/// Refuses a document whose certificates do not certify each other from the leaf upwards. One that stands alone passes.
pub(super) fn check_chain(leaf: &Held, others: &[Held], now: Now) -> Result<(), Reason> {
    if others.is_empty() {
        return Ok(());
    }
    let broken = |message| Reason::family("certificate_chain", message);
    let mut left: Vec<&Held> = others.iter().collect();
    let mut subject = leaf;
    while !left.is_empty() && !is_self_issued(subject) {
        let issuer = left.iter().position(|candidate| is_named_issuer(candidate, subject));
        let Some(issuer) = issuer.map(|at| left.swap_remove(at)) else {
            // Above the leaf the document may end where it likes.
            let is_leaf = std::ptr::eq(subject, leaf);
            let message = "the document carries certificates, and none of them is the issuer's";
            return if is_leaf { Err(broken(message)) } else { Ok(()) };
        };
        check_dates(&issuer.certificate, now)?;
        if !may_certify(issuer) {
            return Err(broken("a certificate of the chain was issued by who is no authority"));
        }
        if !is_signed_by(subject, issuer) {
            return Err(broken("a certificate of the chain was not signed by its issuer"));
        }
        subject = issuer;
    }
    if std::ptr::eq(subject, leaf) {
        return Err(broken("the certificate issued itself, and the document carries others"));
    }
    Ok(())
}

fn is_self_issued(held: &Held) -> bool {
    held.certificate.tbs_certificate.issuer == held.certificate.tbs_certificate.subject
}

fn is_named_issuer(candidate: &Held, subject: &Held) -> bool {
    candidate.certificate.tbs_certificate.subject == subject.certificate.tbs_certificate.issuer
}

/// Whether it is an authority's certificate: what does not say so, is none (RFC 5280, 4.2.1.9 and 4.2.1.3).
fn may_certify(issuer: &Held) -> bool {
    let held = &issuer.certificate.tbs_certificate;
    let is_authority = matches!(held.get::<BasicConstraints>(), Ok(Some((_, constraints))) if constraints.ca);
    let may_sign = match held.get::<KeyUsage>() {
        Ok(Some((_, usage))) => usage.key_cert_sign(),
        Ok(None) => true,
        Err(_) => false,
    };
    is_authority && may_sign
}

fn is_signed_by(subject: &Held, issuer: &Held) -> bool {
    let Some((signed, algorithm, signature)) = signed_parts(&subject.der) else {
        return false;
    };
    // Named twice, and both must say the same (RFC 5280, 4.1.1.2).
    let is_same = subject.certificate.signature_algorithm == subject.certificate.tbs_certificate.signature;
    let known = ALGORITHMS.iter().find(|(oid, _)| *oid == algorithm && is_same);
    let key = key_of(&issuer.certificate);
    known.zip(key).is_some_and(|((_, algorithm), key)| key.certifies(*algorithm, signed, signature))
}

/// The bytes that are signed as they were sent, by what, and the signature.
fn signed_parts(der: &[u8]) -> Option<(&[u8], ObjectIdentifier, &[u8])> {
    let mut reader = SliceReader::new(der).ok()?;
    let parts = reader.sequence(|reader| {
        let signed = reader.tlv_bytes()?;
        let algorithm: AlgorithmIdentifierRef<'_> = reader.decode()?;
        let signature: BitStringRef<'_> = reader.decode()?;
        Ok((signed, algorithm.oid, signature))
    });
    let (signed, algorithm, signature) = parts.ok()?;
    // Whole bytes only: a certificate has one spelling.
    Some((signed, algorithm, signature.as_bytes()?))
}
