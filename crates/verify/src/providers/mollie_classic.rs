//! Mollie (classic): no proof: the body names a payment, which is to be fetched from the API.
//!
//! What must stay true: equal bodies are two events, since only the id of the payment is sent.

use crate::provider::{Provider, Sample};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "mollie-classic",
    title: "Mollie (classic)",
    scheme: Scheme::None,
    dedupe: Rule::NOTHING,
    content_types: &["application/x-www-form-urlencoded"],
    documentation_url: "https://docs.mollie.com",
    notes: &[
        "Nothing is proved: fetch the payment before believing anything.",
        "The same body is sent for every change of a payment, so equal bodies are not duplicates.",
    ],
    sample: Sample { headers: &[], body: "id=tr_d0b0E3EA3v", event_type: None },
    ..Provider::COMMON
};
