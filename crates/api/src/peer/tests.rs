use http::HeaderValue;

use super::*;

fn named(peer: &str, forwarded: &[&str]) -> String {
    let mut extensions = Extensions::new();
    extensions.insert(Peer(SocketAddr::new(peer.parse().unwrap(), 4711)));
    let mut headers = HeaderMap::new();
    for line in forwarded {
        headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
    }
    let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
    sender(&extensions, &headers, &trusted).unwrap()
}

#[test]
fn forged_header_of_a_stranger_names_nobody() {
    assert_eq!(named("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
    assert_eq!(named("192.0.2.1", &["10.0.0.1"]), "192.0.2.1");
}

#[test]
fn proxies_are_followed_up_to_the_first_stranger() {
    assert_eq!(named("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    assert_eq!(named("10.0.0.1", &["198.51.100.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
    assert_eq!(named("10.0.0.1", &["198.51.100.1", "203.0.113.9"]), "203.0.113.9");
    assert_eq!(named("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    assert_eq!(named("10.0.0.1", &[]), "10.0.0.1");
    assert_eq!(named("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
}
