//! Arrows between our crates point one way. [`ARROWS`] is the one table of them; ARCHITECTURE.md names it.

use toml::{Table, Value};

use super::manifest::{dependency_tables, line_of};
use crate::tidy::{Finding, Tree};

/// What one of our crates may depend on.
pub(crate) struct Arrows {
    /// The package.
    pub(crate) package: &'static str,
    /// Our packages that it may use.
    pub(crate) to: &'static [&'static str],
}

/// Every crate, lowest first. A crate that is not here may not exist.
pub(crate) const ARROWS: &[Arrows] = &[
    Arrows { package: "hooktide-model", to: &[] },
    Arrows { package: "hooktide-verify", to: &[] },
    Arrows { package: "hooktide-transform", to: &[] },
    Arrows { package: "hooktide-config", to: &[] },
    Arrows { package: "hooktide-destinations", to: &["hooktide-model", "hooktide-verify"] },
    Arrows { package: "hooktide-store", to: &["hooktide-model", "hooktide-verify"] },
    Arrows {
        package: "hooktide-pipeline",
        to: &[
            "hooktide-destinations",
            "hooktide-model",
            "hooktide-store",
            "hooktide-transform",
            "hooktide-verify",
        ],
    },
    Arrows {
        package: "hooktide-api",
        to: &[
            "hooktide-destinations",
            "hooktide-model",
            "hooktide-pipeline",
            "hooktide-store",
            "hooktide-transform",
            "hooktide-verify",
        ],
    },
    Arrows {
        package: "hooktide",
        to: &[
            "hooktide-api",
            "hooktide-config",
            "hooktide-destinations",
            "hooktide-model",
            "hooktide-pipeline",
            "hooktide-store",
            "hooktide-verify",
        ],
    },
    // They meet the server as its users do: through the binary and the wire.
    Arrows { package: "hooktide-testkit", to: &["hooktide-model", "hooktide-verify"] },
    Arrows { package: "hooktide-tests", to: &["hooktide-testkit", "hooktide-verify"] },
    Arrows { package: "hooktide-bench", to: &["hooktide-testkit", "hooktide-verify"] },
    Arrows { package: "xtask", to: &[] },
];

/// What any crate above the two that testkit itself uses may depend on for its tests.
const FOR_TESTS: &str = "hooktide-testkit";
/// Crates that stay pure: no I/O, no runtime, no clock and no randomness of their own.
const PURE: &[&str] = &["hooktide-model", "hooktide-transform", "hooktide-verify"];
/// What a pure crate could only want for one of those.
const IMPURE: &[&str] = &["axum", "getrandom", "hyper", "rand", "rusqlite", "tokio"];

pub(super) fn arrows(tree: &Tree) -> Vec<Finding> {
    tree.manifests
        .iter()
        .filter_map(|(path, text)| Some((path, text, text.parse::<Table>().ok()?)))
        .flat_map(|(path, text, manifest)| judge(path, text, &manifest))
        .collect()
}

fn judge(path: &str, text: &str, manifest: &Table) -> Vec<Finding> {
    let Some(package) = manifest.get("package").and_then(|it| it.get("name")).and_then(Value::as_str) else {
        return Vec::new();
    };
    let Some(arrows) = ARROWS.iter().find(|arrows| arrows.package == package) else {
        let way_out = "give it a line in ARROWS (xtask/src/tidy/rules/arrows.rs) and in ARCHITECTURE.md";
        let what = format!("the crate `{package}` is not in the table of arrows");
        return vec![Finding::new(path, line_of(text, "name"), what, way_out)];
    };
    let mut findings = Vec::new();
    for (kind, dependencies) in dependency_tables(manifest) {
        let wrong = dependencies.iter().filter(|(name, value)| !may_use(arrows, kind, name, value));
        findings.extend(wrong.map(|(name, _)| {
            let what = format!("`{package}` may not depend on `{name}`");
            let way_out = "the type is in the wrong place: move it down, or hand the value in from above";
            Finding::new(path, line_of(text, name), what, way_out)
        }));
    }
    findings
}

fn may_use(arrows: &Arrows, kind: &str, name: &str, value: &Value) -> bool {
    let is_pure = PURE.contains(&arrows.package);
    if !ARROWS.iter().any(|ours| ours.package == name) {
        // An optional one is there only for those who ask for it.
        let is_optional = value.get("optional").and_then(Value::as_bool) == Some(true);
        return !(is_pure && kind == "dependencies" && IMPURE.contains(&name)) || is_optional;
    }
    let for_tests = name == arrows.package || name == FOR_TESTS && !is_pure;
    arrows.to.contains(&name) || kind == "dev-dependencies" && for_tests
}
