//! The registered claims (RFC 7519): times, issuer, audience.
//!
//! What must stay true: a claim of the wrong type refuses, it is never passed over.

use serde_json::Value;

use super::Token;
use crate::context::Context;
use crate::verdict::Reason;

/// Seconds that clocks may differ.
const LEEWAY_S: i64 = 60;

/// Refuses a token that has expired, is not valid yet, or where an age is given, is older.
pub(crate) fn check_times(
    token: &Token<'_>,
    context: &Context<'_>,
    expiry_is_required: bool,
    age_s_max: Option<u64>,
) -> Result<Option<i64>, Reason> {
    let expires_s = seconds(token, "exp")?;
    let from_s = seconds(token, "nbf")?;
    let issued_s = seconds(token, "iat")?;
    if expires_s.is_none() && expiry_is_required {
        return Err(Reason::family("token_without_expiry", "the token does not say when it expires"));
    }
    if issued_s.is_none() && age_s_max.is_some() {
        return Err(Reason::TimestampMissing);
    }
    let signed_ms = issued_s.map(|seconds| seconds.saturating_mul(1000));
    if !context.check_time {
        return Ok(signed_ms);
    }
    let now_s = context.now.unix_s();
    if expires_s.is_some_and(|expires_s| now_s > expires_s.saturating_add(LEEWAY_S)) {
        return Err(Reason::family("token_expired", "the token has expired"));
    }
    if from_s.is_some_and(|from_s| now_s.saturating_add(LEEWAY_S) < from_s) {
        return Err(Reason::family("token_not_yet_valid", "the token is not valid yet"));
    }
    if let (Some(issued_s), Some(age_s_max)) = (issued_s, age_s_max) {
        let skew_ms = now_s.abs_diff(issued_s).saturating_mul(1000);
        if now_s.saturating_sub(issued_s) > i64::try_from(age_s_max).unwrap_or(i64::MAX) {
            return Err(Reason::TimestampTooOld { skew_ms, tolerance_s: age_s_max });
        }
        if issued_s.saturating_sub(now_s) > LEEWAY_S {
            return Err(Reason::TimestampTooNew { skew_ms, tolerance_s: LEEWAY_S.unsigned_abs() });
        }
    }
    Ok(signed_ms)
}

/// A time in whole seconds; libraries also write fractions.
fn seconds(token: &Token<'_>, claim: &str) -> Result<Option<i64>, Reason> {
    let malformed = Reason::TimestampMalformed { expected: "seconds since 1970 as a JSON number" };
    match token.claims.get(claim) {
        None => Ok(None),
        Some(value) => {
            let whole = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
            whole.map(Some).ok_or(malformed)
        }
    }
}

/// Refuses another issuer than one of these; any, if there are none.
pub(crate) fn check_issuer(token: &Token<'_>, issuers: &[&str]) -> Result<(), Reason> {
    let is_known = token.text("iss").is_some_and(|issuer| issuers.contains(&issuer));
    if issuers.is_empty() || is_known {
        return Ok(());
    }
    Err(Reason::family("issuer_mismatch", "the token was issued by somebody else"))
}

/// Whether the token is meant for that audience.
pub(crate) fn has_audience(token: &Token<'_>, audience: &str) -> bool {
    match token.claims.get("aud") {
        Some(Value::String(named)) => named == audience,
        Some(Value::Array(named)) => named.iter().any(|named| named == audience),
        _ => false,
    }
}
