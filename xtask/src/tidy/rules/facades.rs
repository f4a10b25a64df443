//! `lib.rs` and `mod.rs` declare and re-export; logic lives in named files, and tests beside it.
//!
//! A type, a list and a trait without bodies are declarations. The `mod.rs` of a `tests` folder is a `tests.rs`.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Item, ItemMod, TraitItem};

use crate::tidy::source::{Source, is_test_module};
use crate::tidy::{Finding, Tree};

pub(super) fn facades(tree: &Tree) -> Vec<Finding> {
    tree.sources
        .iter()
        .flat_map(|source| logic_in_facade(source).into_iter().chain(inline_tests(source)))
        .collect()
}

fn logic_in_facade(source: &Source) -> Vec<Finding> {
    if !matches!(source.file_name(), "lib.rs" | "mod.rs") || source.path.ends_with("/tests/mod.rs") {
        return Vec::new();
    }
    let logic =
        source.items().iter().filter_map(|item| Some((item.span().start().line, kind_of_logic(item)?)));
    logic
        .map(|(line, kind)| {
            let what = format!("{kind} in a file that only declares");
            let way_out = "move it to a file named after its subject and re-export what others need";
            Finding::new(&source.path, line, what, way_out)
        })
        .collect()
}

/// What makes an item more than a declaration.
fn kind_of_logic(item: &Item) -> Option<&'static str> {
    match item {
        Item::Fn(_) => Some("a function"),
        Item::Impl(_) => Some("an `impl`"),
        Item::Macro(_) => Some("a macro"),
        Item::Trait(seam) if seam.items.iter().any(has_body) => Some("a trait with bodies"),
        Item::Mod(module) if module.content.is_some() => Some("an inline module"),
        _ => None,
    }
}

fn has_body(item: &TraitItem) -> bool {
    matches!(item, TraitItem::Fn(function) if function.default.is_some())
}

fn inline_tests(source: &Source) -> Vec<Finding> {
    let mut search = InlineTests { path: &source.path, findings: Vec::new() };
    for item in source.items() {
        search.visit_item(item);
    }
    search.findings
}

struct InlineTests<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl<'ast> Visit<'ast> for InlineTests<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.content.is_some() && is_test_module(module) {
            let way_out = "move them to a sibling `tests.rs` and declare it with `#[cfg(test)] mod tests;`";
            let line = module.mod_token.span.start().line;
            self.findings.push(Finding::new(self.path, line, "tests inside the file they test", way_out));
        }
        visit::visit_item_mod(self, module);
    }
}
