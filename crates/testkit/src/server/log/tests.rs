//! The address is found in every log format.

use super::address_in;

#[test]
fn address_is_found_in_text_and_json_and_colour() {
    let expected = Some("127.0.0.1:40123".parse().unwrap());
    assert_eq!(address_in("INFO listening on http://127.0.0.1:40123"), expected);
    assert_eq!(address_in(r#"{"message":"listening on http://127.0.0.1:40123","a":1}"#), expected);
    assert_eq!(address_in("listening on http://127.0.0.1:40123. Ready\u{1b}[0m"), expected);
    assert_eq!(address_in("listening on http://[::1]:7"), Some("[::1]:7".parse().unwrap()));
    assert_eq!(address_in("  API       http://127.0.0.1:40123/api/v1"), expected);
    assert_eq!(address_in("connecting to http://127.0.0.1:1"), None);
}
