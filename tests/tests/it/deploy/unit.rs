//! The unit: systemd takes it, it is closed as far as a server can be, and the server takes its settings.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use hooktide_testkit::{DEADLINE, find_binary, output_within};

use super::tools::{attempt, check_settings, run, seconds, text};

/// systemd's measure of what a service may do beyond its work, in tenths: 0 is nothing, 100 is everything. What is left
/// is the network, which a server is for.
const EXPOSURE_MAX: u32 = 15;

/// The values of one directive, in order.
fn values<'a>(unit: &'a str, directive: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(directive)?.strip_prefix('=')).collect()
}

/// The unit as systemd would find it, with the binary under test in place of the installed one.
fn install(folder: &Path, unit: &str, cluster: &str) -> Result<String, String> {
    let path = folder.join("hooktide.service");
    let binary = find_binary().display().to_string();
    std::fs::write(&path, unit.replace("/usr/local/bin/hooktide", &binary)).unwrap();
    std::fs::create_dir_all(folder.join("hooktide.service.d")).unwrap();
    std::fs::write(folder.join("hooktide.service.d/cluster.conf"), cluster).unwrap();
    // Mistakes in a directive are told and passed over: silence is the proof.
    let said =
        attempt(Command::new("sh").args(["-c", "systemd-analyze verify \"$1\" 2>&1", "sh"]).arg(path))?;
    if said.trim().is_empty() { Ok(said) } else { Err(said) }
}

#[test]
fn systemd_takes_the_unit_and_the_addition() {
    let (unit, cluster) = (text("systemd/hooktide.service"), text("systemd/cluster.conf"));
    let folder = tempfile::tempdir().unwrap();
    install(folder.path(), &unit, &cluster).unwrap_or_else(|said| panic!("{said}"));
    // The same with a mistake in each, or the above would prove nothing.
    let wrong = unit.replace("ProtectSystem=strict", "ProtectSystem=strickt");
    assert!(install(folder.path(), &wrong, &cluster).is_err_and(|said| said.contains("strickt")));
    let wrong = cluster.replace("LoadCredential=", "LoadCredentials=");
    assert!(install(folder.path(), &unit, &wrong).is_err_and(|said| said.contains("LoadCredentials")));
}

#[test]
fn unit_is_closed_as_far_as_a_server_can_be() {
    let folder = tempfile::tempdir().unwrap();
    install(folder.path(), &text("systemd/hooktide.service"), &text("systemd/cluster.conf")).unwrap();
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let arguments = ["security", "--offline=true", "--no-pager", &threshold];
    let _ = run(Command::new("systemd-analyze").args(arguments).arg(folder.path().join("hooktide.service")));
}

#[test]
fn mistake_in_the_configuration_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = Command::new(find_binary());
    serve.arg("serve").current_dir(folder.path()).env_clear().env("HOOKTIDE_LISTN", "127.0.0.1:0");
    let code = output_within(&mut serve, DEADLINE).status.code().expect("it ends by itself").to_string();
    assert_eq!(values(&text("systemd/hooktide.service"), "RestartPreventExitStatus"), [code]);
}

#[test]
fn settings_of_the_unit_are_taken_by_the_server() {
    let unit = text("systemd/hooktide.service");
    let folder = tempfile::tempdir().unwrap();
    let mut settings = BTreeMap::new();
    // The lines of the example count as if their `#` were gone.
    let example = text("systemd/hooktide.env").replace("#HOOKTIDE_", "HOOKTIDE_");
    let cluster = text("systemd/cluster.conf");
    let in_units = values(&unit, "Environment").into_iter().chain(values(&cluster, "Environment"));
    for line in in_units.chain(example.lines().filter(|line| line.starts_with("HOOKTIDE_"))) {
        let (name, value) = line.split_once('=').unwrap();
        settings.insert(name.to_owned(), value.to_owned());
    }
    for name in ["jwt_secret", "main_secret"] {
        let loaded = values(&cluster, "LoadCredential");
        assert!(loaded.contains(&format!("{name}:/etc/hooktide/{name}").as_str()), "{loaded:?}");
        std::fs::write(folder.path().join(name), "0123456789abcdef0123456789abcdef").unwrap();
    }
    for value in settings.values_mut() {
        *value = value.replace("%d", &folder.path().display().to_string());
    }
    assert!(settings["HOOKTIDE_DATABASE_URL"].starts_with("postgres://"), "the example names a cluster's");
    let own =
        values(&unit, "Environment").into_iter().find_map(|it| it.strip_prefix("HOOKTIDE_DATABASE_URL="));
    let own = own.expect("the unit says where the data is");
    settings.insert("HOOKTIDE_DATABASE_URL".to_owned(), own.to_owned());
    check_settings(&settings);

    let data = Path::new("/var/lib").join(values(&unit, "StateDirectory")[0]);
    assert_eq!(Path::new(own.strip_prefix("sqlite://").unwrap()).parent(), Some(data.as_path()));
    assert_eq!(values(&unit, "WorkingDirectory"), [data.to_str().unwrap()]);
    let grace = seconds(&settings["HOOKTIDE_SHUTDOWN_GRACE"]);
    assert!(seconds(values(&unit, "TimeoutStopSec")[0]) >= grace + 10, "the store is closed after it");
    assert_eq!(values(&unit, "KillSignal"), ["SIGTERM"]);
}
