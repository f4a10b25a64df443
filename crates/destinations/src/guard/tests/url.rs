//! URLs as an attacker would write them (SS1, SS4, SS5, SS8). Whatever is not refused must name a public host.

use proptest::prelude::*;

use super::support::allowing;
use crate::guard::url::EndpointHost;
use crate::guard::{EndpointUrl, GuardPolicy, UrlRefusal};

fn parse(url: &str) -> Result<EndpointUrl, UrlRefusal> {
    EndpointUrl::parse(url, &GuardPolicy::default())
}

fn code(url: &str) -> &'static str {
    parse(url).map_or_else(|refusal| refusal.code(), |_| "accepted")
}

#[test]
fn an_ordinary_url_yields_what_the_connection_needs() {
    let url = parse("https://Hooks.Example.com/a/b?c=d&token=t#frag").unwrap();
    assert_eq!(url.as_str(), "https://hooks.example.com/a/b?c=d&token=t");
    assert_eq!(url.host(), &EndpointHost::Name("hooks.example.com".to_owned()));
    assert_eq!((url.port(), url.is_https()), (443, true));
    assert_eq!(url.host_header(), "hooks.example.com");
    assert_eq!(url.target(), "/a/b?c=d&token=t");
    let url = parse("http://example.com:8080").unwrap();
    assert_eq!(
        (url.host_header().to_str().unwrap(), url.target().to_string()),
        ("example.com:8080", "/".to_owned())
    );
    assert_eq!(parse("https://example.com//evil.example/x").unwrap().target(), "//evil.example/x");
    assert_eq!(parse("https://[2606:4700::1111]:8443/").unwrap().host_header(), "[2606:4700::1111]:8443");
    assert_eq!(parse("https://bücher.example/ü?ü").unwrap().target(), "/%C3%BC?%C3%BC");
}

#[test]
fn printing_a_url_hides_its_path_and_query() {
    let printed = format!("{:?}", parse("https://example.com/secret-path?token=secret").unwrap());
    assert!(!printed.contains("secret"), "{printed}");
}

#[test]
fn loopback_is_refused_in_every_spelling() {
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7F000001",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "0x7f.1",
        "0x7f.0x0.0x0.0x1",
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        "%31%32%37.0.0.1",
        "127.0.0.1.",
        "127.255.255.255",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "0",
        "0.0.0.0",
        "0x0",
        "00000000",
        "[::]",
    ] {
        for url in [format!("http://{host}/"), format!("https://{host}:8080/x"), format!("http:{host}")] {
            assert_eq!(code(&url), "url_address_not_public", "{url}");
        }
    }
    for url in [
        "http:127.0.0.1",
        "http:/127.0.0.1",
        "http:///127.0.0.1",
        r"http:\\127.0.0.1\x",
        r"http:/\127.0.0.1",
        "HTTP://127.0.0.1",
        "http://127.0.0.1#@example.com",
        "http://127.0.0.1?@example.com",
        r"http://127.0.0.1\@example.com",
    ] {
        assert_ne!(code(url), "accepted", "{url}");
    }
}

#[test]
fn other_private_addresses_are_refused_in_every_spelling() {
    for host in [
        "169.254.169.254",
        "2852039166",
        "0xA9FEA9FE",
        "0xa9.0xfe.0xa9.0xfe",
        "025177524776",
        "169.254.43518",
        "10.0.0.1",
        "167772161",
        "0xa000001",
        "10.1",
        "012.0.0.1",
        "192.168.1.1",
        "3232235777",
        "0300.0250.1.1",
        "192.168.257",
        "172.16.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "169.254.170.2",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "[fc00::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[5f00::1]",
        "[2001::1]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[::ffff:a9fe:a9fe]",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
    ] {
        assert_eq!(code(&format!("https://{host}/")), "url_address_not_public", "{host}");
    }
}

#[test]
fn spaces_and_control_characters_are_refused_not_repaired() {
    for url in [
        " http://127.0.0.1",
        "http://127.0.0.1 ",
        "\thttp://127.0.0.1",
        "ht\ntp://127.0.0.1",
        "http://127.0.\t0.1",
        "http://exa\nmple.com",
        "http://example.com/\r\nx: y",
        "http://example.com/\0",
        "https://example.com\u{85}/",
        "\u{feff}http://example.com",
        "http://127.0.0.1\u{2028}",
    ] {
        assert_eq!(code(url), "url_malformed", "{url:?}");
    }
}

#[test]
fn only_http_and_https_pass() {
    for url in [
        "gopher://127.0.0.1/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "unix:/var/run/docker.sock",
        "ws://example.com/",
        "dict://example.com:11211/",
        "httpss://example.com",
        "blob:https://example.com/x",
        "http+unix://%2Fvar%2Frun/x",
    ] {
        assert_eq!(code(url), "url_scheme_not_allowed", "{url}");
    }
    for url in ["", "example.com", "//example.com", "/x", "http://", "https://:443", "http:", "://"] {
        assert_eq!(code(url), "url_malformed", "{url:?}");
    }
}

#[test]
fn https_only_refuses_http() {
    let policy = GuardPolicy { https_only: true, ..GuardPolicy::default() };
    assert_eq!(EndpointUrl::parse("http://example.com/", &policy).unwrap_err(), UrlRefusal::HttpsOnly);
    assert!(EndpointUrl::parse("https://example.com/", &policy).is_ok());
}

#[test]
fn any_userinfo_is_refused() {
    for url in [
        "http://good@127.0.0.1/",
        "https://user:pass@example.com/",
        "https://user@example.com/",
        "https://:pass@example.com/",
        "https://@example.com/",
        "https://:@example.com/",
        "https://example.com:443@evil.example/",
        r"https:\\u@example.com",
        "https://a@b@example.com/",
        "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
        "https://user%40x@example.com/",
    ] {
        assert_eq!(code(url), "url_has_userinfo", "{url}");
    }
    for url in [
        "https://example.com/@x",
        "https://example.com/?a=@b",
        "https://example.com/#@x",
        r"https://example.com\@x",
    ] {
        assert_eq!(parse(url).unwrap().host_header(), "example.com", "{url}");
    }
}

#[test]
fn local_and_platform_names_are_refused() {
    for host in [
        "localhost",
        "LOCALHOST",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "x.localhost",
        "a.b.LocalHost",
        "%6c%6f%63%61%6c%68%6f%73%74",
        "host.docker.internal",
        "db",
        "redis",
        "intranet",
        "server.internal",
        "printer.local",
        "nas.lan",
        "router.home.arpa",
        "x.localdomain",
        "metadata.google.internal",
        "METADATA.google.internal",
        "metadata.goog",
        "x.metadata.goog",
        "instance-data",
        "instance-data.ec2.internal",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
        "metadata.azure.internal",
    ] {
        assert_eq!(code(&format!("http://{host}/")), "url_host_not_public", "{host}");
    }
}

#[test]
fn names_that_only_look_local_pass() {
    for host in [
        "localhost.example.com",
        "mylocalhost.com",
        "internal.example.com",
        "local.dev",
        "notgoog.com",
        "my_host.example.com",
    ] {
        assert_eq!(code(&format!("https://{host}/")), "accepted", "{host}");
    }
}

#[test]
fn malformed_names_are_refused() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(longest.len(), 253);
    assert_eq!(code(&format!("https://{longest}/")), "accepted");
    for host in [
        "localhost.",
        "example.com.",
        "a..example.com",
        ".example.com",
        &format!("{longest}a"),
        &format!("{label}a.com"),
        "xn--127-0.0.1.xn--",
        "xn--localhost-",
        "xn--example-.com",
        "ex%0d%0aample.com",
        "ex%00ample.com",
        "a b.com",
        "[fe80::1%25eth0]",
        "[::1",
        "1.2.3.256",
        "1.2.3.4.5",
        "0x100000000",
        "example.com:65536",
        "example.com:x",
        "a*b.com",
        "example.com%2f@x",
        "<x>.com",
    ] {
        let refused = code(&format!("https://{host}/"));
        assert!(matches!(refused, "url_malformed" | "url_has_userinfo"), "{host} is {refused}");
    }
}

#[test]
fn ports_are_judged_when_the_url_is_stored() {
    for port in ["0", "22", "25", "53", "1023", "6379", "5432"] {
        assert_eq!(code(&format!("https://example.com:{port}/")), "url_port_not_allowed", "{port}");
        assert_eq!(code(&format!("https://8.8.8.8:{port}/")), "url_port_not_allowed", "{port}");
    }
    for port in ["80", "443", "1024", "8443", "65535"] {
        assert_eq!(code(&format!("https://example.com:{port}/")), "accepted", "{port}");
    }
}

#[test]
fn an_allowed_loopback_opens_localhost_but_no_other_private_name() {
    let policy = allowing(&["127.0.0.0/8"]);
    for url in ["http://localhost:9000/", "http://x.localhost/", "http://127.0.0.1:9000/", "http://0x7f.1/"] {
        assert!(EndpointUrl::parse(url, &policy).is_ok(), "{url}");
    }
    for url in [
        "http://db/",
        "http://host.docker.internal/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://metadata.goog/",
    ] {
        assert!(EndpointUrl::parse(url, &policy).is_err(), "{url}");
    }
}

#[test]
fn an_allowed_private_network_opens_private_names_but_no_localhost() {
    let policy = allowing(&["172.16.0.0/12"]);
    for url in [
        "http://receiver:8080/",
        "http://host.docker.internal/",
        "http://a.internal:22/",
        "http://172.16.1.1:22/",
    ] {
        assert!(EndpointUrl::parse(url, &policy).is_ok(), "{url}");
    }
    for url in [
        "http://localhost/",
        "http://metadata.google.internal/",
        "http://kubernetes.default.svc/",
        "http://receiver:6379/",
    ] {
        assert!(EndpointUrl::parse(url, &policy).is_err(), "{url}");
    }
}

#[test]
fn long_urls_are_accepted_up_to_the_limit() {
    let base = "https://example.com/";
    for length in [8_192, 65_536] {
        assert_eq!(code(&format!("{base}{}", "a".repeat(length - base.len()))), "accepted", "{length}");
    }
    assert_eq!(code(&format!("{base}{}", "a".repeat(65_537 - base.len()))), "url_too_long");
    assert_eq!(code(&format!("{base}{}", "ü".repeat(30_000))), "url_too_long");
}

#[test]
fn every_refusal_says_what_to_do() {
    let texts = ["http://127.0.0.1/", "http://localhost/", "http://db/", "http://10.0.0.1/"]
        .map(|url| parse(url).unwrap_err().to_string());
    for text in texts {
        assert!(text.contains("HOOKTIDE_DELIVERY_ALLOW_SUBNETS"), "{text}");
    }
    assert!(parse("https://u:p@example.com").unwrap_err().to_string().contains("`authorization` header"));
    assert!(parse("ftp://example.com").unwrap_err().to_string().contains("https://"));
}

proptest! {
    #[test]
    fn any_text_is_judged_without_a_panic(text in "\\PC{0,80}") {
        let _ = parse(&text);
        let _ = parse(&format!("http://{text}"));
    }

    #[test]
    fn what_passes_parses_again_to_itself(host in "[a-z0-9.\\-_%@:\\[\\]]{1,40}", path in "\\PC{0,40}") {
        if let Ok(url) = parse(&format!("https://{host}/{path}")) {
            let again = parse(url.as_str()).unwrap();
            prop_assert_eq!(again.as_str(), url.as_str());
        }
    }
}

#[test]
fn another_target_stays_with_the_server_and_is_not_tidied() {
    let url = parse("https://example.com:8443/hook?a=1").unwrap();
    let other = url.with_target("/hook/../%2e/b//c?x=%20").unwrap();
    assert_eq!(other.target(), "/hook/../%2e/b//c?x=%20");
    assert_eq!(other.as_str(), "https://example.com:8443/hook/../%2e/b//c?x=%20");
    assert!(other.has_same_origin(&url));
    let elsewhere = url.with_target("//evil.example/x").unwrap();
    assert_eq!((elsewhere.target().path(), elsewhere.has_same_origin(&url)), ("//evil.example/x", true));
    for target in ["", "x", "http://evil.example/", "*", "/a b"] {
        assert!(url.with_target(target).is_none(), "{target}");
    }
}
