//! Bodies that are signed in PHP's spelling of JSON and sent in another: Box.

use hooktide_verify::{Encoding, Hash, Outgoing, SignatureAt, Template, provider};
use hooktide_verify::{NoKnownKeys, Scheme, Secret, sign, verify};
use proptest::prelude::*;

use super::minted::{NOW, judge_at, other_secret, secret, signed_with};

/// The scheme of Box without its time.
fn scheme(or_escaped: bool) -> Scheme {
    let template = Template::of_body(Hash::Sha256, Encoding::Base64, SignatureAt::header("x-sig", ""));
    Scheme::Hmac(if or_escaped { template.or_escaped() } else { template })
}

/// Whether a request with one body is accepted when another was signed.
fn accepts(scheme: &Scheme, signed: &[u8], sent: &[u8]) -> bool {
    let secrets = [Secret::new("a", "key")];
    let mut outgoing = Outgoing::post("https://hooks.example.com/in", signed);
    sign(scheme, &secrets[0], &mut outgoing, NOW).expect("it signs");
    outgoing.body = sent.to_vec();
    outgoing.received(|request| verify(scheme, &secrets, request, NOW, &NoKnownKeys)).accepted().is_some()
}

#[test]
fn box_may_sign_the_escaped_spelling_of_what_it_sends() {
    let service = provider("box").unwrap();
    for (sent, escaped) in [
        (r#"{"name":"Grüße 😀/a"}"#, r#"{"name":"Gr\u00fc\u00dfe \ud83d\ude00\/a"}"#),
        (r#"{"name":"\/ü\\/\"é"}"#, r#"{"name":"\/\u00fc\\/\"\u00e9"}"#),
    ] {
        for held in [secret(service), other_secret(service)] {
            for body in [sent, escaped] {
                let mut outgoing = signed_with(service, &held, NOW);
                outgoing.body = body.into();
                sign(&service.scheme, &held, &mut outgoing, NOW).unwrap();
                outgoing.body = sent.into();
                let secrets = [secret(service), other_secret(service)];
                let verdict = judge_at(service, &secrets, &outgoing, NOW);
                assert_eq!(
                    verdict.accepted().map(|it| it.secret.clone().unwrap().id),
                    Some(held.id.clone()),
                    "{body}"
                );
                outgoing.body = sent.replace('ü', "u").into();
                assert!(judge_at(service, &secrets, &outgoing, NOW).refused().is_some(), "{body}");
            }
        }
    }
}

#[test]
fn only_the_escaped_spelling_counts_besides_and_only_where_the_scheme_says_so() {
    let sent = r#"["é/"]"#.as_bytes();
    let escaped = br#"["\u00e9\/"]"#;
    assert!(accepts(&scheme(true), escaped, sent));
    assert!(accepts(&scheme(true), sent, sent));
    assert!(accepts(&scheme(true), escaped, escaped));
    assert!(!accepts(&scheme(false), escaped, sent));
    assert!(!accepts(&scheme(true), sent, escaped), "the other way round is another body");
    for other in [
        &br#"["\u00E9\/"]"#[..],
        br#"["\u00e9/"]"#,
        r#"["é\/"]"#.as_bytes(),
        br#"["e/"]"#,
        b"[\"\xc3\xa9/\"] ",
    ] {
        assert!(!accepts(&scheme(true), other, sent), "{}", other.escape_ascii());
    }
    // Escapes mean themselves inside of JSON's texts only.
    for (signed, sent) in [
        (&br#"["\\u00e9"]"#[..], &b"[\"\\\xc3\xa9\"]"[..]),
        (br"\/", b"/"),
        (br"{}\u00e9", "{}é".as_bytes()),
        (br#"["\u00e9""#, r#"["é""#.as_bytes()),
        (b"[\"\\ufffd\"]", b"[\"\xff\"]"),
    ] {
        assert!(!accepts(&scheme(true), signed, sent), "{}", sent.escape_ascii());
    }
    let long = format!("[\"é{}\"]", "x".repeat(1024 * 1024));
    assert!(
        !accepts(&scheme(true), long.replace('é', "\\u00e9").as_bytes(), long.as_bytes()),
        "too long to spell anew"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is accepted besides the signed bytes says the same.
    #[test]
    fn a_body_accepted_for_another_means_the_same(signed in "[\\[\"\\\\/u0-9a-fé😀\\]]{0,12}", sent in "[\\[\"\\\\/u0-9a-fé😀\\]]{0,12}", text in ".{0,12}") {
        let pairs = [
            (signed.clone(), sent),
            (format!("[\"{signed}\"]"), format!("[{}]", serde_json::json!(text))),
            (serde_json::json!([text]).to_string().replace('é', "\\u00e9").replace('/', "\\/"), serde_json::json!([text]).to_string()),
        ];
        for (signed, sent) in pairs {
            if accepts(&scheme(true), signed.as_bytes(), sent.as_bytes()) && signed != sent {
                let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
                prop_assert!(read(&sent).is_some() && read(&sent) == read(&signed), "{signed} {sent}");
            }
        }
    }
}
