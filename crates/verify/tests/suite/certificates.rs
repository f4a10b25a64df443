//! Certificates that providers sign with: dates, use, names, and the issuers that a document carries beside them.

use hooktide_verify::{KEY_DOCUMENT_BYTES_MAX, KeyRequest, NoKnownKeys, Now, Verdict, provider, verify};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SignatureAlgorithm, date_time_ymd,
};

use super::minted::{NOW, secret, signed};
use super::minted_keys::{
    CERTIFICATE, CERTIFICATE_EXPIRED, CERTIFICATE_SNS, CERTIFICATE_STRANGER, Only, RSA, RSA_PUBLIC,
};

const PAYPAL: &str = "messageverificationcerts.paypal.com";

/// The code of the verdict over a good request, by this document.
fn code_of(name: &str, document: &[u8], now: Now) -> &'static str {
    let provider = provider(name).expect("it is listed");
    let judge = |request: &hooktide_verify::Request<'_>| {
        verify(&provider.scheme, &[secret(provider)], request, now, &Only(document))
    };
    let verdict = signed(provider).received(judge);
    assert!(!matches!(verdict, Verdict::KeyNeeded(_)));
    verdict.refused().map_or("accepted", |refusal| refusal.code())
}

fn paypal(document: &str) -> &'static str {
    code_of("paypal", document.as_bytes(), NOW)
}

/// What a certificate says, signed by whoever the caller likes.
fn params(name: &str, is_ca: IsCa) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, DnValue::Utf8String(name.to_owned()));
    params.is_ca = is_ca;
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    params
}

const CA: IsCa = IsCa::Ca(BasicConstraints::Unconstrained);

fn key(algorithm: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(algorithm).expect("a key is made")
}

/// The key that the sample is signed with.
fn paypals_key() -> KeyPair {
    KeyPair::from_pem(RSA).expect("the key is one")
}

/// A root, an authority below it and PayPal's certificate below that.
struct Chain {
    root: String,
    middle: String,
    leaf: String,
}

impl Chain {
    fn text(&self) -> String {
        [self.leaf.as_str(), &self.middle, &self.root].concat()
    }
}

/// A chain whose parts `change` has bent: root, authority, leaf.
fn chain(change: impl Fn(&mut [CertificateParams; 3])) -> Chain {
    let mut parts = [params("Root", CA), params("Middle", CA), params(PAYPAL, IsCa::ExplicitNoCa)];
    parts[2].key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    parts[2].extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    change(&mut parts);
    let [root, middle, leaf] = parts;
    let (root_key, middle_key) = (key(&PKCS_ECDSA_P384_SHA384), key(&PKCS_ECDSA_P256_SHA256));
    let root_text = root.self_signed(&root_key).expect("it signs").pem();
    let root = Issuer::new(root, root_key);
    let middle_text = middle.signed_by(&middle_key, &root).expect("it signs").pem();
    let middle = Issuer::new(middle, middle_key);
    let leaf = leaf.signed_by(&paypals_key(), &middle).expect("it signs").pem();
    Chain { root: root_text, middle: middle_text, leaf }
}

/// The same certificate with the last byte of its signature changed.
fn with_bent_signature(pem: &str) -> String {
    use base64::Engine as _;
    let standard = base64::engine::general_purpose::STANDARD;
    let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let mut der = standard.decode(inner).expect("base64");
    *der.last_mut().expect("bytes") ^= 1;
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", standard.encode(der))
}

#[test]
fn a_certificate_must_be_current_small_and_named() {
    let huge = [CERTIFICATE.as_bytes(), &vec![b'\n'; KEY_DOCUMENT_BYTES_MAX]].concat();
    let early = Now::from_unix_s(1_700_000_000);
    for (document, now, expected) in [
        (CERTIFICATE.as_bytes(), NOW, "accepted"),
        (CERTIFICATE_EXPIRED.as_bytes(), NOW, "certificate_expired"),
        (CERTIFICATE_STRANGER.as_bytes(), NOW, "certificate_name"),
        (CERTIFICATE_SNS.as_bytes(), NOW, "certificate_name"),
        (CERTIFICATE.as_bytes(), early, "certificate_not_yet_valid"),
        (&huge, NOW, "key_document_too_large"),
        (RSA_PUBLIC.as_bytes(), NOW, "certificate_unusable"),
        (b"", NOW, "certificate_unusable"),
        (b"\xff", NOW, "certificate_unusable"),
    ] {
        assert_eq!(code_of("paypal", document, now), expected);
    }
}

#[test]
fn sns_and_paypal_believe_certificates_of_their_own_names_only() {
    let named = |name: &str| {
        let certificate = params(name, IsCa::NoCa).self_signed(&paypals_key()).expect("it signs");
        certificate.pem()
    };
    for (name, expected) in [
        ("sns.amazonaws.com", "accepted"),
        ("SNS.amazonaws.com", "accepted"),
        ("sns.af-south-1.amazonaws.com", "accepted"),
        ("sns-signing.af-south-1.amazonaws.com", "accepted"),
        ("sns-us-gov-west-1.amazonaws.com", "accepted"),
        ("sns-cn-north-1.amazonaws.com.cn", "accepted"),
        ("sqs.amazonaws.com", "certificate_name"),
        ("amazonaws.com", "certificate_name"),
        ("sns.s3.amazonaws.com", "certificate_name"),
        ("sns.amazonaws.com.example.net", "certificate_name"),
        ("sns.evilamazonaws.com", "certificate_name"),
        (PAYPAL, "certificate_name"),
    ] {
        assert_eq!(code_of("aws-sns", named(name).as_bytes(), NOW), expected, "{name}");
    }
    for (name, expected) in [
        (PAYPAL, "accepted"),
        ("messageverificationcerts.sandbox.paypal.com", "accepted"),
        ("www.paypal.com", "certificate_name"),
        ("messageverificationcerts.paypal.com.example.net", "certificate_name"),
        ("messageverificationcerts.evilpaypal.com", "certificate_name"),
        ("sns.amazonaws.com", "certificate_name"),
    ] {
        assert_eq!(paypal(&named(name)), expected, "{name}");
    }
}

#[test]
fn a_certificate_of_an_authority_or_for_encryption_signs_no_message() {
    let with = |is_ca, usages: Vec<KeyUsagePurpose>| {
        let mut params = params(PAYPAL, is_ca);
        params.key_usages = usages;
        params.self_signed(&paypals_key()).expect("it signs").pem()
    };
    use KeyUsagePurpose::{CrlSign, DigitalSignature, KeyCertSign, KeyEncipherment};
    for (document, expected) in [
        (with(IsCa::ExplicitNoCa, vec![]), "accepted"),
        (with(IsCa::ExplicitNoCa, vec![DigitalSignature, KeyEncipherment]), "accepted"),
        (with(IsCa::ExplicitNoCa, vec![KeyEncipherment]), "certificate_usage"),
        (with(CA, vec![]), "certificate_usage"),
        (with(CA, vec![DigitalSignature, KeyCertSign, CrlSign]), "certificate_usage"),
    ] {
        assert_eq!(paypal(&document), expected);
    }
}

#[test]
fn a_whole_chain_is_believed_in_any_order_above_its_leaf_and_may_end_early() {
    let chain = chain(|_| ());
    let Chain { root, middle, leaf } = &chain;
    for document in [
        chain.text(),
        [leaf.as_str(), root, middle].concat(),
        [leaf.as_str(), middle].concat(),
        [leaf.as_str(), middle, middle].concat(),
        leaf.clone(),
        format!("subject=a comment\n{}\nanother\n", chain.text()),
    ] {
        assert_eq!(paypal(&document), "accepted", "{document}");
    }
    assert_eq!(paypal(&[middle.as_str(), leaf, root].concat()), "certificate_usage", "the first one signs");
}

#[test]
fn a_chain_with_a_missing_foreign_or_broken_link_is_refused() {
    let (good, foreign) = (chain(|_| ()), chain(|_| ()));
    let Chain { root, middle, leaf } = &good;
    let stranger = CERTIFICATE_STRANGER.to_owned();
    for (document, what) in [
        ([leaf.as_str(), root].concat(), "the leaf's issuer is missing"),
        ([leaf.as_str(), &stranger].concat(), "nobody's issuer"),
        ([leaf.as_str(), &foreign.middle].concat(), "an issuer of that name with another key"),
        ([leaf.as_str(), middle, &foreign.root].concat(), "a root of that name with another key"),
        ([leaf.as_str(), &with_bent_signature(middle), root].concat(), "the authority's signature"),
        ([&with_bent_signature(leaf), middle.as_str(), root].concat(), "the leaf's signature"),
        ([CERTIFICATE, middle].concat(), "a leaf that issued itself"),
    ] {
        assert_eq!(paypal(&document), "certificate_chain", "{what}");
    }
    let unread = [leaf.as_str(), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"].concat();
    assert_eq!(paypal(&unread), "certificate_unusable");
    let other = [leaf.as_str(), middle, RSA_PUBLIC].concat();
    assert_eq!(paypal(&other), "certificate_unusable", "a key among certificates");
    let many = format!("{leaf}{}", middle.repeat(8));
    assert_eq!(paypal(&many), "certificate_unusable", "more than are looked at");
}

#[test]
fn every_changed_byte_of_a_certificate_with_its_issuer_is_refused() {
    use base64::Engine as _;
    let standard = base64::engine::general_purpose::STANDARD;
    let chain = chain(|_| ());
    let inner: String = chain.leaf.lines().filter(|line| !line.starts_with('-')).collect();
    let der = standard.decode(inner).expect("base64");
    for position in 0..der.len() {
        let mut bent = der.clone();
        bent[position] ^= 1;
        let text = standard.encode(bent);
        let document =
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n{}", chain.middle);
        assert_ne!(paypal(&document), "accepted", "byte {position}");
    }
}

#[test]
fn an_issuer_must_be_a_current_authority() {
    type Change = fn(&mut [CertificateParams; 3]);
    for (change, expected) in [
        ((|parts| parts[1].is_ca = IsCa::ExplicitNoCa) as Change, "certificate_chain"),
        (|parts| parts[1].is_ca = IsCa::NoCa, "certificate_chain"),
        (|parts| parts[1].key_usages = vec![KeyUsagePurpose::DigitalSignature], "certificate_chain"),
        (|parts| parts[1].key_usages = vec![KeyUsagePurpose::KeyCertSign], "accepted"),
        (|parts| parts[1].not_after = date_time_ymd(2026, 2, 1), "certificate_expired"),
        (|parts| parts[0].not_after = date_time_ymd(2026, 2, 1), "certificate_expired"),
        (|parts| parts[0].is_ca = IsCa::NoCa, "certificate_chain"),
        (|parts| parts[1].not_before = date_time_ymd(2027, 1, 1), "certificate_not_yet_valid"),
    ] {
        assert_eq!(paypal(&chain(change).text()), expected);
    }
}

#[test]
fn a_certificate_is_not_looked_at_before_it_is_fetched() {
    let sns = provider("aws-sns").expect("it is listed");
    let verdict = signed(sns).received(|request| verify(&sns.scheme, &[], request, NOW, &NoKnownKeys));
    assert!(matches!(verdict, Verdict::KeyNeeded(KeyRequest { .. })), "{verdict:?}");
}
