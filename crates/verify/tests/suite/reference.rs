//! The page of providers in the repository is the one that the list gives.

use hooktide_verify::{PROVIDERS, reference};

const PAGE: &str = include_str!("../../../../docs/reference/providers.md");

#[test]
fn the_page_of_providers_is_up_to_date() {
    assert!(
        PAGE == reference(),
        "write it anew: cargo run -p hooktide-verify --example providers > docs/reference/providers.md"
    );
}

#[test]
fn the_page_names_every_provider_in_a_row_of_five_and_a_section() {
    for provider in PROVIDERS {
        let start = format!("| [{0}](#{0}) |", provider.name);
        let row = PAGE.lines().find(|line| line.starts_with(&start)).expect("a row");
        assert_eq!(row.matches(" | ").count(), 4, "{row}");
        assert!(PAGE.contains(&format!("\n## {}\n", provider.name)), "{}", provider.name);
    }
}
