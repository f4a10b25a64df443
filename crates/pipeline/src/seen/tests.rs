use hooktide_verify::provider;

use super::*;

fn seen(target: &str, headers: &[(&str, &str)], scheme: Option<&Scheme>) -> SeenRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    SeenRequest::new("POST", target, headers, scheme)
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
        assert_eq!(seen(target, &[], None).path, path, "{target}");
    }
}

#[test]
fn query_is_decoded_in_order() {
    let request = seen("/in/t/p?b=1&a=%C3%BC+x&b=2&flag", &[], None);
    assert_eq!(request.query, [pair("b", "1"), pair("a", "ü x"), pair("b", "2"), pair("flag", "")]);
}

#[test]
fn proofs_and_keys_are_there_but_hidden() {
    let headers =
        [("X-Gitlab-Token", "hush"), ("X-Gitlab-Event", "Push Hook"), ("Authorization", "Bearer x")];
    for scheme in [None, provider("gitlab").map(|it| &it.scheme)] {
        let request = seen("/in/t?api_key=hush&kind=a", &headers, scheme);
        assert_eq!(request.query, [pair("api_key", HIDDEN), pair("kind", "a")]);
        let wanted = [
            pair("X-Gitlab-Token", HIDDEN),
            pair("X-Gitlab-Event", "Push Hook"),
            pair("Authorization", HIDDEN),
        ];
        assert_eq!(request.headers, wanted);
        assert!(!format!("{request:?}").contains("Push Hook"));
    }
}

#[test]
fn own_place_of_a_token_is_hidden_where_the_scheme_names_it() {
    let scheme = Scheme::Token(TokenAt::Query("k".into()));
    assert_eq!(seen("/in/t?k=hush&l=1", &[], Some(&scheme)).query, [pair("k", HIDDEN), pair("l", "1")]);
    let scheme = Scheme::Token(TokenAt::Header { name: "X-Pass".into(), prefix: "".into() });
    assert_eq!(seen("/in/t", &[("x-pass", "hush")], Some(&scheme)).headers, [pair("x-pass", HIDDEN)]);
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
    let scheme = &provider("github").unwrap().scheme;
    let arriving = SeenRequest::of_inbound(&inbound, scheme);
    assert_eq!(arriving, SeenRequest::of_head(&head, Some(scheme)));
    assert_eq!(arriving.headers, [pair("x-utf", "grün"), pair("x-bytes", "ÿa")]);
}
