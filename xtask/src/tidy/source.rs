//! A Rust file, read once and parsed once for all rules.

use proc_macro2::TokenStream;
use syn::{Item, ItemMod};

/// A Rust file of the tree.
pub(crate) struct Source {
    /// Relative to the root, with slashes.
    pub(crate) path: String,
    /// As it is on disk.
    pub(crate) text: String,
    /// Its items, or where the parser gave up.
    pub(crate) items: Result<Vec<Item>, ParseFailure>,
    /// Its tokens; empty when it does not parse. Comments are not tokens, and neither is what strings hold.
    pub(crate) tokens: TokenStream,
}

/// Where and why a file does not parse.
pub(crate) struct ParseFailure {
    /// Counted from 1.
    pub(crate) line: usize,
    /// The parser's words.
    pub(crate) words: String,
}

impl Source {
    /// Parse a file.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let items = syn::parse_file(text)
            .map(|file| file.items)
            .map_err(|error| ParseFailure { line: error.span().start().line, words: error.to_string() });
        let tokens = text.parse().unwrap_or_default();
        Self { path: path.to_owned(), text: text.to_owned(), items, tokens }
    }

    /// The items, none when the file does not parse (a rule of its own reports that).
    pub(crate) fn items(&self) -> &[Item] {
        self.items.as_deref().unwrap_or_default()
    }

    /// The last part of the path.
    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The path without the last part.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Whether a module is compiled only for tests.
pub(crate) fn is_test_module(module: &ItemMod) -> bool {
    module.attrs.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}
