//! The published SDKs against the running server: what their users would do, with real deliveries that each SDK's own
//! verifier judges. The scripts live in `tests/sdk`; `cargo xtask test` installs the SDKs.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use hooktide_testkit::{ServerSetup, ServerUnderTest, output_within, workspace_root};

const VARIABLE: &str = "HOOKTIDE_SDK_DIR";

/// Longest that a script may take on a busy machine.
const SCRIPT_LIMIT: Duration = Duration::from_secs(120);

pub(crate) fn sdk_dir() -> PathBuf {
    let dir = std::env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!("{VARIABLE} is not set: run `cargo xtask test`, which installs the SDKs and sets it")
    });
    PathBuf::from(dir)
}

/// Runs a script with the server's address and token in its environment; its words are shown when it fails.
async fn run(mut command: Command) {
    let server = ServerSetup::new().retries("200ms,400ms").start().await;
    command
        .env("HOOKTIDE_URL", server.url())
        .env("HOOKTIDE_TOKEN", server.api().token())
        .env_remove("HTTP_PROXY")
        .env_remove("http_proxy")
        .env("NO_PROXY", "127.0.0.1");
    let output =
        tokio::task::spawn_blocking(move || output_within(&mut command, SCRIPT_LIMIT)).await.unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the script failed:\n{said}");
    assert!(said.contains("round trip complete"), "the script ended early:\n{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_sdk_makes_a_full_round_trip() {
    let mut command = Command::new(sdk_dir().join("python/bin/python"));
    command.arg(workspace_root().join("tests/sdk/python/round_trip.py"));
    run(command).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_generation_javascript_sdk_makes_a_full_round_trip() {
    let dir = sdk_dir().join("js-1.99");
    let mut command = Command::new("node");
    command.arg(dir.join("round_trip.cjs")).current_dir(dir);
    run(command).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_generation_javascript_sdk_makes_a_full_round_trip() {
    let dir = sdk_dir().join("js-2");
    let mut command = Command::new("node");
    command.arg(dir.join("round_trip.mjs")).current_dir(dir);
    run(command).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust_sdk_makes_a_full_round_trip() {
    run(Command::new(sdk_dir().join("rust/debug/hooktide-sdk-rust"))).await;
}

#[tokio::test]
async fn script_fails_without_a_server() {
    // A script that is pointed at a dead server must fail, or the tests above would prove nothing.
    let mut server = ServerUnderTest::start().await;
    let (url, token) = (server.url(), server.api().token().to_owned());
    server.kill9();
    let script = workspace_root().join("tests/sdk/python/round_trip.py");
    let mut command = Command::new(sdk_dir().join("python/bin/python"));
    command.arg(script).env("HOOKTIDE_URL", url).env("HOOKTIDE_TOKEN", token);
    assert!(!output_within(&mut command, SCRIPT_LIMIT).status.success());
}
