//! Names of variables, and what an event may not do to arguments. Programs run in the conformance suite.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::config::check;
use super::environment::judge_name;
use crate::seam::Policy;

fn policy() -> Policy {
    Policy { commands: vec![PathBuf::from("/usr/bin/logger")], ..Policy::default() }
}

fn places(config: Value) -> Vec<String> {
    check(&config, &policy()).err().unwrap_or_default().into_iter().map(|mistake| mistake.path).collect()
}

#[test]
fn only_the_very_path_that_is_listed_runs() {
    assert!(places(json!({"program": "/usr/bin/logger"})).is_empty());
    for program in
        ["/bin/logger", "logger", "/usr/bin/../bin/logger", "/usr/bin/logger/", "/usr/bin//logger", "/bin/sh"]
    {
        assert_eq!(places(json!({ "program": program })), ["program"], "{program}");
    }
    let none = check(&json!({"program": "/usr/bin/logger"}), &Policy::default()).unwrap_err();
    assert!(none[0].mend.contains("HOOKTIDE_DESTINATIONS_COMMANDS"), "{none:?}");
}

#[test]
fn variables_that_change_what_runs_are_refused() {
    for name in ["SHOP_ID", "LANG", "TZ", "a1", "Token"] {
        assert!(judge_name(name).is_ok(), "{name}");
    }
    for name in [
        "",
        "1A",
        "A-B",
        "A B",
        "A=B",
        "Ä",
        "_",
        "PATH",
        "path",
        "LD_PRELOAD",
        "ld_preload",
        "LD_LIBRARY_PATH",
        "IFS",
        "BASH_ENV",
        "BASH_FUNC_x",
        "ENV",
        "PYTHONPATH",
        "PERL5OPT",
        "RUBYOPT",
        "NODE_OPTIONS",
        "HOOKTIDE_MESSAGE_ID",
        "GIT_SSH_COMMAND",
        "http_proxy",
        "HTTPS_PROXY",
        "GCONV_PATH",
        "HOME",
    ] {
        assert!(judge_name(name).is_err(), "{name}");
    }
    let config = json!({
        "program": "/usr/bin/logger", "env": {"PATH": "/tmp", "A": "1"}, "secret_env": {"A": "x", "LD_PRELOAD": "y"},
    });
    assert_eq!(places(config), ["env.PATH", "secret_env.LD_PRELOAD", "env.A"]);
}
