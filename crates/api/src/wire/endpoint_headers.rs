//! An endpoint's own headers on the wire: set, patched, shown without the values of the sensitive ones.

use std::collections::{BTreeMap, BTreeSet};

use hooktide_destinations::{SENSITIVE_HEADERS, check_custom_header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, VALUE_ERROR};
use crate::validate::Rules;

/// Headers of an endpoint at most.
pub const HEADERS_MAX: usize = 100;

/// All headers of an endpoint.
#[derive(Clone, Deserialize, ToSchema)]
pub struct EndpointHeadersIn {
    /// Names and values. Replaces all headers.
    pub headers: BTreeMap<String, String>,
}

/// Changes to the headers of an endpoint.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointHeadersPatchIn {
    /// Names and values to set; a null value removes the header.
    #[serde(default)]
    #[schema(required = true)]
    pub headers: BTreeMap<String, Option<String>>,
    /// Names to remove.
    #[serde(default)]
    pub delete_headers: Vec<String>,
}

/// The headers of an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndpointHeadersOut {
    /// Names and values that may be shown.
    pub headers: BTreeMap<String, String>,
    /// Names whose values are not shown.
    pub sensitive: BTreeSet<String>,
}

/// Check headers, noting what is wrong. Two spellings of one name are one header.
pub fn check_headers(rules: &mut Rules, headers: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if headers.len() > HEADERS_MAX {
        rules.fail(
            "headers",
            format_args!("has {} entries; at most {HEADERS_MAX} are allowed", headers.len()),
        );
        return BTreeMap::new();
    }
    let mut seen = BTreeSet::new();
    for (name, value) in &headers {
        if let Err(refusal) = check_custom_header(name, value) {
            rules.fail_at(&["headers", name], refusal, VALUE_ERROR);
        }
        if !seen.insert(name.to_ascii_lowercase()) {
            rules.fail_at(&["headers", name], "is given in two spellings; send it once", VALUE_ERROR);
        }
    }
    headers
}

impl EndpointHeadersIn {
    /// Check all rules.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self) -> Result<BTreeMap<String, String>, ApiError> {
        let mut rules = Rules::new();
        let headers = check_headers(&mut rules, self.headers);
        rules.finish().map(|()| headers)
    }
}

impl EndpointHeadersPatchIn {
    /// Change headers and check the result.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn apply(&self, headers: &mut BTreeMap<String, String>) -> Result<(), ApiError> {
        let gone = self.headers.keys().chain(&self.delete_headers);
        let gone: BTreeSet<String> = gone.map(|name| name.to_ascii_lowercase()).collect();
        headers.retain(|name, _| !gone.contains(&name.to_ascii_lowercase()));
        let set = self.headers.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        headers.extend(set);
        let mut rules = Rules::new();
        *headers = check_headers(&mut rules, std::mem::take(headers));
        rules.finish()
    }
}

impl EndpointHeadersOut {
    /// What may be shown of these headers.
    #[must_use]
    pub fn of(headers: &BTreeMap<String, String>) -> Self {
        let hidden = |name: &str| SENSITIVE_HEADERS.iter().any(|one| name.eq_ignore_ascii_case(one));
        let shown = headers.iter().filter(|(name, _)| !hidden(name));
        Self {
            headers: shown.map(|(name, value)| (name.clone(), value.clone())).collect(),
            sensitive: headers.keys().filter(|name| hidden(name)).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests;
