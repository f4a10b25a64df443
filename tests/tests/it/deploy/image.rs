//! The image: what it is built from, what it holds, and as whom it runs.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use hooktide_testkit::{find_binary, workspace_root};
use serde_json::Value;

use super::tools::{file, installed, run, script};

/// The account of the image; the chart and the compose file name it too.
const ACCOUNT: &str = "65532:65532";

/// What is asked for in one stage, in order.
struct Stage {
    from: String,
    lines: Vec<(String, String)>,
}

impl Stage {
    fn all(&self, instruction: &str) -> Vec<&str> {
        self.lines.iter().filter(|(name, _)| name == instruction).map(|(_, value)| value.as_str()).collect()
    }

    #[track_caller]
    fn one(&self, instruction: &str) -> &str {
        let all = self.all(instruction);
        assert_eq!(all.len(), 1, "{instruction}: {all:?}");
        all[0]
    }
}

fn stages() -> Vec<Stage> {
    let printed = run(script("dockerfile.py").arg(file("Dockerfile")));
    let lines: Vec<Value> = serde_json::from_str(&printed).expect("a list of instructions");
    let mut stages: Vec<Stage> = Vec::new();
    for line in lines {
        let [name, value] = ["instruction", "value"].map(|part| line[part].as_str().unwrap().to_owned());
        match stages.last_mut() {
            _ if name == "FROM" => stages.push(Stage { from: value, lines: Vec::new() }),
            Some(stage) => stage.lines.push((name, value)),
            None => panic!("{name} {value} comes before every stage"),
        }
    }
    stages
}

#[test]
fn dockerfile_passes_the_linter() {
    let _ = run(installed("hadolint").args(["--failure-threshold", "style"]).arg(file("Dockerfile")));
}

#[test]
fn image_is_the_binary_alone_and_not_root() {
    let stages = stages();
    let [build, image] = stages.as_slice() else { panic!("{} stages", stages.len()) };
    assert!(build.from.ends_with(" AS build"), "{}", build.from);
    assert!(image.from.contains("distroless") && image.from.ends_with(":nonroot"), "{}", image.from);
    // Made with the compiler that the workspace asks for, on the Debian that the image is of.
    let manifest = std::fs::read_to_string(workspace_root().join("Cargo.toml")).unwrap();
    let (_, rest) = manifest.split_once("rust-version = \"").unwrap();
    let (compiler, _) = rest.split_once('"').unwrap();
    assert_eq!(build.from, format!("rust:{compiler}-slim-bookworm AS build"));
    assert!(image.from.contains("debian12"), "bookworm is Debian 12");

    assert_eq!(image.one("USER"), ACCOUNT);
    assert!(image.all("RUN").is_empty(), "there is no shell to run it");
    assert!(image.all("ADD").is_empty());
    let copies = image.all("COPY");
    assert!(copies.iter().all(|copy| copy.starts_with("--from=build ")), "{copies:?}");
    let owner = format!("--chown={ACCOUNT}");
    let folder = image.one("VOLUME");
    assert!(copies.iter().any(|copy| copy.contains(&owner) && copy.ends_with(folder)), "{copies:?}");
    assert_eq!(image.one("WORKDIR"), folder, "without a setting the data goes to the working directory");

    assert_eq!(image.one("ENTRYPOINT"), r#"["hooktide"]"#);
    assert_eq!(image.one("CMD"), r#"["serve"]"#);
    let check = image.one("HEALTHCHECK");
    assert!(check.contains(r#"["hooktide", "healthcheck", "http://127.0.0.1:8071/readyz"]"#), "{check}");
    assert_eq!((image.one("ENV"), image.one("EXPOSE")), ("PORT=8071", "8071"));
}

#[test]
fn build_is_cached_locked_and_of_the_binary() {
    let stages = stages();
    let command = stages[0].one("RUN");
    for part in [
        "--mount=type=cache,target=/usr/local/cargo/registry",
        "--mount=type=cache,target=/src/target",
        "cargo build --release --locked --package hooktide",
        "install -D --mode=0755 target/release/hooktide /image/usr/local/bin/hooktide",
    ] {
        assert!(command.contains(part), "{part} is missing in {command}");
    }
    // What is copied was put there.
    for copy in stages[1].all("COPY") {
        let from = copy.split_whitespace().find(|word| word.starts_with("/image/")).unwrap();
        assert!(command.contains(from), "{from} is not made in {command}");
    }
}

/// The files that the build is given, relative to the root.
fn context() -> BTreeSet<String> {
    run(script("context.py").arg(workspace_root())).lines().map(str::to_owned).collect()
}

#[test]
fn build_is_given_every_source_of_the_binary() {
    let given = context();
    let made_of =
        std::fs::read_to_string(find_binary().with_extension("d")).expect("cargo notes the sources");
    let (_, sources) = made_of.split_once(": ").expect("target: sources");
    let root = workspace_root();
    let ours: Vec<&Path> =
        sources.split_whitespace().filter_map(|path| Path::new(path).strip_prefix(&root).ok()).collect();
    assert!(ours.len() > 100, "only {} sources of {sources}", ours.len());
    for source in ours {
        assert!(given.contains(source.to_str().unwrap()), "{} is not given", source.display());
    }
    // Cargo reads the manifest and the main file of every member, also of those that it does not build.
    let copy = tempfile::tempdir().unwrap();
    for path in &given {
        let to = copy.path().join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root.join(path), to).unwrap();
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let describe = ["metadata", "--locked", "--offline", "--format-version", "1", "--no-deps"];
    let described = run(Command::new(cargo).args(describe).current_dir(copy.path()));
    assert!(described.contains("\"hooktide\""), "{described}");
}

#[test]
fn build_is_given_no_data_and_no_secrets() {
    let given = context();
    for path in &given {
        let first = path.split('/').next().unwrap();
        let expected =
            [".cargo", ".dockerignore", "Cargo.lock", "Cargo.toml", "bench", "crates", "tests", "xtask"];
        assert!(expected.contains(&first), "{path} is given to the build");
        assert!(
            !path.contains("/node_modules/") && !path.contains("/target/"),
            "{path} is given to the build"
        );
    }
}

/// What `readelf` says that the binary loads.
#[cfg(target_os = "linux")]
#[test]
fn binary_needs_no_library_that_the_image_lacks() {
    let said = run(Command::new("readelf").arg("--dynamic").arg(find_binary()));
    let needed: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split_once('[')?.1.strip_suffix(']'))
        .collect();
    assert!(!needed.is_empty(), "{said}");
    let there = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2"];
    for library in needed {
        assert!(there.contains(&library) || library.starts_with("ld-linux"), "the image has no {library}");
    }
}
