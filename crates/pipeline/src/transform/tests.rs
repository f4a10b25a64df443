use hooktide_model::Timestamp;

use super::*;

fn script(variables: &[(&str, &str)]) -> Script {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Script { code: Arc::from(""), variables }
}

fn between(change: impl FnOnce(&mut Webhook)) -> Result<Change, ScriptError> {
    let before = Webhook::new(METHOD, "https://example.com/hook", b"{}".to_vec());
    let mut after = before.clone();
    change(&mut after);
    Change::between(&before, after, &GuardPolicy::default())
}

#[test]
fn what_was_left_alone_is_the_endpoints_own() {
    let change = between(|_| {}).unwrap();
    assert!(change.method.is_none() && change.url.is_none() && change.headers.is_empty());
}

#[test]
fn what_a_script_makes_keeps_the_rules_of_configuration() {
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    for name in ["webhook-signature", "svix-id", "Host", "content-length"] {
        let error = between(|it| it.headers = header(name, "x")).map(drop).unwrap_err();
        assert!(error.message.contains("set by the sender"), "{error}");
    }
    for url in
        ["http://127.0.0.1/", "http://169.254.169.254/latest", "https://me:pass@example.com/", "ftp://a/"]
    {
        let error = between(|it| it.url = url.to_owned()).map(drop).unwrap_err();
        assert!(error.message.starts_with("`url` is refused"), "{url}: {error}");
    }
    let error = between(|it| it.headers = header("content-type", "a\nb")).map(drop).unwrap_err();
    assert!(error.message.contains("content-type"), "{error}");
}

#[test]
fn headers_of_a_script_go_before_the_endpoints() {
    let pairs = [("X-Own", "script"), ("x-own", "twice"), ("Content-Type", "text/xml")];
    let change = between(|it| {
        it.headers = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        it.method = "PUT".to_owned();
        it.url = "https://other.example/x?y=1".to_owned();
    })
    .unwrap();
    assert_eq!(change.content_type(), Some("text/xml"));
    let plain = [("x-own", "script"), ("x-own", "twice")];
    assert_eq!(change.plain_headers(), plain.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(change.url.as_ref().unwrap().as_str(), "https://other.example/x?y=1");

    let mut headers = http::HeaderMap::new();
    headers.insert("x-own", HeaderValue::from_static("endpoint"));
    headers.insert("x-kept", HeaderValue::from_static("endpoint"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut request = HttpRequest {
        method: Method::POST,
        url: Arc::clone(change.url.as_ref().unwrap()),
        headers,
        body: Bytes::new(),
        timeout: Duration::from_secs(1),
    };
    change.apply(&mut request);
    let values =
        |name: &str| request.headers.get_all(name).iter().map(|it| it.to_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(values("x-own"), ["script", "twice"]);
    assert_eq!(values("x-kept"), ["endpoint"]);
    assert_eq!(values("content-type"), ["text/xml"]);
    assert_eq!(request.method, Method::PUT);
}

#[test]
fn values_of_variables_are_not_told() {
    let script = script(&[("KEY", "hush-hush"), ("SHORT", "eu")]);
    assert_eq!(script.without_secrets("a hush-hush in eu".to_owned()), "a [redacted] in eu");
    let url =
        EndpointUrl::parse("https://example.com/hush-hush/x?key=hush", &GuardPolicy::default()).unwrap();
    assert_eq!(&*shown_url(&script, &url), "https://example.com/[redacted]/x");
}

#[test]
fn only_enabled_code_is_a_script() {
    let stored = EndpointTransformation {
        code: Some("function handler(w) { return w; }".to_owned()),
        enabled: true,
        variables: BTreeMap::new(),
        updated_at: Timestamp::EPOCH,
    };
    assert!(Script::of(Some(&stored)).is_some());
    assert!(Script::of(Some(&EndpointTransformation { enabled: false, ..stored.clone() })).is_none());
    assert!(Script::of(Some(&EndpointTransformation { code: None, ..stored })).is_none());
    assert!(Script::of(None).is_none());
}
