//! The tamper matrix for proofs outside the usual header: signed headers, methods and URLs, the body, and shared tokens.

use hooktide_verify::{Outgoing, Part, Provider, Scheme, Secret, SignatureAt, TimestampAt, TokenAt, sign};
use serde_json::Value;

use super::minted::{NOW, accepted, proving, secret, signed, value};

#[test]
fn a_signed_header_method_or_url_that_changed_is_refused() {
    let mut judged = 0;
    for provider in proving() {
        let (Scheme::Hmac(template) | Scheme::PlainHash(template)) = &provider.scheme else {
            continue;
        };
        let good = signed(provider);
        let mut names: Vec<String> = template.parts.iter().filter_map(signed_header).collect();
        names.extend(template.timestamp.iter().filter_map(|time| match &time.at {
            TimestampAt::Header(name) => Some(name.to_string()),
            _ => None,
        }));
        for name in names {
            refuses_other_values(provider, &good, &name);
            judged += 1;
        }
        if template.parts.contains(&Part::Url) {
            for url in
                [None, Some("https://hooks.example.com/in/abc/"), Some("http://hooks.example.com/in/abc")]
            {
                let bent = Outgoing { url: url.map(str::to_owned), ..good.clone() };
                assert!(!accepted(provider, &bent), "{} {url:?}", provider.name);
            }
            judged += 1;
        }
        if template.parts.contains(&Part::Method) {
            let bent = Outgoing { method: "PUT".to_owned(), ..good.clone() };
            assert!(!accepted(provider, &bent), "{}", provider.name);
            judged += 1;
        }
    }
    assert!(judged >= 14, "{judged}");
}

fn signed_header(part: &Part) -> Option<String> {
    if let Part::Header(name) = part { Some(name.to_string()) } else { None }
}

/// The header carries no proof, but what it says is covered by one.
fn refuses_other_values(provider: &Provider, good: &Outgoing, name: &str) {
    let whole = value(good, name).to_vec();
    for position in 0..whole.len() {
        let mut changed = whole.clone();
        changed[position] ^= 1;
        let mut bent = good.clone();
        bent.set_header(name, changed);
        assert!(!accepted(provider, &bent), "{} {name} byte {position}", provider.name);
    }
    let mut missing = good.clone();
    missing.headers.retain(|(held, _)| held != name);
    assert!(!accepted(provider, &missing), "{} without {name}", provider.name);
    let mut repeated = good.clone();
    repeated.headers.push((name.to_ascii_uppercase(), whole));
    assert!(!accepted(provider, &repeated), "{} with two {name}", provider.name);
}

#[test]
fn a_proof_in_the_body_that_changed_or_is_missing_is_refused() {
    let mut judged = 0;
    for provider in proving() {
        let pointers: Vec<String> = match &provider.scheme {
            Scheme::Token(TokenAt::BodyField(pointer)) => vec![pointer.to_string()],
            Scheme::Hmac(template) => match &template.signature {
                SignatureAt::BodyField(pointer) => {
                    let fields = template.parts.iter().filter_map(|part| match part {
                        Part::BodyField(pointer) => Some(pointer.to_string()),
                        _ => None,
                    });
                    fields.chain([pointer.to_string()]).collect()
                }
                _ => continue,
            },
            _ => continue,
        };
        let good = signed(provider);
        for pointer in pointers {
            refuses_other_fields(provider, &good, &pointer);
            judged += 1;
        }
    }
    assert!(judged >= 4, "{judged}");
}

fn refuses_other_fields(provider: &Provider, good: &Outgoing, pointer: &str) {
    let body: Value = serde_json::from_slice(&good.body).expect("samples are JSON");
    let whole = body.pointer(pointer).and_then(Value::as_str).expect("a text").to_owned();
    let mut others = vec![Value::Null, Value::from(1), "".into(), [whole.as_str()].as_slice().into()];
    others.extend((0..whole.len()).map(|position| {
        let mut bytes = whole.clone().into_bytes();
        bytes[position] ^= 1;
        Value::from(String::from_utf8(bytes).expect("ASCII stays ASCII"))
    }));
    others.extend([1, whole.len() - 1].map(|cut| whole[..cut].into()));
    for other in others {
        let mut bent = body.clone();
        *bent.pointer_mut(pointer).expect("it is there") = other.clone();
        let bent = Outgoing { body: bent.to_string().into_bytes(), ..good.clone() };
        assert!(!accepted(provider, &bent), "{} {pointer} {other}", provider.name);
    }
    let text = str::from_utf8(&good.body).expect("JSON is UTF-8");
    for key in pointer.split('/').skip(1) {
        let bent = Outgoing { body: text.replace(key, "elsewhere").into_bytes(), ..good.clone() };
        assert!(!accepted(provider, &bent), "{} without {key}", provider.name);
    }
}

#[test]
fn a_token_is_taken_whole_and_from_its_own_place_only() {
    let mut judged = 0;
    for provider in proving().filter(|provider| matches!(provider.scheme, Scheme::Token(_))) {
        let good = signed(provider);
        let text = secret(provider).text().to_owned();
        for (other, is_accepted) in [
            (text.clone(), true),
            (format!("{text}x"), false),
            (format!(" {text}"), false),
            (text[..text.len() - 1].to_owned(), false),
            (text.to_uppercase(), false),
        ] {
            let mut sent = Outgoing::post("https://hooks.example.com/in/abc", provider.sample.body);
            sign(&provider.scheme, &Secret::new("sent", other.as_str()), &mut sent, NOW).unwrap();
            assert_eq!(accepted(provider, &sent), is_accepted, "{} {other:?}", provider.name);
        }
        let mut elsewhere = Outgoing::post("https://hooks.example.com/in/abc", provider.sample.body);
        elsewhere.set_header("x-token", text.as_str());
        elsewhere.target = format!("/in/abc?token={text}");
        assert!(!accepted(provider, &elsewhere), "{}", provider.name);
        let other_body = Outgoing { body: b"{}".to_vec(), ..good.clone() };
        let is_in_body = matches!(provider.scheme, Scheme::Token(TokenAt::BodyField(_)));
        assert_eq!(accepted(provider, &other_body), !is_in_body, "{}", provider.name);
        judged += 1;
    }
    assert!(judged >= 7, "{judged}");
}

#[test]
fn a_proof_in_the_query_that_changed_is_missing_or_comes_twice_is_refused() {
    let mut judged = 0;
    for provider in proving() {
        let name = match &provider.scheme {
            Scheme::Token(TokenAt::Query(name)) => name,
            Scheme::Hmac(template) => match &template.signature {
                SignatureAt::Query(name) => name,
                _ => continue,
            },
            _ => continue,
        };
        let good = signed(provider);
        assert!(accepted(provider, &good), "{}", provider.name);
        let (path, query) = good.target.split_once('?').expect("a query");
        let written = query.strip_prefix(&format!("{name}=")).expect("the proof alone");
        let with = |query: &str| Outgoing { target: format!("{path}?{query}"), ..good.clone() };
        for position in 0..written.len() {
            let mut changed = written.to_owned().into_bytes();
            changed[position] ^= 1;
            let changed = String::from_utf8(changed).expect("ASCII stays ASCII");
            assert!(!accepted(provider, &with(&format!("{name}={changed}"))), "{} {position}", provider.name);
        }
        for bent in [
            String::new(),
            format!("{name}="),
            format!("{name}={}", &written[..written.len() - 1]),
            format!("{name}={}", written.to_uppercase()),
            format!("{query}&{query}"),
            format!("x{query}"),
        ] {
            assert!(!accepted(provider, &with(&bent)), "{} {bent:?}", provider.name);
        }
        assert!(accepted(provider, &with(&format!("a=b&{query}&c=d"))), "{} beside others", provider.name);
        judged += 1;
    }
    assert!(judged >= 1, "{judged}");
}
