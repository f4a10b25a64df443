use hooktide_model::{IdMint, Seq};

use super::*;

fn row() -> Endpoint {
    let mint = IdMint::new(&[1; 32]);
    Endpoint {
        id: mint.id(Seq(1)),
        app: mint.id(Seq(2)),
        uid: Some(Uid::parse("old").unwrap()),
        url: "https://example.com/".to_owned(),
        destination: None,
        description: "old".to_owned(),
        ordering_key: None,
        throttle_rate: Some(5),
        disabled: true,
        event_types: Some(vec![EventTypeName::parse("a").unwrap()]),
        channels: Some(vec![Channel::parse("c").unwrap()]),
        filter: None,
        transformation: None,
        metadata: Metadata::new(),
        headers: BTreeMap::from([("x-kept".to_owned(), "1".to_owned())]),
        secrets: Vec::new(),
        failing_since: None,
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
        version: 3,
    }
}

fn input(text: &str) -> Result<EndpointDraft, ApiError> {
    serde_json::from_str::<EndpointIn>(text).unwrap().checked(None, &Policy::default())
}

fn patched(text: &str) -> Result<Endpoint, ApiError> {
    let mut endpoint = row();
    let patch: EndpointPatch = serde_json::from_str(text).unwrap();
    patch.apply(&mut endpoint, &Policy::default()).map(|()| endpoint)
}

fn broken<T>(result: Result<T, ApiError>) -> Vec<String> {
    match result {
        Err(ApiError::Invalid(fields)) => fields.iter().map(|field| field.loc[1..].join(".")).collect(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn both_generations_of_names_are_read() {
    for text in [
        r#"{"url":"https://example.com","filterTypes":["a"],"rateLimit":7}"#,
        r#"{"url":"https://example.com","eventTypes":["a"],"throttleRate":7,"version":1}"#,
        r#"{"url":"https://example.com","eventTypes":["a"],"filterTypes":["a"],"throttleRate":7,"rateLimit":7}"#,
    ] {
        let draft = input(text).ok().unwrap();
        assert_eq!(draft.event_types.unwrap()[0].as_str(), "a");
        assert_eq!(draft.throttle_rate, Some(7));
    }
    let differ = r#"{"url":"https://example.com","eventTypes":["a"],"filterTypes":["b"]}"#;
    assert_eq!(broken(input(differ)), ["filterTypes"]);
}

#[test]
fn an_empty_list_of_event_types_means_all() {
    assert_eq!(input(r#"{"url":"https://example.com","eventTypes":[]}"#).ok().unwrap().event_types, None);
    assert_eq!(patched(r#"{"eventTypes":[]}"#).ok().unwrap().event_types, None);
    assert_eq!(patched(r#"{"filterTypes":null}"#).ok().unwrap().event_types, None);
}

#[test]
fn what_breaks_rules_is_named() {
    let text = r#"{"url":"ftp://example.com","uid":"ep_x","throttleRate":0,"secret":"short",
                   "headers":{"svix-id":"x","X-Ok":"1","bad\r\nname":"v"},"channels":["a b"]}"#;
    let expected =
        ["url", "throttleRate", "uid", "channels.[0]", "secret", "headers.bad\r\nname", "headers.svix-id"];
    assert_eq!(broken(input(text)), expected);
}

#[test]
fn an_empty_patch_changes_nothing() {
    assert_eq!(patched("{}").ok().unwrap(), row());
}

#[test]
fn null_clears_and_a_value_replaces() {
    let patch =
        r#"{"uid":null,"throttleRate":null,"channels":null,"disabled":false,"url":"https://example.org/x"}"#;
    let endpoint = patched(patch).ok().unwrap();
    assert_eq!((endpoint.uid, endpoint.throttle_rate, endpoint.channels), (None, None, None));
    assert!(!endpoint.disabled);
    assert_eq!(endpoint.url, "https://example.org/x");
    assert_eq!(endpoint.description, "old");
}

#[test]
fn replacing_keeps_headers_and_secrets() {
    let mut endpoint = row();
    input(r#"{"url":"https://example.com/new","headers":{"x-other":"2"}}"#)
        .ok()
        .unwrap()
        .replace(&mut endpoint);
    assert_eq!(endpoint.headers, row().headers);
    assert_eq!((endpoint.description.as_str(), endpoint.disabled), ("", false));
}

#[test]
fn an_answer_has_both_names_and_the_version_and_no_secret() {
    let json = serde_json::to_value(EndpointOut::from(&row())).unwrap();
    assert_eq!(json["eventTypes"], json["filterTypes"]);
    assert_eq!((&json["rateLimit"], &json["version"]), (&5.into(), &3.into()));
    assert!(json.get("secrets").is_none() && json.get("headers").is_none());
}

const CACHE: &str =
    r#"{"kind":"redis","config":{"url":"redis://cache.example.com/0","command":"delete","key":"k"}}"#;

#[test]
fn a_url_or_a_destination_is_needed() {
    assert_eq!(broken(input("{}")), ["url"]);
    let draft = input(&format!(r#"{{"destination":{CACHE},"url":"not read"}}"#)).ok().unwrap();
    assert_eq!(draft.url, "redis://cache.example.com/0");
    assert_eq!(draft.destination.unwrap().kind, "redis");
}

#[test]
fn url_and_destination_replace_each_other() {
    let mut endpoint = patched(&format!(r#"{{"destination":{CACHE}}}"#)).ok().unwrap();
    assert_eq!(endpoint.url, "redis://cache.example.com/0");
    let before = endpoint.clone();
    let read_back: EndpointPatch = serde_json::from_str(r#"{"url":"redis://cache.example.com/0"}"#).unwrap();
    read_back.apply(&mut endpoint, &Policy::default()).ok().unwrap();
    assert_eq!(endpoint, before);
    let back: EndpointPatch = serde_json::from_str(r#"{"url":"https://example.com/"}"#).unwrap();
    back.apply(&mut endpoint, &Policy::default()).ok().unwrap();
    assert_eq!((endpoint.url.as_str(), endpoint.destination), ("https://example.com/", None));
}
