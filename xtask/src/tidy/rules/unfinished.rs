//! Nothing is left for later inside the code: it is done, or it is an issue.

use crate::tidy::{Finding, Tree};

/// The marks of unfinished work, put together so that this file does not find itself.
pub(crate) const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];

pub(super) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources.iter().map(|source| (&source.path, &source.text));
    let others = tree.manifests.iter().chain(&tree.statements).map(|(path, text)| (path, text));
    sources.chain(others).flat_map(|(path, text)| judge(path, text)).collect()
}

fn judge(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().zip(1..);
    lines
        .filter_map(|(line, number)| {
            let mark = MARKS.iter().find(|mark| holds_word(line, mark))?;
            Some(Finding::new(
                path,
                number,
                format!("a {mark}"),
                "do it now, or open an issue and delete the mark",
            ))
        })
        .collect()
}

fn holds_word(line: &str, word: &str) -> bool {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|part| part == word)
}
