//! No proof: only the secrecy of the URL protects the source.
//!
//! What must stay true: it is chosen by name and never a fallback.

use crate::provider::{Provider, Sample};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "none",
    title: "No verification",
    scheme: Scheme::None,
    methods: &["POST", "PUT", "PATCH", "GET", "DELETE"],
    content_types: &[],
    documentation_url: "https://www.rfc-editor.org/rfc/rfc9110",
    notes: &["Anybody who learns the URL can send events."],
    sample: Sample { headers: &[], body: r#"{"hello":"world"}"#, event_type: None },
    success_status: 202,
    ..Provider::COMMON
};
