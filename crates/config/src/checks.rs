//! Checks that need more than one setting. They run on the merged values and blame the one that was written last by
//! a person, never a default.

use crate::forms::format_bytes;
use crate::{Config, DatabaseUrl, Mistake, Origin, Value};

/// Contradictions between settings that are fine on their own.
pub(crate) fn across(config: &Config, values: &[Value]) -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = payload_fits_body(config, values).into_iter().collect();
    mistakes.extend(nodes_share_secrets(config, values));
    mistakes
}

/// A secret that each node would make for itself is not one that they share, and is lost with a container.
fn nodes_share_secrets(config: &Config, values: &[Value]) -> Vec<Mistake> {
    let DatabaseUrl::Postgres(_) = config.database_url else { return Vec::new() };
    let Some(database) = values.iter().find(|value| value.key.path == "database_url") else {
        return Vec::new();
    };
    let secrets =
        [("jwt_secret", config.jwt_secret.is_none()), ("main_secret", config.main_secret.is_none())];
    let missing = secrets.into_iter().filter(|(_, is_missing)| *is_missing);
    missing
        .map(|(path, _)| Mistake {
            key: path.to_owned(),
            origin: database.origin.clone(),
            problem: "is not set, and a store in PostgreSQL needs it: all its nodes share one".to_owned(),
            help: format!(
                "set HOOKTIDE_{} or HOOKTIDE_{}_FILE to the same value on every node, made once with `openssl rand -hex 32`",
                path.to_uppercase(),
                path.to_uppercase()
            ),
        })
        .collect()
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
