use std::fs;
use std::path::PathBuf;

use super::crash::parse_rounds;
use super::sdk::copy_own_files;
use super::tools::parse_version;

#[test]
fn rounds_are_read_in_both_spellings_and_never_guessed() {
    let parse = |words: &[&str]| parse_rounds(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(parse(&["--rounds", "500"]).unwrap(), 500);
    assert_eq!(parse(&["--rounds=7"]).unwrap(), 7);
    for wrong in
        [&[][..], &["500"], &["--rounds"], &["--rounds", "0"], &["--rounds", "many"], &["--round", "5"]]
    {
        assert!(parse(wrong).is_err(), "{wrong:?} was accepted");
    }
}

#[test]
fn versions_compare_by_number_and_not_by_text() {
    assert_eq!(parse_version("v20.11.1"), Some((20, 11)));
    assert_eq!(parse_version("3.9.2"), Some((3, 9)));
    assert!(parse_version("3.9.2") < Some((3, 11)));
    assert_eq!(parse_version("none"), None);
    assert!(parse_version("none") < Some((3, 11)), "an unreadable version counts as too old");
}

#[test]
fn a_copy_follows_our_files_and_keeps_what_was_installed() {
    let scratch = scratch("copy");
    let (ours, copy) = (scratch.join("ours"), scratch.join("copy"));
    fs::create_dir_all(ours.join("lib")).unwrap();
    fs::create_dir_all(copy.join("node_modules")).unwrap();
    fs::write(ours.join("lib/a.mjs"), "new").unwrap();
    fs::write(copy.join("gone.mjs"), "old").unwrap();
    fs::write(copy.join(".installed"), "stamp").unwrap();

    copy_own_files(&ours, &copy).unwrap();

    assert_eq!(fs::read_to_string(copy.join("lib/a.mjs")).unwrap(), "new");
    assert!(!copy.join("gone.mjs").exists(), "a file that we no longer have was kept");
    assert!(copy.join("node_modules").is_dir());
    assert!(copy.join(".installed").is_file());
    fs::remove_dir_all(scratch).unwrap();
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("hooktide-xtask-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
