//! The built binary as a shell sees it: streams and exit codes. Every run has an environment and a directory of its
//! own.

use std::path::Path;
use std::process::{Command, Output};

struct Ran {
    code: Option<i32>,
    data: String,
    talk: String,
}

fn run(dir: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooktide"));
    command.args(arguments).current_dir(dir).env_clear().envs(environment.iter().copied());
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { code: status.code(), data: text(stdout), talk: text(stderr) }
}

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory for the test")
}

#[test]
fn a_good_configuration_passes_the_check_without_data() {
    let dir = scratch();
    std::fs::write(dir.path().join("hooktide.toml"), "[delivery]\ntimeout = '20s'\n").expect("write");
    let ran = run(dir.path(), &["config", "check"], &[("HOOKTIDE_JWT_SECRET", "hunter2hunter2")]);
    assert_eq!(ran.code, Some(0), "{}", ran.talk);
    assert_eq!(ran.data, "");
    assert!(ran.talk.contains("ok: 2 of "), "{}", ran.talk);
    assert!(ran.talk.contains("warning: jwt_secret"), "{}", ran.talk);
}

#[test]
fn a_bad_configuration_exits_with_2_and_names_every_mistake() {
    let dir = scratch();
    std::fs::write(dir.path().join("other.toml"), "\ntimeout = '20s'\n").expect("write");
    let arguments = ["config", "check", "--config", "other.toml", "--log-format", "xml"];
    let environment = [("HOOKTIDE_LISTEN", "8071"), ("HOOKTIDE_DELIVERY_EXTRA_CA_FILE", "missing.pem")];
    let ran = run(dir.path(), &arguments, &environment);
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.data, "");
    assert!(ran.talk.starts_with("error: 3 mistakes in the configuration\n"), "{}", ran.talk);
    for place in ["other.toml:2: timeout", "environment HOOKTIDE_LISTEN", "flag --log-format"] {
        assert!(ran.talk.contains(place), "{place}: {}", ran.talk);
    }
    assert!(ran.talk.contains("\nhelp: "), "{}", ran.talk);
}

#[test]
fn files_that_are_not_there_are_mistakes() {
    let dir = scratch();
    let ran = run(dir.path(), &["config", "check"], &[("HOOKTIDE_CONFIG", "gone.toml"), ("PORT", "x")]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.talk.contains("environment HOOKTIDE_CONFIG: cannot read the configuration file `gone.toml`"));
    assert!(ran.talk.contains("environment PORT: is not a port"), "{}", ran.talk);
    let ran = run(dir.path(), &["config", "check", "--delivery-extra-ca-file", "gone.pem"], &[]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.talk.contains("flag --delivery-extra-ca-file: delivery.extra_ca_file: cannot read `gone.pem`")
    );
}

#[test]
fn what_is_printed_can_be_used_as_a_file() {
    let dir = scratch();
    let flags = ["config", "print", "--delivery-retry-schedule", "1s,2s", "--metrics-enabled=false"];
    let ran = run(dir.path(), &flags, &[("HOOKTIDE_MAIN_SECRET", "hunter2-hunter2-hunter2-hunter2-hunter2")]);
    assert_eq!(ran.code, Some(0), "{}", ran.talk);
    assert!(ran.data.contains("[\"1s\", \"2s\"]") && ran.data.contains("# flag --delivery-retry-schedule"));
    assert!(!ran.data.contains("hunter2"), "{}", ran.data);
    std::fs::write(dir.path().join("hooktide.toml"), &ran.data).expect("write");
    let again = run(dir.path(), &["config", "print", "--json"], &[]);
    let json: serde_json::Value = serde_json::from_str(&again.data).expect("JSON");
    assert_eq!(json["delivery.retry_schedule"]["value"], "1s,2s");
    assert_eq!(json["main_secret"]["value"], serde_json::Value::Null);
    let origin = json["metrics.enabled"]["origin"].as_str().expect("a text");
    assert!(origin.starts_with("hooktide.toml:"), "{origin}");
}

#[test]
fn help_and_version_are_data_and_a_wrong_command_line_is_talk() {
    let dir = scratch();
    for arguments in [&["--help"][..], &["--version"], &["serve", "-h"], &["config", "reference"]] {
        let ran = run(dir.path(), arguments, &[]);
        assert_eq!((ran.code, ran.talk.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!ran.data.is_empty(), "{arguments:?}");
    }
    for arguments in [&[][..], &["srve"], &["serve", "--delivery-timout", "5s"], &["healthcheck"]] {
        let ran = run(dir.path(), arguments, &[]);
        assert_eq!((ran.code, ran.data.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.talk.is_empty(), "{arguments:?}");
    }
    assert!(run(dir.path(), &["serve", "--delivery-timout", "5s"], &[]).talk.contains("--delivery-timeout"));
}

#[test]
fn every_shell_gets_a_completion_script() {
    let dir = scratch();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(dir.path(), &["completion", shell], &[]);
        assert_eq!(ran.code, Some(0), "{shell}");
        assert!(ran.data.contains("delivery-timeout") && ran.data.contains("healthcheck"), "{shell}");
    }
}

#[test]
fn an_unreachable_server_is_unhealthy() {
    let dir = scratch();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let ran = run(dir.path(), &["healthcheck", &url], &[]);
    assert_eq!((ran.code, ran.data.as_str(), ran.talk.lines().count()), (Some(1), "", 1), "{}", ran.talk);
}
