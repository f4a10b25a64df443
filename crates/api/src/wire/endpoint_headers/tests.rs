use super::*;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn values_of_sensitive_headers_are_not_shown() {
    let out = EndpointHeadersOut::of(&map(&[("Authorization", "Bearer x"), ("X-Plain", "1")]));
    assert_eq!(out.headers, map(&[("X-Plain", "1")]));
    assert_eq!(out.sensitive, BTreeSet::from(["Authorization".to_owned()]));
}

#[test]
fn a_patch_sets_removes_and_keeps() {
    let mut headers = map(&[("X-Keep", "1"), ("X-Change", "1"), ("X-Null", "1"), ("X-Delete", "1")]);
    let patch = r#"{"headers":{"x-change":"2","x-null":null,"X-New":"3"},"deleteHeaders":["x-delete"]}"#;
    assert!(serde_json::from_str::<EndpointHeadersPatchIn>(patch).unwrap().apply(&mut headers).is_ok());
    assert_eq!(headers, map(&[("X-Keep", "1"), ("x-change", "2"), ("X-New", "3")]));
}

#[test]
fn one_header_in_two_spellings_is_refused() {
    let body = EndpointHeadersIn { headers: map(&[("X-A", "1"), ("x-a", "2")]) };
    assert!(body.checked().is_err());
}

#[test]
fn line_breaks_reserved_names_and_too_many_are_refused() {
    for (name, value) in
        [("x-a", "a\r\nb: c"), ("x a", "1"), ("content-length", "1"), ("svix-id", "1"), ("", "1")]
    {
        let body = EndpointHeadersIn { headers: map(&[(name, value)]) };
        assert!(body.checked().is_err(), "{name}: {value}");
    }
    let many = (0..=HEADERS_MAX).map(|index| (format!("x-{index}"), String::new())).collect();
    assert!(EndpointHeadersIn { headers: many }.checked().is_err());
}
