use super::*;

fn seen(target: &str, headers: &[(&str, &str)]) -> SeenRequest {
    seen_with(target, headers, &[])
}

fn seen_with(target: &str, headers: &[(&str, &str)], secret_names: &[String]) -> SeenRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    SeenRequest::new("POST", target, headers, secret_names)
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

#[test]
fn names_that_a_scheme_adds_are_hidden_too() {
    let request = seen_with("/in/t?k=hush&l=1", &[("x-pass", "hush")], &["k".into(), "X-Pass".into()]);
    assert_eq!(request.query, [pair("k", HIDDEN), pair("l", "1")]);
    assert_eq!(request.headers, [pair("x-pass", HIDDEN)]);
}

#[test]
fn stored_and_arriving_requests_are_seen_alike() {
    let bytes =
        [("x-utf", "grün".as_bytes().to_vec()), ("x-bytes", vec![0xff, b'a']), ("x-own", b"hush".to_vec())];
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
        secret_names: vec!["x-own".to_owned()],
        replay_of: None,
        events: None,
        part_of: None,
    };
    let arriving = SeenRequest::of_inbound(&inbound, &head.secret_names);
    assert_eq!(arriving, SeenRequest::of_head(&head));
    assert_eq!(arriving.headers, [pair("x-utf", "grün"), pair("x-bytes", "ÿa"), pair("x-own", HIDDEN)]);
}
