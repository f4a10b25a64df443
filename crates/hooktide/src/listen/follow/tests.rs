//! Which events are asked for.

use super::is_wanted;

#[test]
fn type_is_the_whole_name_or_begins_so() {
    let types = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert!(is_wanted(&types(&[]), "push"), "none is all");
    assert!(is_wanted(&types(&["ping", "push"]), "push"));
    assert!(!is_wanted(&types(&["pus"]), "push"));
    assert!(is_wanted(&types(&["invoice.*"]), "invoice.paid"));
    assert!(!is_wanted(&types(&["invoice.*"]), "invoices.paid"));
    assert!(is_wanted(&types(&["*"]), "-"));
}
