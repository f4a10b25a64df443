//! Public keys as JSON Web Keys (RFC 7517), alone and in sets.
//!
//! What must stay true: a key that says it is for something else is not used, and a private one never is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::PublicKey;

/// Most keys of a set that are looked at.
const KEYS_MAX: usize = 64;

/// Bytes of a coordinate on P-256.
const COORDINATE_BYTES: usize = 32;

/// Marks an uncompressed point (SEC 1).
const UNCOMPRESSED: u8 = 4;

/// The key of one JWK, if it may verify by the JOSE algorithm of that name.
pub(crate) fn from_jwk(jwk: &Value, algorithm: &str) -> Option<PublicKey> {
    let is_for_other_use = jwk.get("use").is_some_and(|usage| usage != "sig");
    let is_for_other_algorithm = jwk.get("alg").is_some_and(|named| named != algorithm);
    if is_for_other_use || is_for_other_algorithm || jwk.get("d").is_some() {
        return None;
    }
    let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
    match (jwk.get("kty")?.as_str()?, jwk.get("crv").and_then(Value::as_str)) {
        ("RSA", None) => Some(PublicKey::RsaNumbers { modulus: number("n")?, exponent: number("e")? }),
        ("EC", Some("P-256")) => {
            let (x, y) = (number("x")?, number("y")?);
            let is_point = x.len() == COORDINATE_BYTES && y.len() == COORDINATE_BYTES;
            is_point.then(|| PublicKey::P256([&[UNCOMPRESSED][..], &x, &y].concat()))
        }
        ("OKP", Some("Ed25519")) => number("x")?.try_into().ok().map(PublicKey::Ed25519),
        _ => None,
    }
}

/// The key of that id in a set, if it fits.
pub(crate) fn from_jwk_set(
    document: &[u8],
    key_id: &str,
    algorithm: &str,
    fits: impl Fn(&Value) -> bool,
) -> Option<PublicKey> {
    let set: Value = serde_json::from_slice(document).ok()?;
    let keys = set.get("keys")?.as_array()?;
    let named = keys.iter().take(KEYS_MAX).find(|jwk| jwk.get("kid").is_some_and(|kid| kid == key_id));
    named.filter(|jwk| fits(jwk)).and_then(|jwk| from_jwk(jwk, algorithm))
}
