//! What is shown to people: the printed configuration and the reference page.

use super::Given;
use crate::{KEYS, print_toml, reference_markdown};

/// Changes something of every kind.
fn varied() -> Given {
    Given::default()
        .file("[delivery]\nretry_schedule = ['5s', '1m']\njitter = 1\nextra_ca_file = 'C:\\ca.pem'\n")
        .variable("HOOKTIDE_JWT_SECRET", "hunter2-hunter2-hunter2-hunter2-hunter2")
        .variable("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "10.0.0.0/8")
        .flag("metrics-enabled", "false")
}

#[test]
fn the_printed_configuration_reads_back_as_the_same_values() {
    let loaded = varied().loaded();
    let again = Given::default().file(&print_toml(&loaded)).loaded();
    for (before, after) in loaded.values.iter().zip(&again.values).filter(|(before, _)| !before.key.secret) {
        let list = |text: &str| text.replace(", ", ",");
        assert_eq!(list(&before.text), list(&after.text), "{}", before.key.path);
    }
}

#[test]
fn each_printed_value_carries_its_origin_and_no_secret() {
    let text = print_toml(&varied().loaded());
    let line =
        |start: &str| text.lines().find(|line| line.starts_with(start)).map(str::to_owned).expect(start);
    assert!(line("retry_schedule = [\"5s\", \"1m\"]").ends_with("# hooktide.toml:2"));
    assert!(line("allow_subnets").ends_with("# environment HOOKTIDE_DELIVERY_ALLOW_SUBNETS"));
    assert!(line("enabled = false").ends_with("# flag --metrics-enabled"));
    assert!(line("timeout = \"15s\"").ends_with("# default"));
    assert!(line("# jwt_secret = \"[redacted]\"").ends_with("# environment HOOKTIDE_JWT_SECRET"));
    assert!(!text.contains("hunter2"));
}

#[test]
fn a_secret_is_redacted_in_debug_output() {
    let loaded = varied().loaded();
    let text = format!("{loaded:?}");
    assert!(!text.contains("hunter2") && text.contains("[redacted]"));
    assert_eq!(loaded.config.jwt_secret.map(|secret| secret.to_string()).as_deref(), Some("[redacted]"));
}

#[test]
fn the_reference_page_names_every_setting_in_every_spelling() {
    let page = reference_markdown();
    for key in KEYS {
        for text in [key.path, &key.variable(), &format!("--{}", key.flag()), key.doc] {
            assert!(page.contains(text), "{}: `{text}`", key.path);
        }
    }
}

#[test]
fn the_reference_page_in_the_documentation_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/configuration.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == reference_markdown(),
        "run `hooktide config reference > docs/reference/configuration.md`"
    );
}
