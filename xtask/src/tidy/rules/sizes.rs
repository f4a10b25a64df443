//! A function fits a screen and a file has one subject.
//!
//! A function is measured from its signature to its closing brace, without attributes and documentation, with blank
//! lines and comments. What a macro's argument holds is not seen.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use crate::tidy::source::Source;
use crate::tidy::{Finding, Tree};

/// Lines of a function.
pub(crate) const FUNCTION_LINES_MAX: usize = 70;
/// Lines of a file.
pub(crate) const FILE_LINES_MAX: usize = 500;

pub(super) fn sizes(tree: &Tree) -> Vec<Finding> {
    tree.sources
        .iter()
        .flat_map(|source| file_size(source).into_iter().chain(function_sizes(source)))
        .collect()
}

fn file_size(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    (lines > FILE_LINES_MAX).then(|| {
        let what = format!("the file has {lines} lines, {FILE_LINES_MAX} at most");
        Finding::new(
            &source.path,
            FILE_LINES_MAX + 1,
            what,
            "split it by subject, or move its tests to a `tests.rs`",
        )
    })
}

fn function_sizes(source: &Source) -> Vec<Finding> {
    let mut measure = Measure { path: &source.path, findings: Vec::new() };
    for item in source.items() {
        measure.visit_item(item);
    }
    measure.findings
}

struct Measure<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Measure<'_> {
    fn judge(&mut self, signature: &Signature, block: &Block) {
        let start = signature.span();
        let line = start.start().line;
        let lines = block.brace_token.span.close().end().line.saturating_sub(line) + 1;
        if lines > FUNCTION_LINES_MAX {
            let what = format!("`{}` has {lines} lines, {FUNCTION_LINES_MAX} at most", signature.ident);
            let way_out = "let the parent decide and move what computes into helpers";
            self.findings.push(Finding::new(self.path, line, what, way_out));
        }
    }
}

impl<'ast> Visit<'ast> for Measure<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.judge(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.judge(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.judge(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}
