use hooktide_verify::{PROVIDERS, Scheme, TokenAt};

use super::*;

fn seen(target: &str, headers: &[(&str, &str)]) -> SeenRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    SeenRequest::new("POST", target, headers)
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn token_of_the_source_is_not_in_the_path() {
    for (target, path) in [
        ("/in/abc", "/"),
        ("/in/abc/", "/"),
        ("/in/abc?x=1", "/"),
        ("/in/abc/a/b?x=1", "/a/b"),
        ("/a", "/a"),
        ("", "/"),
    ] {
        assert_eq!(seen(target, &[]).path, path, "{target}");
    }
}

#[test]
fn query_is_decoded_in_order() {
    let request = seen("/in/t/p?b=1&a=%C3%BC+x&b=2&flag", &[]);
    assert_eq!(request.query, [pair("b", "1"), pair("a", "ü x"), pair("b", "2"), pair("flag", "")]);
}

#[test]
fn proofs_and_keys_are_there_but_hidden() {
    let headers =
        [("X-Gitlab-Token", "hush"), ("X-Gitlab-Event", "Push Hook"), ("Authorization", "Bearer x")];
    let request = seen("/in/t?api_key=hush&kind=a", &headers);
    assert_eq!(request.query, [pair("api_key", HIDDEN), pair("kind", "a")]);
    let wanted =
        [pair("X-Gitlab-Token", HIDDEN), pair("X-Gitlab-Event", "Push Hook"), pair("Authorization", HIDDEN)];
    assert_eq!(request.headers, wanted);
    assert!(!format!("{request:?}").contains("Push Hook"));
}

/// Where schemes expect the secret itself, and not only a proof of it.
fn secret_places(scheme: &Scheme) -> Vec<&str> {
    match scheme {
        Scheme::Token(TokenAt::Header { name, .. } | TokenAt::Query(name)) => vec![name.as_ref()],
        Scheme::Token(TokenAt::Basic | TokenAt::Bearer) => vec!["authorization"],
        Scheme::AnyOf(schemes) => schemes.iter().flat_map(secret_places).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn secret_that_a_provider_sends_is_hidden_by_its_name() {
    let places: Vec<_> = PROVIDERS.iter().flat_map(|provider| secret_places(&provider.scheme)).collect();
    assert!(places.len() >= 8, "{places:?}");
    for place in places {
        assert!(is_sensitive_name(place), "{place}: add a part of it to the sensitive ones");
    }
}

#[test]
fn stored_and_arriving_requests_are_seen_alike() {
    let bytes = [("x-utf", "grün".as_bytes().to_vec()), ("x-bytes", vec![0xff, b'a'])];
    let inbound = Inbound {
        method: "PUT".to_owned(),
        target: "/in/t/a?b=c".to_owned(),
        url: None,
        headers: bytes.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        body: None,
        peer: None,
        payload_expires_at: hooktide_model::Timestamp::EPOCH,
    };
    let head = ReceiptHead {
        received_ms: 0,
        method: inbound.method.clone(),
        target: inbound.target.clone(),
        url: None,
        headers: inbound
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), hooktide_model::receipt::text_of_bytes(value)))
            .collect(),
        peer: None,
        code: String::new(),
        detail: String::new(),
        secret: None,
        status: 200,
        dedupe_key: None,
        body_bytes: None,
        replay_of: None,
    };
    let arriving = SeenRequest::of_inbound(&inbound);
    assert_eq!(arriving, SeenRequest::of_head(&head));
    assert_eq!(arriving.headers, [pair("x-utf", "grün"), pair("x-bytes", "ÿa")]);
}
