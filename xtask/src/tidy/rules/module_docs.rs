//! Every module opens by saying what it is for. Files of tests say it by the names of their tests.

use crate::tidy::source::Source;
use crate::tidy::{Finding, Tree};

pub(super) fn module_docs(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().filter(|source| is_judged(source)).filter_map(finding).collect()
}

fn is_judged(source: &Source) -> bool {
    source.path.split('/').any(|part| part == "src") && source.file_name() != "tests.rs"
}

fn finding(source: &Source) -> Option<Finding> {
    let opening = source.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let says_something = opening.strip_prefix("//!").is_some_and(|words| !words.trim().is_empty());
    (!says_something).then(|| {
        let way_out = "open with `//!`: what it is for, who calls it, what must stay true";
        Finding::new(&source.path, 1, "the module does not say what it is for", way_out)
    })
}
