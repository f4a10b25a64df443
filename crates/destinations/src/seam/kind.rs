//! What the rest of the program knows about a kind without calling it.

use serde_json::Value;

use super::checked::Checked;
use super::fields::{self, ConfigMistake, Field};
use super::shared::Policy;

/// A destination kind's line in the list.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Stable name in the API and the store.
    pub name: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// URL schemes by which an endpoint of this kind is recognised.
    pub schemes: &'static [&'static str],
    /// How it is configured and checked; of `http`, what there is beside the endpoint's own fields.
    pub seam: Option<Seam>,
}

/// A kind's configuration and its check.
#[derive(Debug, Clone, Copy)]
pub struct Seam {
    /// The configuration's fields: the one source of schema, checks and masking.
    pub fields: &'static [Field],
    /// A configuration that passes, as JSON, for documentation.
    pub example: &'static str,
    /// Checks a configuration. All mistakes are told at once.
    pub check: fn(&Value, &Policy) -> Result<Checked, Vec<ConfigMistake>>,
}

impl Seam {
    /// JSON Schema (2020-12) of the configuration.
    #[must_use]
    pub fn schema(&self) -> Value {
        fields::schema(self.fields)
    }

    /// The configuration as it may be shown: secrets are `[redacted]`.
    #[must_use]
    pub fn masked(&self, config: &Value) -> Value {
        fields::masked(self.fields, config)
    }

    /// A configuration that somebody read, changed and wrote back: where a secret is still `[redacted]`, the stored one
    /// is put in its place.
    #[must_use]
    pub fn with_kept_secrets(&self, written: &Value, stored: &Value) -> Value {
        fields::with_kept_secrets(self.fields, written, stored)
    }

    /// Places of secrets that are still `[redacted]`.
    #[must_use]
    pub fn masked_still(&self, config: &Value) -> Vec<String> {
        fields::masked_still(self.fields, config)
    }

    /// What decides, beside a URL's host, who gets the secrets. Stored secrets are kept only while it stays the same.
    #[must_use]
    pub fn aims<'a>(&self, config: &'a Value) -> Vec<&'a Value> {
        fields::aims(self.fields, config)
    }

    /// Names of the secret fields, for example `password`, and `url` where a URL may hold a password.
    #[must_use]
    pub fn secret_fields(&self) -> Vec<&'static str> {
        fields::secret_fields(self.fields)
    }
}
