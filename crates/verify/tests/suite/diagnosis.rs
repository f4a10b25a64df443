//! The usual mistakes are recognised, and recognising one never accepts.

use hooktide_verify::{Encoding, Mistake, Outgoing, Provider, Secret, provider, sign};

use super::minted::{NOW, judge_at, secret, signed, signed_with};

fn mistake(provider: &Provider, secrets: &[Secret], outgoing: &Outgoing) -> Option<Mistake> {
    let verdict = judge_at(provider, secrets, outgoing, NOW);
    verdict.refused().expect("a mistake is a refusal").mistake.clone()
}

#[test]
fn a_rewritten_body_is_recognised() {
    let github = provider("github").unwrap();
    for (form, written, rewritten) in [
        ("compact", r#"{"b":[1.0,"a: b, {"],"a":{}}"#, "{ \"b\": [1.0, \"a: b, {\"], \"a\": {} }"),
        ("spaced", r#"{"b": 1, "a": [true]}"#, r#"{"b":1,"a":[true]}"#),
        ("pretty", "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}", r#"{"b":[1],"a":{}}"#),
    ] {
        let mut bent = Outgoing::post("https://hooks.example.com/in/abc", written);
        sign(&github.scheme, &secret(github), &mut bent, NOW).unwrap();
        bent.body = rewritten.into();
        let found = mistake(github, &[secret(github)], &bent);
        assert_eq!(found, Some(Mistake::BodyReserialised { form }), "{written}");
    }
    let mut ended = signed(github);
    ended.body.push(b'\n');
    let found = mistake(github, &[secret(github)], &ended);
    assert_eq!(found, Some(Mistake::BodyReserialised { form: "trimmed" }));
}

#[test]
fn another_encoding_or_key_form_is_recognised() {
    let github = provider("github").unwrap();
    let mut bent = signed(github);
    let digest = Encoding::Hex.decode(&super::minted::value(&bent, "x-hub-signature-256")[7..]).unwrap();
    bent.set_header("x-hub-signature-256", format!("sha256={}", Encoding::Base64.encode(&digest)));
    let found = mistake(github, &[secret(github)], &bent);
    assert!(matches!(found, Some(Mistake::Encoding { found: "base64", .. })), "{found:?}");

    let sent = signed_with(github, &Secret::new("raw", "secret"), NOW);
    let found = mistake(github, &[Secret::new("hex", "736563726574")], &sent);
    assert!(matches!(found, Some(Mistake::SecretForm { found: "hexadecimal", .. })), "{found:?}");
}

#[test]
fn clocks_and_windows_are_recognised() {
    let slack = provider("slack").unwrap();
    let late = hooktide_verify::Now { unix_ms: NOW.unix_ms - 301_000 };
    let old = signed_with(slack, &secret(slack), late);
    let found = mistake(slack, &[secret(slack)], &old);
    assert_eq!(found, Some(Mistake::ClockSkew { skew_ms: 301_000 }));

    let expired = secret(slack).valid(None, Some(NOW.unix_s()));
    let found = mistake(slack, &[expired], &signed(slack));
    assert_eq!(found, Some(Mistake::SecretExpired { id: "right".into() }));
    let early = secret(slack).valid(Some(NOW.unix_s() + 1), None);
    let found = mistake(slack, &[early], &signed(slack));
    assert_eq!(found, Some(Mistake::SecretNotYetValid { id: "right".into() }));
}

#[test]
fn the_weaker_hash_another_provider_and_a_public_key_are_recognised() {
    let github = provider("github").unwrap();
    let mut weaker = signed(github);
    weaker.headers.retain(|(name, _)| name != "x-hub-signature-256");
    weaker.set_header("x-hub-signature", "sha1=0123456789012345678901234567890123456789");
    let found = mistake(github, &[secret(github)], &weaker);
    assert_eq!(found, Some(Mistake::WrongHash { offered: "sha1", expected: "sha256" }));

    let stripe = provider("stripe").unwrap();
    let found = mistake(github, &[secret(github)], &signed(stripe));
    assert!(matches!(found, Some(Mistake::OtherProvider { name: "stripe", .. })), "{found:?}");

    let public = Secret::new("public", "-----BEGIN PUBLIC KEY-----");
    assert_eq!(mistake(github, &[public], &signed(github)), Some(Mistake::WrongKeyOfPair));
}
