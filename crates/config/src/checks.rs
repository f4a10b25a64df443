//! Checks that need more than one setting. They run on the merged values and blame the one that was written last by
//! a person, never a default.

use crate::forms::format_bytes;
use crate::{Config, Mistake, Origin, Value};

/// Contradictions between settings that are fine on their own.
pub(crate) fn across(config: &Config, values: &[Value]) -> Vec<Mistake> {
    payload_fits_body(config, values).into_iter().collect()
}

fn payload_fits_body(config: &Config, values: &[Value]) -> Option<Mistake> {
    let (payload, body) = (config.messages.payload_bytes_max, config.api.body_bytes_max);
    let value = values.iter().find(|value| value.key.path == "messages.payload_bytes_max")?;
    if payload <= body || value.origin == Origin::Default {
        return None;
    }
    Some(Mistake {
        key: value.key.path.to_owned(),
        origin: value.origin.clone(),
        problem: format!(
            "allows {}, but `api.body_bytes_max` cuts a request at {}",
            format_bytes(payload),
            format_bytes(body)
        ),
        help: "raise `api.body_bytes_max` to at least the same size".to_owned(),
    })
}
