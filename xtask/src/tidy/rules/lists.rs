//! Every member of a registry folder is in the list beside it, so that nothing derived from the list forgets it.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Expr, Item};

use crate::tidy::source::Source;
use crate::tidy::{Finding, Tree};

/// A folder whose every file or folder is one member of a list.
pub(crate) struct Registry {
    /// Where the members are.
    pub(crate) folder: &'static str,
    /// The file that holds the list.
    pub(crate) file: &'static str,
    /// The constant or static that is the list. A member is in it by its module's name, or by that name as a string.
    pub(crate) list: &'static str,
}

/// Every registry of the workspace. A new one is a line here.
pub(crate) const REGISTRIES: &[Registry] = &[
    Registry {
        folder: "crates/destinations/src/kinds",
        file: "crates/destinations/src/kinds/mod.rs",
        list: "KINDS",
    },
    Registry {
        folder: "crates/store/src/backends",
        file: "crates/store/src/backends/mod.rs",
        list: "BACKENDS",
    },
    Registry {
        folder: "crates/verify/src/providers",
        file: "crates/verify/src/providers/list.rs",
        list: "PROVIDERS",
    },
    Registry { folder: "xtask/src/tidy/rules", file: "xtask/src/tidy/rules/mod.rs", list: "RULES" },
];

pub(super) fn lists(tree: &Tree) -> Vec<Finding> {
    REGISTRIES.iter().flat_map(|registry| judge(tree, registry)).collect()
}

pub(crate) fn judge(tree: &Tree, registry: &Registry) -> Vec<Finding> {
    let Registry { folder, file, list } = registry;
    let Some((line, listed)) = tree.source(file).and_then(|source| find_list(source, list)) else {
        let way_out = "keep the list there, or name its new place in xtask/src/tidy/rules/lists.rs";
        return vec![Finding::new(file, 1, format!("the list `{list}` of {folder} is not here"), way_out)];
    };
    let members = members(tree, registry);
    let missing = members.into_iter().filter(|member| !listed.contains(member));
    missing
        .map(|member| {
            let what = format!("`{member}` is in {folder} but not in `{list}`");
            Finding::new(file, line, what, "add its line to the list, or move the file out of the folder")
        })
        .collect()
}

/// The names of the files and folders that are members: all but the list itself, tests, and what members share.
fn members(tree: &Tree, registry: &Registry) -> Vec<String> {
    let inside = tree.sources.iter().filter(|source| source.path != registry.file);
    let mut names: Vec<String> = inside
        .filter_map(|source| source.path.strip_prefix(registry.folder)?.strip_prefix('/'))
        .map(|rest| rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs").to_owned())
        .filter(|name| !matches!(name.as_str(), "mod" | "tests" | "common"))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The line of the list and every name and string in it.
fn find_list(source: &Source, list: &str) -> Option<(usize, Vec<String>)> {
    source.items().iter().find_map(|item| {
        let (ident, expression): (_, &Expr) = match item {
            Item::Const(item) => (&item.ident, &item.expr),
            Item::Static(item) => (&item.ident, &item.expr),
            _ => return None,
        };
        let tokens = expression_tokens(source, expression);
        (ident == list).then(|| (ident.span().start().line, words(tokens)))
    })
}

/// The tokens of an expression, taken from the text it spans.
fn expression_tokens(source: &Source, expression: &Expr) -> TokenStream {
    let text = &source.text;
    let range = expression.span().byte_range();
    text.get(range).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn words(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) => words(group.stream()),
            TokenTree::Ident(ident) => vec![ident.to_string()],
            TokenTree::Literal(literal) => vec![literal.to_string().trim_matches('"').to_owned()],
            TokenTree::Punct(_) => Vec::new(),
        })
        .collect()
}
