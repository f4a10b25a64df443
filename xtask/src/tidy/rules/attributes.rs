//! A lint is expected with a reason, never allowed: an expectation that is no longer met is reported, an allowance
//! stays for ever.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tidy::{Finding, Tree};

pub(super) fn attributes(tree: &Tree) -> Vec<Finding> {
    tree.sources
        .iter()
        .flat_map(|source| {
            let mut lines = Vec::new();
            find_allowances(source.tokens.clone(), &mut lines);
            lines.into_iter().map(|line| {
                let way_out = "mend what the lint says, or write `#[expect(lint, reason = \"...\")]`";
                Finding::new(&source.path, line, "an `allow` attribute", way_out)
            })
        })
        .collect()
}

/// Attributes are found as tokens, so that those inside macros are seen and those inside strings are not.
fn find_allowances(tokens: TokenStream, lines: &mut Vec<usize>) {
    let mut after_hash = false;
    for token in tokens {
        let TokenTree::Group(group) = &token else {
            let is_mark = |mark| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == mark);
            after_hash = is_mark('#') || (after_hash && is_mark('!'));
            continue;
        };
        if after_hash && group.delimiter() == Delimiter::Bracket && allows(group.stream()) {
            lines.push(group.span_open().start().line);
        } else {
            find_allowances(group.stream(), lines);
        }
        after_hash = false;
    }
}

/// Whether an attribute is `allow(...)`, also inside `cfg_attr(...)`.
fn allows(attribute: TokenStream) -> bool {
    let mut after_allow = false;
    for token in attribute {
        match token {
            TokenTree::Ident(ident) => after_allow = ident == "allow",
            TokenTree::Group(group) if after_allow || allows(group.stream()) => return true,
            _ => after_allow = false,
        }
    }
    false
}
