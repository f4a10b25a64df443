//! The rules, one subject per file, and the list of them.

pub(crate) mod arrows;
mod attributes;
mod dead_files;
mod facades;
pub(crate) mod lists;
mod manifest;
mod module_docs;
mod parses;
pub(crate) mod sizes;
pub(crate) mod unfinished;

use super::{Finding, Tree};

/// A rule: a tree in, what is wrong with it out.
pub(crate) type Rule = fn(&Tree) -> Vec<Finding>;

/// Every rule.
pub(crate) const RULES: &[Rule] = &[
    parses::parses,
    sizes::sizes,
    module_docs::module_docs,
    facades::facades,
    dead_files::dead_files,
    lists::lists,
    attributes::attributes,
    unfinished::unfinished,
    arrows::arrows,
    manifest::manifest,
];
