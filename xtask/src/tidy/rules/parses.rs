//! Every Rust file and every manifest parses; the other rules pass over one that does not.

use crate::tidy::{Finding, Tree};

pub(super) fn parses(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources.iter().filter_map(|source| {
        let failure = source.items.as_ref().err()?;
        let what = format!("does not parse: {}", failure.words);
        Some(Finding::new(&source.path, failure.line, what, "make it compile; no other rule can read it"))
    });
    let manifests = tree.manifests.iter().filter_map(|(path, text)| {
        let error = text.parse::<toml::Table>().err()?;
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        let what = format!("does not parse: {}", error.message());
        Some(Finding::new(path, line, what, "make it valid TOML; no other rule can read it"))
    });
    sources.chain(manifests).collect()
}
