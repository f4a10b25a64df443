//! The server's own secrets: configured, or made once in the data directory.

use hooktide_config::{Config, SecretText, load_or_create_secret};

use crate::failure::Failure;
use crate::random;

/// Signs and checks API tokens.
pub(crate) fn jwt_secret(config: &Config) -> Result<SecretText, Failure> {
    secret(config.jwt_secret.as_ref(), config, "jwt.secret")
}

/// Encrypts endpoint secrets at rest.
pub(crate) fn main_secret(config: &Config) -> Result<SecretText, Failure> {
    secret(config.main_secret.as_ref(), config, "main.secret")
}

fn secret(given: Option<&SecretText>, config: &Config, name: &str) -> Result<SecretText, Failure> {
    if let Some(given) = given {
        return Ok(given.clone());
    }
    load_or_create_secret(config.data_dir(), name, random::fill).map_err(|error| {
        Failure::caused("cannot get a secret", &error, "set it in the configuration instead")
    })
}
