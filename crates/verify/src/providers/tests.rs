//! The list of providers keeps the promises that configuration and documentation rely on.

use std::collections::BTreeSet;

use super::PROVIDERS;

#[test]
fn provider_names_are_unique_and_spelled_for_configuration() {
    let names: BTreeSet<_> = PROVIDERS.iter().map(|provider| provider.name).collect();
    assert_eq!(names.len(), PROVIDERS.len());
    for name in names {
        assert!(
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{name}"
        );
    }
}

#[test]
fn provider_headers_are_lower_case() {
    for provider in PROVIDERS {
        for header in
            provider.headers.iter().chain(provider.echoes).copied().chain(provider.scheme.proof_headers())
        {
            assert_eq!(header, header.to_ascii_lowercase(), "{}", provider.name);
        }
    }
}

#[test]
fn provider_facts_are_complete() {
    for provider in PROVIDERS {
        assert!(!provider.title.is_empty(), "{}", provider.name);
        let url = provider.documentation_url;
        assert!(url.is_empty() || url.starts_with("https://"), "{}", provider.name);
        assert!(!provider.checked.is_empty(), "{}", provider.name);
    }
}
