//! Judging a received request with the public verification library.

use hooktide_verify::standard_webhooks::{
    DEFAULT_TOLERANCE_S, SignatureHeaders, Verdict, VerifyingKey, verify,
};

use super::record::Received;

/// Verifies one header family (`webhook` or `svix`) of a request against a secret as the API returns it. Judged as of
/// its arrival.
///
/// # Errors
/// The reason of the refusal as text.
///
/// # Panics
/// When the secret itself is malformed.
pub fn verdict(request: &Received, family: &str, secret: &str) -> Result<Verdict, String> {
    let key =
        VerifyingKey::parse(secret).unwrap_or_else(|error| panic!("the API gave a bad secret: {error}"));
    let value = |name: &str| -> Option<&[u8]> {
        let value = request.header(&format!("{family}-{name}"));
        (!value.is_empty()).then_some(value.as_bytes())
    };
    let headers =
        SignatureHeaders { id: value("id"), timestamp: value("timestamp"), signature: value("signature") };
    verify(&[key], &headers, &request.body, request.unix_s, DEFAULT_TOLERANCE_S)
        .map_err(|error| error.to_string())
}
