use super::CustomScheme;
use crate::{NoKnownKeys, Now, Outgoing, Scheme, Secret, TemplateMistake, Verdict, sign, verify};

fn scheme(json: &str) -> Result<Scheme, TemplateMistake> {
    serde_json::from_str::<CustomScheme>(json).expect("the shape is right").checked()
}

#[test]
fn each_form_verifies_what_it_signs_and_nothing_else() {
    let forms = [
        r#"{"hmac": {"parts": ["timestamp", {"literal": "."}, "body"], "hash": "sha512", "encoding": "base64",
            "signature": {"header": {"name": "x-sig", "prefix": "v1=", "may_repeat": false}},
            "timestamp": {"at": {"header": "x-time"}, "unit": "seconds", "past_s_max": 300, "future_s_max": 60}}}"#,
        r#"{"plain_hash": {"parts": ["secret", "body"], "hash": "sha256", "encoding": "hex",
            "signature": {"header": {"name": "x-sig"}}}}"#,
        r#"{"token": {"header": {"name": "x-key", "prefix": "Key "}}}"#,
    ];
    let now = Now { unix_ms: 1_760_000_000_000 };
    let judge = |scheme: &Scheme, secret: &str, outgoing: &Outgoing| {
        let secrets = [Secret::new("own", secret)];
        outgoing.received(|request| verify(scheme, &secrets, request, now, &NoKnownKeys))
    };
    for form in forms {
        let scheme = scheme(form).expect("it has no mistake");
        let mut outgoing = Outgoing::post("https://example.com/in", br#"{"a":1}"#.to_vec());
        sign(&scheme, &Secret::new("own", "a secret"), &mut outgoing, now).expect("it can sign");
        assert!(matches!(judge(&scheme, "a secret", &outgoing), Verdict::Accepted(_)), "{form}");
        assert!(matches!(judge(&scheme, "another", &outgoing), Verdict::Refused(_)), "{form}");
    }
}

#[test]
fn what_does_not_prove_the_body_is_a_mistake() {
    let header = r#""signature": {"header": {"name": "x-sig", "prefix": "", "may_repeat": false}}"#;
    let of = |kind: &str, parts: &str| {
        format!(r#"{{"{kind}": {{"parts": {parts}, "hash": "sha256", "encoding": "hex", {header}}}}}"#)
    };
    assert_eq!(scheme(&of("hmac", r#"["path"]"#)).unwrap_err(), TemplateMistake::BodyNotSigned);
    assert_eq!(scheme(&of("hmac", r#"["secret", "body"]"#)).unwrap_err(), TemplateMistake::SecretPart);
    assert_eq!(scheme(&of("plain_hash", r#"["body"]"#)).unwrap_err(), TemplateMistake::SecretMissing);
    assert_eq!(scheme(&of("plain_hash", r#"["secret"]"#)).unwrap_err(), TemplateMistake::BodyNotSigned);
    let no_name = r#"{"token": {"header": {"name": "x key", "prefix": ""}}}"#;
    assert_eq!(scheme(no_name).unwrap_err(), TemplateMistake::HeaderName);
}
