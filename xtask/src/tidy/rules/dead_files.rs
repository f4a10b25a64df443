//! Every Rust file is reached by a `mod` declaration from a file that cargo builds.

use std::collections::BTreeSet;

use syn::{Expr, Item, ItemMod, Lit, Meta};

use crate::tidy::source::Source;
use crate::tidy::{Finding, Tree};

pub(super) fn dead_files(tree: &Tree) -> Vec<Finding> {
    let mut reached = BTreeSet::new();
    for source in tree.sources.iter().filter(|source| is_root(tree, &source.path)) {
        let folder = source.folder().to_owned();
        reach(tree, source, &folder, &mut reached);
    }
    let dead = tree.sources.iter().filter(|source| !reached.contains(&source.path));
    dead.map(|source| {
        let way_out = "declare it with `mod`, or delete it";
        Finding::new(&source.path, 1, "no `mod` declaration reaches this file", way_out)
    })
    .collect()
}

/// Whether cargo itself picks the file up as the root of a crate.
fn is_root(tree: &Tree, path: &str) -> bool {
    let packages = tree.manifests.iter().filter_map(|(manifest, text)| {
        let rest = path.strip_prefix(manifest.strip_suffix("Cargo.toml")?)?;
        Some((rest, text))
    });
    packages.into_iter().any(|(rest, manifest)| is_found_by_name(rest) || is_named_in(manifest, rest))
}

/// Cargo's own places for the roots of crates.
fn is_found_by_name(path_in_package: &str) -> bool {
    let parts: Vec<&str> = path_in_package.split('/').collect();
    match parts.as_slice() {
        ["src", "bin", rest @ ..] | ["tests" | "benches" | "examples", rest @ ..] => {
            matches!(rest, [_] | [_, "main.rs"])
        }
        other => matches!(other, ["build.rs"] | ["src", "lib.rs" | "main.rs"]),
    }
}

fn is_named_in(manifest: &str, path_in_package: &str) -> bool {
    let Ok(manifest) = manifest.parse::<toml::Table>() else {
        return false;
    };
    let targets =
        ["lib", "bin", "test", "bench", "example"].into_iter().filter_map(|kind| manifest.get(kind));
    let tables = targets.flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]));
    tables.into_iter().any(|table| table.get("path").and_then(toml::Value::as_str) == Some(path_in_package))
}

/// Follow the declarations of a file; `folder` is where the files of its modules are.
fn reach(tree: &Tree, source: &Source, folder: &str, reached: &mut BTreeSet<String>) {
    if reached.insert(source.path.clone()) {
        follow(tree, source, source.items(), folder, reached);
    }
}

fn follow(tree: &Tree, source: &Source, items: &[Item], folder: &str, reached: &mut BTreeSet<String>) {
    let modules =
        items.iter().filter_map(|item| if let Item::Mod(module) = item { Some(module) } else { None });
    for module in modules {
        let name = module.ident.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let inner = format!("{folder}/{name}");
        if let Some((_, items)) = &module.content {
            follow(tree, source, items, &inner, reached);
            continue;
        }
        let places = match path_attribute(module) {
            Some(path) => vec![(format!("{}/{path}", source.folder()), parent_of(&path, source.folder()))],
            None => vec![(format!("{inner}.rs"), inner.clone()), (format!("{inner}/mod.rs"), inner)],
        };
        for (path, inner) in places {
            if let Some(source) = tree.source(&path) {
                reach(tree, source, &inner, reached);
            }
        }
    }
}

/// A file named by `#[path]` keeps its modules beside it, as a `mod.rs` does.
fn parent_of(path: &str, folder: &str) -> String {
    path.rsplit_once('/').map_or_else(|| folder.to_owned(), |(parent, _)| format!("{folder}/{parent}"))
}

fn path_attribute(module: &ItemMod) -> Option<String> {
    let attribute = module.attrs.iter().find(|attribute| attribute.path().is_ident("path"))?;
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    match &pair.value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
