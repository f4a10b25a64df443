//! Numbers of JSON compared by their value, whatever they are stored as.
//!
//! Filters call it. What must stay true: `1` equals `1.0`, and two whole numbers of 64 bits are compared exactly even
//! beyond 2^53. Whole numbers beyond 64 bits were read as floating point and are compared as such.

use std::cmp::Ordering;

use serde_json::Number;

/// From here on a floating point number is compared as one: it no longer fits the whole numbers used below.
const WHOLE_FLOAT_MAX: f64 = 1e30;

/// The order of two numbers; `None` only if one is not a number at all.
pub(crate) fn compare(left: &Number, right: &Number) -> Option<Ordering> {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn whole(number: &Number) -> Option<i128> {
    if let Some(whole) = number.as_i64() {
        return Some(i128::from(whole));
    }
    if let Some(whole) = number.as_u64() {
        return Some(i128::from(whole));
    }
    let float = number.as_f64()?;
    // Exact: a float without a fraction below the limit is a whole number of fewer than 127 bits.
    (float.fract() == 0.0 && float.abs() < WHOLE_FLOAT_MAX).then_some(float as i128)
}
