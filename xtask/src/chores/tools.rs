//! What a machine needs before anything else makes sense. Called first by `test`; all that is missing is named at
//! once, with what to install.

use crate::failure::{Failure, Result};
use crate::process::probe;

/// The tools that may or may not be there.
#[derive(Clone, Copy)]
pub(crate) struct Tools {
    /// Whether `cargo nextest` runs the tests.
    pub(crate) nextest: bool,
}

struct Need {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    /// Major and minor version that it must have at least.
    version_min: (u32, u32),
    install: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        name: "rustfmt",
        program: "cargo",
        arguments: &["fmt", "--version"],
        version_min: (0, 0),
        install: "rustup component add rustfmt",
    },
    Need {
        name: "clippy",
        program: "cargo",
        arguments: &["clippy", "--version"],
        version_min: (0, 0),
        install: "rustup component add clippy",
    },
    Need {
        name: "a C compiler",
        program: "cc",
        arguments: &["--version"],
        version_min: (0, 0),
        install: "build-essential (Debian, Ubuntu), gcc (Fedora) or `xcode-select --install` (macOS)",
    },
    Need {
        name: "python3 with venv",
        program: "python3",
        arguments: &["-c", "import ensurepip, venv, platform; print(platform.python_version())"],
        version_min: (3, 11),
        install: "python3 and python3-venv",
    },
    Need {
        name: "node",
        program: "node",
        arguments: &["--version"],
        version_min: (20, 0),
        install: "nodejs, from https://nodejs.org or your distribution",
    },
    Need {
        name: "npm",
        program: "npm",
        arguments: &["--version"],
        version_min: (9, 0),
        install: "npm, which comes with nodejs",
    },
];

/// Find every tool, or say what to install.
///
/// # Errors
/// Names all that is missing or too old.
pub(crate) fn check_tools() -> Result<Tools> {
    let problems: Vec<String> = NEEDS.iter().filter_map(problem).collect();
    if !problems.is_empty() {
        return Err(Failure::new(format!("something has to be installed first\n{}", problems.join("\n"))));
    }
    let nextest = probe("cargo", &["nextest", "--version"]).is_some();
    if !nextest {
        eprintln!("cargo-nextest: absent, so `cargo test` runs the tests (https://nexte.st is faster)");
    }
    Ok(Tools { nextest })
}

fn problem(need: &Need) -> Option<String> {
    let Some(found) = probe(need.program, need.arguments) else {
        return Some(format!("  {} is missing: install {}", need.name, need.install));
    };
    let first_line = found.lines().next().unwrap_or_default();
    eprintln!("{}: {first_line}", need.name);
    let (major, minor) = need.version_min;
    let is_old = need.version_min > (0, 0) && parse_version(first_line) < Some(need.version_min);
    is_old.then(|| {
        format!(
            "  {} is {first_line}, at least {major}.{minor} is needed: install {}",
            need.name, need.install
        )
    })
}

/// The first two numbers of a version such as `v20.11.1`.
pub(super) fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
