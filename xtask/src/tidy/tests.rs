//! A planted violation of each rule is found, where it is, and its mended twin is not.

use super::rules::arrows::ARROWS;
use super::rules::lists::{REGISTRIES, Registry, judge};
use super::rules::sizes::{FILE_LINES_MAX, FUNCTION_LINES_MAX};
use super::rules::unfinished::MARKS;
use super::{Finding, Tree, check, compare};

const ROOT: &str = "[workspace]\n";
const MANIFEST: &str = "[package]\nname = \"hooktide-model\"\n";

/// A checkout in good order but for the given files.
fn tree(files: &[(&str, &str)]) -> Tree {
    let mut all: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let mut add = |path: &str, text: &str| {
        if !all.iter().any(|(existing, _)| existing == path) {
            all.push((path.to_owned(), text.to_owned()));
        }
    };
    add("Cargo.toml", ROOT);
    add("crates/model/Cargo.toml", MANIFEST);
    add("crates/model/src/lib.rs", "//! Model.\nmod part;\n");
    add("crates/model/src/part.rs", "//! Part.\n");
    Tree::of(all)
}

/// What is wrong in a file of such a checkout, as `line: what`.
fn found(path: &str, text: &str) -> Vec<String> {
    at(path, &check(&tree(&[(path, text)])))
}

fn at(path: &str, findings: &[Finding]) -> Vec<String> {
    let here = findings.iter().filter(|finding| finding.path == path);
    here.map(|finding| format!("{}: {}", finding.line, finding.what)).collect()
}

const PART: &str = "crates/model/src/part.rs";
const TESTS: &str = "crates/model/src/tests/mod.rs";
const LIB: &str = "crates/model/src/lib.rs";

#[test]
fn good_order_has_no_findings() {
    let lists_elsewhere = |finding: &Finding| finding.what.starts_with("the list");
    let findings: Vec<Finding> =
        check(&tree(&[])).into_iter().filter(|finding| !lists_elsewhere(finding)).collect();
    assert_eq!(findings, []);
}

#[test]
fn a_function_longer_than_a_screen_is_found_wherever_it_is() {
    let body = |lines: usize| "let _ = 1;\n".repeat(lines - 2);
    let long = format!("fn long() {{\n{}}}\n", body(FUNCTION_LINES_MAX + 1));
    let fits =
        format!("/// Docs\n/// do not count.\n#[must_use]\nfn fits() {{\n{}}}\n", body(FUNCTION_LINES_MAX));
    assert_eq!(found(PART, &format!("//! Part.\n{fits}")), [] as [&str; 0]);
    assert_eq!(found(PART, &format!("//! Part.\n{long}")), ["2: `long` has 71 lines, 70 at most"]);
    for outside in ["impl X", "trait X", "mod x", "fn outer()"] {
        let text = format!("//! Part.\n{outside} {{\n{long}}}\n");
        assert!(
            found(PART, &text).contains(&"3: `long` has 71 lines, 70 at most".to_owned()),
            "a function in `{outside}` was not measured"
        );
    }
}

#[test]
fn a_file_with_too_many_lines_is_found() {
    let lines = |count: usize| format!("//! Part.\n{}", "// line\n".repeat(count - 1));
    assert_eq!(found(PART, &lines(FILE_LINES_MAX)), [] as [&str; 0]);
    assert_eq!(found(PART, &lines(FILE_LINES_MAX + 1)), ["501: the file has 501 lines, 500 at most"]);
}

#[test]
fn a_module_without_words_is_found_and_tests_need_none() {
    let nothing_said = ["1: the module does not say what it is for"];
    assert_eq!(found(PART, "use std::fmt;\n"), nothing_said);
    assert_eq!(found(PART, "// Part.\n"), nothing_said);
    assert_eq!(found(PART, "//!\n"), nothing_said);
    assert_eq!(found(PART, "\n//! Part.\n"), [] as [&str; 0]);
    let files = [
        (PART, "//! Part.\n#[cfg(test)]\nmod tests;\n"),
        ("crates/model/src/part/tests.rs", "#[test]\nfn x() {}\n"),
    ];
    assert_eq!(at("crates/model/src/part/tests.rs", &check(&tree(&files))), [] as [&str; 0]);
}

#[test]
fn logic_in_a_declaring_file_is_found() {
    for (item, kind) in [
        ("fn logic() {}", "a function"),
        ("impl X {}", "an `impl`"),
        ("trait X { fn x() {} }", "a trait with bodies"),
        ("thread_local! {}", "a macro"),
        ("mod inner { fn x() {} }", "an inline module"),
    ] {
        let text = format!("//! Model.\nmod part;\n{item}\n");
        assert_eq!(found(LIB, &text), [format!("3: {kind} in a file that only declares")]);
        assert_eq!(found(PART, &format!("//! Part.\n{item}\n")), [] as [&str; 0]);
    }
    let declarations =
        "//! Model.\nmod part;\npub use part::X;\npub const LIST: &[u8] = &[1];\npub trait X { fn x(); }\n";
    assert_eq!(found(LIB, declarations), [] as [&str; 0]);
    let helpers =
        [(LIB, "//! Model.\nmod part;\n#[cfg(test)]\nmod tests;\n"), (TESTS, "//! Tests.\nfn helper() {}\n")];
    assert_eq!(at(TESTS, &check(&tree(&helpers))), [] as [&str; 0]);
}

#[test]
fn tests_inside_the_file_they_test_are_found() {
    let text = "//! Part.\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn x() {}\n}\n";
    assert_eq!(found(PART, text), ["3: tests inside the file they test"]);
}

#[test]
fn a_file_that_no_declaration_reaches_is_found() {
    let dead = "1: no `mod` declaration reaches this file";
    let orphan = "crates/model/src/orphan.rs";
    assert_eq!(found(orphan, "//! Orphan.\n"), [dead]);
    let inner = "crates/model/src/part/inner.rs";
    assert_eq!(found(inner, "//! Inner.\n"), [dead]);
    for (path, declaration) in [
        (inner, "mod inner;"),
        ("crates/model/src/part/inner/mod.rs", "mod inner;"),
        ("crates/model/src/part/outer/inner.rs", "mod outer { mod inner; }"),
        ("crates/model/src/other/name.rs", "#[path = \"other/name.rs\"]\nmod inner;"),
    ] {
        let part = format!("//! Part.\n{declaration}\n");
        let findings = check(&tree(&[(PART, &part), (path, "//! Inner.\n")]));
        assert_eq!(at(path, &findings), [] as [&str; 0], "{declaration} did not reach {path}");
    }
}

#[test]
fn what_cargo_builds_by_itself_is_not_dead() {
    for path in
        ["build.rs", "src/main.rs", "src/bin/x.rs", "tests/x.rs", "tests/suite/main.rs", "benches/x.rs"]
    {
        assert_eq!(found(&format!("crates/model/{path}"), "//! Root.\n"), [] as [&str; 0], "{path}");
    }
    let manifest = format!("{MANIFEST}[[test]]\nname = \"x\"\npath = \"odd/x.rs\"\n");
    let files = [("crates/model/Cargo.toml", manifest.as_str()), ("crates/model/odd/x.rs", "//! Root.\n")];
    assert_eq!(at("crates/model/odd/x.rs", &check(&tree(&files))), [] as [&str; 0]);
}

#[test]
fn a_member_that_its_list_forgets_is_found() {
    let registry =
        Registry { folder: "crates/model/src/kinds", file: "crates/model/src/kinds/mod.rs", list: "KINDS" };
    let judge_with = |list: &str| {
        judge(
            &tree(&[
                (registry.file, list),
                ("crates/model/src/kinds/http.rs", "//! Http.\n"),
                ("crates/model/src/kinds/sql/mod.rs", "//! Sql.\n"),
                ("crates/model/src/kinds/sql/pool.rs", "//! Part of a member.\n"),
                ("crates/model/src/kinds/tests.rs", ""),
            ]),
            &registry,
        )
    };
    let whats = |findings: Vec<Finding>| -> Vec<String> {
        findings.into_iter().map(|finding| finding.what).collect()
    };

    let both = "//! Kinds.\npub const KINDS: &[Kind] = &[http::KIND, Kind::of(sql::NAME)];\n";
    assert_eq!(whats(judge_with(both)), [] as [&str; 0]);
    let names = "//! Kinds.\npub static KINDS: &[&str] = &[\"http\", \"sql\"];\n";
    assert_eq!(whats(judge_with(names)), [] as [&str; 0]);
    let one = "//! Kinds of http and sql.\nmod sql;\npub const KINDS: &[Kind] = &[http::KIND];\n";
    assert_eq!(whats(judge_with(one)), ["`sql` is in crates/model/src/kinds but not in `KINDS`"]);
    let none = "//! Kinds.\npub const OTHER: &[Kind] = &[http::KIND, sql::KIND];\n";
    assert_eq!(whats(judge_with(none)), ["the list `KINDS` of crates/model/src/kinds is not here"]);
}

#[test]
fn a_registry_whose_list_is_gone_is_found() {
    let findings = check(&tree(&[]));
    for registry in REGISTRIES {
        assert_eq!(at(registry.file, &findings).len(), 1, "{} was not missed", registry.list);
    }
}

#[test]
fn an_allowed_lint_is_found_in_every_form_and_not_in_strings() {
    for attribute in ["#[allow(dead_code)]", "#[cfg_attr(test, allow(dead_code))]"] {
        let text = format!(
            "//! Part.\n{attribute}\nfn x() {{}}\nmacro_rules! m {{ () => {{ {attribute} fn y() {{}} }} }}\n"
        );
        assert_eq!(found(PART, &text), ["2: an `allow` attribute", "4: an `allow` attribute"], "{attribute}");
    }
    assert_eq!(found(PART, "//! Part.\n#![allow(dead_code)]\n"), ["2: an `allow` attribute"]);
    let innocent = "//! Part.\n// #[allow(x)]\n#[expect(dead_code, reason = \"shown\")]\nfn x() { allow(\"#[allow(x)]\"); y[allow(1)]; }\n";
    assert_eq!(found(PART, innocent), [] as [&str; 0]);
}

#[test]
fn a_mark_of_unfinished_work_is_found() {
    for mark in MARKS {
        assert_eq!(found(PART, &format!("//! Part.\n// {mark}: later\n")), [format!("2: a {mark}")]);
        assert_eq!(found("crates/model/src/x.sql", &format!("-- {mark}\n")), [format!("1: a {mark}")]);
        assert_eq!(found(PART, &format!("//! Part.\n// {mark}_LIST and MY{mark}\n")), [] as [&str; 0]);
    }
}

#[test]
fn an_arrow_against_the_table_is_found() {
    let manifest = |package: &str, rest: &str| {
        at(
            "crates/x/Cargo.toml",
            &check(&tree(&[("crates/x/Cargo.toml", &format!("[package]\nname = \"{package}\"\n{rest}"))])),
        )
    };
    let store = "[dependencies]\nhooktide-store.workspace = true\n";
    assert_eq!(manifest("hooktide-api", store), [] as [&str; 0]);
    assert_eq!(
        manifest("hooktide-verify", store),
        ["4: `hooktide-verify` may not depend on `hooktide-store`"]
    );
    assert_eq!(manifest("newcomer", ""), ["2: the crate `newcomer` is not in the table of arrows"]);
    let testkit = "hooktide-testkit.workspace = true\n";
    assert_eq!(manifest("hooktide-store", &format!("[dev-dependencies]\n{testkit}")), [] as [&str; 0]);
    assert_eq!(manifest("hooktide-store", &format!("[dependencies]\n{testkit}")).len(), 1);
    let tokio = "tokio.workspace = true\n";
    assert_eq!(manifest("hooktide-model", &format!("[dependencies]\n{tokio}")).len(), 1);
    assert_eq!(manifest("hooktide-store", &format!("[dependencies]\n{tokio}")), [] as [&str; 0]);
    let on_unix = format!("[target.'cfg(unix)'.dependencies]\n{testkit}");
    assert_eq!(manifest("hooktide-store", &on_unix).len(), 1, "a table for one system was not judged");
}

#[test]
fn the_table_of_arrows_has_no_way_back() {
    for (index, arrows) in ARROWS.iter().enumerate() {
        for to in arrows.to {
            let target = ARROWS.iter().position(|other| other.package == *to);
            assert!(
                target.is_some_and(|target| target < index),
                "{} -> {to} does not point down",
                arrows.package
            );
        }
    }
}

#[test]
fn a_dependency_without_a_reason_or_a_user_is_found() {
    let root = "[workspace.dependencies]\n# Ours.\nmine = { path = \"x\" }\n# Theirs.\nbare = \"1\"\nsaid = \"1\" # why\nlonely = \"1\" # why\n\n[profile.dev]\ndebug = false\n";
    let member = format!(
        "{MANIFEST}[dependencies]\nbare.workspace = true\nsaid = {{ workspace = true }}\nmine.workspace = true\n"
    );
    let findings = check(&tree(&[("Cargo.toml", root), ("crates/model/Cargo.toml", &member)]));
    assert_eq!(
        at("Cargo.toml", &findings),
        ["5: `bare` does not say why it is here", "7: no crate depends on `lonely`"]
    );
}

#[test]
fn a_version_outside_the_root_manifest_is_found() {
    for version in ["\"1\"", "{ version = \"1\" }", "{ path = \"../y\" }"] {
        let manifest = format!("{MANIFEST}[build-dependencies]\ncc = {version}\n");
        assert_eq!(found("crates/model/Cargo.toml", &manifest), ["4: `cc` has a version of its own"]);
    }
}

#[test]
fn a_file_that_does_not_parse_is_found_instead_of_passed_over() {
    let findings = found(PART, "//! Part.\nfn {\n");
    assert!(findings.iter().any(|finding| finding.starts_with("2: does not parse")), "{findings:?}");
    let findings = found("crates/model/Cargo.toml", "[package]\nname = \n");
    assert!(findings.iter().any(|finding| finding.starts_with("2: does not parse")), "{findings:?}");
}

#[test]
fn a_generated_page_that_differs_is_found_where_it_differs() {
    let line =
        |kept: Option<&str>, fresh: &str| compare("docs/page", kept, fresh).map(|finding| finding.line);
    assert_eq!(line(Some("a\nb\n"), "a\nb\n"), None);
    assert_eq!(line(Some("a\nb\n"), "a\nc\n"), Some(2));
    assert_eq!(line(Some("a\n"), "a\nb\n"), Some(2));
    assert_eq!(line(Some("a"), "a\n"), Some(2), "the closing line break counts");
    assert_eq!(line(None, "a\n"), Some(1));
}

#[test]
fn a_finding_names_its_place_and_the_way_out() {
    let finding = Finding::new("crates/model/src/part.rs", 7, "something is wrong", "mend it");
    assert_eq!(finding.to_string(), "crates/model/src/part.rs:7: something is wrong\n    mend it");
}
