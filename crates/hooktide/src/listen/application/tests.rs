//! What an application gets of a request.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::{sent_on, target};

#[test]
fn what_followed_the_source_stands_behind_the_application() {
    for (base, rest, expected) in [
        ("/", "", "/"),
        ("/hook", "", "/hook"),
        ("/hook/", "", "/hook/"),
        ("/hook", "/", "/hook/"),
        ("/hook/", "/a/b", "/hook/a/b"),
        ("/", "/a?x=1&x=%20", "/a?x=1&x=%20"),
        ("/hook?mine=1", "?theirs=2", "/hook?mine=1&theirs=2"),
        ("/hook?mine=1", "/a", "/hook/a?mine=1"),
        ("/hook", "?", "/hook?"),
        ("/hook", "/../a//b/%2e%2e/", "/hook/../a//b/%2e%2e/"),
    ] {
        assert_eq!(target(&base.parse::<Uri>().unwrap(), rest), expected, "{base} {rest}");
    }
}

fn headers(lines: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

#[test]
fn headers_of_the_connection_stay_behind_and_all_others_go_on() {
    let came = headers(&[
        ("host", b"hooks.example.com"),
        ("connection", b"keep-alive, X-Mine"),
        ("x-mine", b"1"),
        ("keep-alive", b"timeout=5"),
        ("te", b"trailers"),
        ("transfer-encoding", b"chunked"),
        ("expect", b"100-continue"),
        ("proxy-authorization", b"Basic eA=="),
        ("user-agent", b"GitHub-Hookshot/1"),
        ("authorization", b"Bearer theirs"),
        ("x-forwarded-for", b"192.0.2.1"),
        ("x-two", b"b"),
        ("x-two", b"a"),
        ("x-odd", &[0xff, 0x80]),
    ]);
    let expected = headers(&[
        ("user-agent", b"GitHub-Hookshot/1"),
        ("authorization", b"Bearer theirs"),
        ("x-forwarded-for", b"192.0.2.1"),
        ("x-two", b"b"),
        ("x-two", b"a"),
        ("x-odd", &[0xff, 0x80]),
        ("hooktide-hops", b"0"),
    ]);
    assert_eq!(sent_on(&came), expected);
}

#[test]
fn event_that_comes_round_is_one_hop_further() {
    let hops = |lines| sent_on(&headers(lines)).get("hooktide-hops").unwrap().clone();
    assert_eq!(hops(&[("hooktide-hops", b"3")]), "4");
    assert_eq!(hops(&[("user-agent", b"Hooktide/0.1.0")]), "1");
}
