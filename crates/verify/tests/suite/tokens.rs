//! Tokens that confuse algorithms, keys, audiences and times.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use hooktide_verify::{Outgoing, Provider, provider, verify};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::minted::{NOW, judge_at, secret, signed, value};
use super::minted_keys::{MintedKeys, Only, RSA, RSA_PUBLIC};

const URL: &str = "https://hooks.example.com/in/abc";

pub(crate) fn hs256(key: &[u8], signed: &[u8]) -> Vec<u8> {
    let mut state = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    state.update(signed);
    state.finalize().into_bytes().to_vec()
}

pub(crate) fn rs256(_: &[u8], signed: &[u8]) -> Vec<u8> {
    let encoded: String = RSA.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(encoded).expect("base64")).expect("a key");
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature).expect("it signs");
    signature
}

pub(crate) fn token(head: &Value, claims: &Value, key: &[u8], sign: fn(&[u8], &[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(sign(key, signed.as_bytes())))
}

fn code(provider: &Provider, header: &str, value: &str) -> &'static str {
    let mut outgoing = Outgoing::post(URL, provider.sample.body);
    outgoing.set_header(header, value);
    let verdict = judge_at(provider, &[secret(provider)], &outgoing, NOW);
    verdict.refused().map_or("accepted", |refusal| refusal.code())
}

#[test]
fn a_token_for_monday_must_name_the_algorithm_the_url_and_a_time() {
    let monday = provider("monday").unwrap();
    let key = monday.secret.as_ref().unwrap().example.as_bytes();
    let now_s = NOW.unix_s();
    let claims = json!({"aud": URL, "exp": now_s + 60});
    let head = json!({"alg": "HS256", "typ": "JWT"});
    let code = |head: &Value, claims: &Value, key: &[u8]| {
        code(monday, "authorization", &token(head, claims, key, hs256))
    };
    assert_eq!(code(&head, &claims, key), "accepted");
    assert_eq!(code(&head, &claims, b"another"), "no_signature_matched");
    for named in ["none", "None", "hs256", "HS384", "HS512", "RS256", "ES256", ""] {
        assert_eq!(code(&json!({"alg": named}), &claims, key), "algorithm_mismatch", "{named}");
    }
    assert_eq!(code(&json!({"alg": null}), &claims, key), "signature_malformed");
    assert_eq!(
        code(&json!({"alg": "HS256", "crit": ["b64"], "b64": false}), &claims, key),
        "token_extension"
    );
    for (claims, expected) in [
        (json!({"aud": "https://hooks.example.com/in/abd", "exp": now_s + 60}), "audience_mismatch"),
        (json!({"exp": now_s + 60}), "audience_mismatch"),
        (json!({"aud": ["https://else.example", URL], "exp": now_s + 60}), "accepted"),
        (json!({"aud": URL}), "token_without_expiry"),
        (json!({"aud": URL, "exp": "never"}), "timestamp_malformed"),
        (json!({"aud": URL, "exp": now_s - 60}), "accepted"),
        (json!({"aud": URL, "exp": now_s - 61}), "token_expired"),
        (json!({"aud": URL, "exp": now_s + 60, "nbf": now_s + 61}), "token_not_yet_valid"),
        (json!([URL]), "signature_malformed"),
    ] {
        assert_eq!(code(&head, &claims, key), expected, "{claims}");
    }
}

#[test]
fn a_token_without_signature_is_refused() {
    for name in ["monday", "netlify", "fusionauth", "google-pubsub", "plaid"] {
        let provider = provider(name).unwrap();
        let good = signed(provider);
        let header = provider.scheme.proof_headers()[0];
        let held = String::from_utf8(value(&good, header).to_vec()).unwrap();
        let (prefix, bare) = held.split_at(held.find("ey").unwrap());
        let (signed_part, _) = bare.rsplit_once('.').unwrap();
        let claims = signed_part.split_once('.').unwrap().1;
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        for forged in [format!("{signed_part}."), signed_part.to_owned(), format!("{none}.{claims}.")] {
            assert_ne!(code(provider, header, &format!("{prefix}{forged}")), "accepted", "{name}");
        }
    }
}

#[test]
fn googles_key_is_never_a_shared_secret_and_both_addressees_are_demanded() {
    let pubsub = provider("google-pubsub").unwrap();
    let now_s = NOW.unix_s();
    let claims = |audience: &str, email: &str, is_verified: bool, issuer: &str| json!({"aud": audience, "email": email, "email_verified": is_verified, "iss": issuer, "exp": now_s + 60});
    let email = "push@project.iam.gserviceaccount.com";
    let google = "https://accounts.google.com";
    let good = claims(URL, email, true, google);
    let code = |head: Value, claims: &Value, sign: fn(&[u8], &[u8]) -> Vec<u8>| {
        code(
            pubsub,
            "authorization",
            &format!("Bearer {}", token(&head, claims, RSA_PUBLIC.as_bytes(), sign)),
        )
    };
    let head = || json!({"alg": "RS256", "kid": "simulated"});
    assert_eq!(code(head(), &good, rs256), "accepted");
    assert_eq!(code(json!({"alg": "HS256", "kid": "simulated"}), &good, hs256), "algorithm_mismatch");
    assert_eq!(code(head(), &good, hs256), "no_signature_matched");
    assert_eq!(code(json!({"alg": "RS256"}), &good, rs256), "key_unknown");
    assert_eq!(code(json!({"alg": "RS256", "kid": "x"}), &good, rs256), "key_unknown");
    assert_eq!(code(json!({"alg": "RS256", "kid": "other"}), &good, rs256), "key_unknown", "a key for ES256");
    for (claims, expected) in [
        (claims("https://else.example", email, true, google), "audience_mismatch"),
        (claims(URL, "else@project.iam.gserviceaccount.com", true, google), "audience_mismatch"),
        (claims(URL, email, false, google), "audience_mismatch"),
        (claims(URL, email, true, "https://example.net"), "issuer_mismatch"),
        (json!({"aud": URL, "email": email, "email_verified": true, "iss": google}), "token_without_expiry"),
    ] {
        assert_eq!(code(head(), &claims, rs256), expected, "{claims}");
    }
}

#[test]
fn a_hash_of_the_body_must_be_there_in_its_own_spelling() {
    for (name, header, claim, is_base64) in [
        ("netlify", "x-webhook-signature", "sha256", false),
        ("fusionauth", "x-fusionauth-signature-jwt", "request_body_sha256", true),
    ] {
        let provider = provider(name).unwrap();
        let key = provider.secret.as_ref().unwrap().example.as_bytes();
        let digest = Sha256::digest(provider.sample.body);
        let (base64, hex) = (STANDARD.encode(digest), hex::encode(digest));
        let code =
            |claims: Value| code(provider, header, &token(&json!({"alg": "HS256"}), &claims, key, hs256));
        let (right, wrong) = if is_base64 { (base64, hex) } else { (hex, base64) };
        assert_eq!(code(json!({"iss": "netlify", claim: right})), "accepted", "{name}");
        assert_eq!(code(json!({"iss": "netlify", claim: wrong})), "body_hash_mismatch", "{name}");
        assert_eq!(code(json!({"iss": "netlify"})), "body_hash_missing", "{name}");
    }
}

#[test]
fn plaids_key_must_be_the_named_one_and_current_and_its_token_fresh() {
    let plaid = provider("plaid").unwrap();
    let good = signed(plaid);
    let document = |change: fn(&mut Value)| {
        let request = hooktide_verify::KeyRequest {
            document: hooktide_verify::KeyDocument::ProviderJson,
            url: "https://production.plaid.com/webhook_verification_key/get".into(),
            key_id: None,
        };
        let held = hooktide_verify::KnownKeys::find(&MintedKeys, &request).unwrap().document;
        let mut held: Value = serde_json::from_slice(&held).unwrap();
        change(&mut held["key"]);
        held.to_string()
    };
    for (document, expected) in [
        (document(|_| ()), "accepted"),
        (document(|key| key["expired_at"] = json!(1_790_000_000)), "key_unknown"),
        (document(|key| key["expired_at"] = json!(1_790_000_001)), "accepted"),
        (document(|key| key["kid"] = json!("another")), "key_unknown"),
        (document(|key| key["use"] = json!("enc")), "key_unknown"),
        (document(|key| key["alg"] = json!("ES384")), "key_unknown"),
        (document(|key| key["crv"] = json!("P-384")), "key_unknown"),
        (document(|key| key["x"] = json!("AAAA")), "key_unknown"),
        ("{}".to_owned(), "key_unknown"),
        ("junk".to_owned(), "key_unknown"),
    ] {
        let verdict =
            good.received(|request| verify(&plaid.scheme, &[], request, NOW, &Only(document.as_bytes())));
        let found = verdict.refused().map_or("accepted", |refusal| refusal.code());
        assert_eq!(found, expected, "{document}");
    }
    for (offset_s, expected) in [(300, "accepted"), (301, "timestamp_too_old"), (-61, "timestamp_too_new")] {
        let now = hooktide_verify::Now::from_unix_s(NOW.unix_s() + offset_s);
        let found = judge_at(plaid, &[], &good, now);
        let found = found.refused().map_or("accepted", |refusal| refusal.code());
        assert_eq!(found, expected, "{offset_s}");
    }
}
