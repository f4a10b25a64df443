use http::HeaderValue;

use super::*;

fn read_value(value: &[u8]) -> Result<Option<String>, ApiError> {
    let mut headers = HeaderMap::new();
    headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value).unwrap());
    read(&headers)
}

#[test]
fn no_header_is_no_key() {
    assert_eq!(read(&HeaderMap::new()), Ok(None));
}

#[test]
fn a_key_of_256_bytes_is_taken_and_one_of_257_is_not() {
    assert_eq!(read_value(&[b'k'; 256]), Ok(Some("k".repeat(256))));
    assert!(matches!(read_value(&[b'k'; 257]), Err(ApiError::Invalid(_))));
}

#[test]
fn an_empty_key_and_one_with_other_characters_are_refused() {
    assert!(read_value(b"").is_err());
    assert!(read_value("schlüssel".as_bytes()).is_err());
}
