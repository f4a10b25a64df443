//! RFC 9421: its own examples, each algorithm, and everything that a signature must cover.

use std::borrow::Cow;

use hooktide_verify::{
    HttpSignatureAlgorithm, HttpSignatures, KeyForm, NoKnownKeys, Now, Outgoing, Request, Scheme, Secret,
    sign, verify,
};

use super::minted::{NOW, value};
use super::minted_keys::{ED25519, P256, RSA, RSA_PUBLIC};

/// The example request of appendix B.2.
const HEADERS: [(&str, &[u8]); 4] = [
    ("Host", b"example.com"),
    ("Date", b"Tue, 20 Apr 2021 02:07:55 GMT"),
    ("Content-Type", b"application/json"),
    ("Content-Length", b"18"),
];

fn example(scheme: HttpSignatures, secret: &str, input: &str, signature: &str, method: &str) -> bool {
    let mut headers = HEADERS.to_vec();
    headers.extend([("Signature-Input", input.as_bytes()), ("Signature", signature.as_bytes())]);
    let target = "/foo?param=Value&Pet=dog";
    let body = br#"{"hello": "world"}"#;
    let request = Request { method, url: None, target, headers: &headers, body };
    let now = Now::from_unix_s(1_618_884_473);
    let scheme = Scheme::HttpSignatures(scheme);
    verify(&scheme, &[Secret::new("a", secret)], &request, now, &NoKnownKeys).accepted().is_some()
}

#[test]
fn the_examples_of_the_specification_are_accepted() {
    let hmac =
        HttpSignatures { key: KeyForm::Base64, required: Cow::Borrowed(&[]), ..HttpSignatures::DEFAULT };
    let secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    let input =
        r#"sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#;
    let signature = "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:";
    assert!(example(hmac.clone(), secret, input, signature, "POST"));
    assert!(example(hmac.clone(), secret, input, signature, "GET"), "the method is not covered");
    assert!(!example(hmac.clone(), secret, &input.replace("473", "474"), signature, "POST"));
    assert!(!example(hmac, secret, &input.replace("\"date\" ", ""), signature, "POST"));

    let ed25519 = HttpSignatures {
        algorithm: HttpSignatureAlgorithm::Ed25519,
        required: Cow::Borrowed(&[]),
        ..HttpSignatures::DEFAULT
    };
    let public = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";
    let input = r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;
    let signature =
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";
    assert!(example(ed25519.clone(), public, input, signature, "POST"));
    assert!(!example(ed25519, public, input, signature, "PUT"));
}

const HMAC: HttpSignatures = HttpSignatures::DEFAULT;

fn signed(scheme: &HttpSignatures, signer: &str) -> Outgoing {
    let mut outgoing = Outgoing::post("https://hooks.example.com/in/abc?x=1", r#"{"hello":"world"}"#);
    let scheme = Scheme::HttpSignatures(scheme.clone());
    sign(&scheme, &Secret::new("signer", signer), &mut outgoing, NOW).expect("the secret signs");
    outgoing
}

fn code(scheme: &HttpSignatures, secret: &str, outgoing: &Outgoing, now: Now) -> &'static str {
    let scheme = Scheme::HttpSignatures(scheme.clone());
    let secrets = [Secret::new("a", secret)];
    let verdict = outgoing.received(|request| verify(&scheme, &secrets, request, now, &NoKnownKeys));
    verdict.refused().map_or("accepted", |refusal| refusal.code())
}

#[test]
fn each_algorithm_takes_its_own_signatures_only() {
    let sendgrid = hooktide_verify::provider("sendgrid").unwrap().secret.as_ref().unwrap().example;
    let discord = hooktide_verify::provider("discord").unwrap().secret.as_ref().unwrap().example;
    let of = |algorithm| HttpSignatures { algorithm, ..HMAC };
    let kinds = [
        (of(HttpSignatureAlgorithm::HmacSha256), "shared", "shared"),
        (of(HttpSignatureAlgorithm::Ed25519), ED25519, discord),
        (of(HttpSignatureAlgorithm::EcdsaP256Sha256), P256, sendgrid),
        (of(HttpSignatureAlgorithm::RsaV15Sha256), RSA, RSA_PUBLIC),
    ];
    for (scheme, signer, _) in &kinds {
        let good = signed(scheme, signer);
        for (judge, _, verifier) in &kinds {
            let expected = if judge == scheme { "accepted" } else { "algorithm_mismatch" };
            assert_eq!(code(judge, verifier, &good, NOW), expected, "{scheme:?} by {judge:?}");
        }
        let mut bent = good.clone();
        bent.body.push(b' ');
        let (_, _, verifier) = kinds.iter().find(|(held, ..)| held == scheme).unwrap();
        assert_eq!(code(scheme, verifier, &bent, NOW), "body_hash_mismatch");
    }
    let public_as_shared = code(&HMAC, RSA_PUBLIC, &signed(&HMAC, "shared"), NOW);
    assert_eq!(public_as_shared, "secret_unusable");
}

#[test]
fn a_signature_must_cover_what_is_required_and_be_in_time() {
    let good = signed(&HMAC, "shared");
    let with = |name: &str, from: &str, to: &str| {
        let held = String::from_utf8(value(&good, name).to_vec()).unwrap();
        assert!(held.contains(from), "{held}");
        let mut bent = good.clone();
        bent.set_header(name, held.replace(from, to));
        code(&HMAC, "shared", &bent, NOW)
    };
    let less = HttpSignatures { required: Cow::Borrowed(&[Cow::Borrowed("@method")]), ..HMAC };
    assert_eq!(code(&HMAC, "shared", &signed(&less, "shared"), NOW), "component_not_signed");
    assert_eq!(with("signature-input", "\"@path\"", "\"@path\" \"@path\""), "signature_malformed");
    assert_eq!(with("signature-input", "\"@path\"", "\"@path\" \"@other\""), "component_unknown");
    assert_eq!(with("signature-input", "\"@path\"", "\"@path\" \"date\";sf"), "signature_malformed");
    assert_eq!(with("signature-input", ";created=1790000000", ""), "timestamp_missing");
    assert_eq!(with("signature-input", ";alg", ";expires=1;alg"), "signature_expired");
    assert_eq!(with("signature-input", "sig1=", "sig2="), "header_missing");
    assert_eq!(with("signature", "sig1=", "sig1=:AAAA:, sig1="), "signature_malformed");
    assert_eq!(with("content-digest", "sha-256", "md5"), "no_signature_matched");
    for (offset_s, expected) in
        [(300, "accepted"), (-300, "accepted"), (301, "timestamp_too_old"), (-301, "timestamp_too_new")]
    {
        let now = Now::from_unix_s(NOW.unix_s() + offset_s);
        assert_eq!(code(&HMAC, "shared", &good, now), expected, "{offset_s}");
    }
}

#[test]
fn of_several_labels_one_right_signature_is_enough() {
    let good = signed(&HMAC, "shared");
    let text = |name: &str| String::from_utf8(value(&good, name).to_vec()).unwrap();
    let mut both = good.clone();
    let input = text("signature-input");
    both.set_header("signature-input", format!("{}, {input}", input.replace("sig1=", "proxy=")));
    both.set_header("signature", format!("proxy=:AAAA:, {}", text("signature")));
    assert_eq!(code(&HMAC, "shared", &both, NOW), "accepted");
}
