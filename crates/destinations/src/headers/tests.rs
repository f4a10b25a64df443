//! Table tests of the custom header rules.

use super::*;

fn refusal(name: &str, value: &str) -> Option<HeaderRefusal> {
    check_custom_header(name, value).err()
}

#[test]
fn ordinary_headers_pass_with_their_bytes() {
    let (name, value) = check_custom_header("X-Custom", "a b\tc").unwrap();
    assert_eq!((name.as_str(), value.as_bytes()), ("x-custom", &b"a b\tc"[..]));
    assert_eq!(refusal("authorization", "Bearer x"), None);
    assert_eq!(refusal("accept", "*/*"), None);
    assert_eq!(refusal("x-empty", ""), None);
}

#[test]
fn every_reserved_name_and_prefix_is_refused_in_any_case() {
    for name in FORBIDDEN_NAMES {
        for spelling in [(*name).to_owned(), name.to_uppercase()] {
            assert_eq!(
                refusal(&spelling, "x"),
                Some(HeaderRefusal::Reserved((*name).to_owned())),
                "{spelling}"
            );
        }
    }
    for prefix in FORBIDDEN_PREFIXES {
        let name = format!("{prefix}z");
        assert_eq!(refusal(&name.to_uppercase(), "x"), Some(HeaderRefusal::Reserved(name)));
    }
    for name in
        ["webhook-id", "webhook-signature", "svix-timestamp", "proxy-authorization", "proxy-authenticate"]
    {
        assert!(matches!(refusal(name, "x"), Some(HeaderRefusal::Reserved(_))), "{name}");
    }
}

#[test]
fn names_that_could_split_a_message_are_refused() {
    let long = "x".repeat(65_536);
    for name in ["", "a b", "a:b", "a\r\nb", "a\0", "a\u{2028}", "ä", "a\u{80}", " a", "a ", &long] {
        assert_eq!(
            refusal(name, "x"),
            Some(HeaderRefusal::Name),
            "{:?}",
            name.chars().take(9).collect::<String>()
        );
    }
}

#[test]
fn values_that_could_split_a_message_are_refused() {
    for value in ["a\r\nx: y", "a\n", "a\r", "a\0b", "a\u{2028}b", "\u{80}", "\u{ff}", "\u{7f}", "é"] {
        assert_eq!(refusal("x-a", value), Some(HeaderRefusal::Value), "{value:?}");
    }
}

#[test]
fn values_may_be_as_long_as_the_limit_and_no_longer() {
    assert_eq!(refusal("x-a", &"v".repeat(HEADER_VALUE_BYTES_MAX)), None);
    assert_eq!(refusal("x-a", &"v".repeat(HEADER_VALUE_BYTES_MAX + 1)), Some(HeaderRefusal::ValueTooLong));
}

#[test]
fn values_of_sensitive_headers_do_not_print() {
    for name in ["authorization", "x-api-key", "X-Auth-Token", "www-authenticate"] {
        let (name, value) = check_custom_header(name, "s3cret-value").unwrap();
        assert!(is_sensitive_header(&name));
        assert!(!format!("{value:?}").contains("s3cret"), "{name}");
    }
}
