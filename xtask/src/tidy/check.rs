//! Judging: all rules over a tree, and generated pages against what the binary prints.

use super::rules::RULES;
use super::{Finding, Tree};

/// Every finding, sorted by place.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings
}

/// Whether a generated page, as it is kept, is what the binary prints today.
pub(crate) fn compare(path: &str, kept: Option<&str>, fresh: &str) -> Option<Finding> {
    let way_out = "run `cargo xtask generate` and commit the result";
    let Some(kept) = kept else {
        return Some(Finding::new(path, 1, "the generated page is missing", way_out));
    };
    if kept == fresh {
        return None;
    }
    let same_lines = kept.lines().zip(fresh.lines()).take_while(|(kept, fresh)| kept == fresh).count();
    Some(Finding::new(path, same_lines + 1, "the generated page is stale from here on", way_out))
}
