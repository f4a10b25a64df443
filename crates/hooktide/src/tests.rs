//! The command line as clap sees it: well formed, and a flag for every setting.

use clap::{CommandFactory, Parser};
use hooktide_config::{KEYS, Literal};

use crate::cli::{Cli, Command};

fn flags(line: &[&str]) -> Vec<(String, String)> {
    let cli = Cli::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"));
    let Command::Serve(arguments) = cli.command else { panic!("not `serve`") };
    arguments.settings.flags.given().iter().map(|given| (given.flag.clone(), given.value.clone())).collect()
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn every_setting_is_a_flag() {
    for key in KEYS {
        let flag = format!("--{}={}", key.flag(), key.example);
        assert_eq!(flags(&["hooktide", "serve", &flag]), [(key.flag(), key.example.to_owned())]);
        if key.literal() != Literal::Switch {
            let flag = format!("--{}", key.flag());
            assert_eq!(flags(&["hooktide", "serve", &flag, ""]), [(key.flag(), String::new())]);
        }
    }
    let file = flags(&["hooktide", "serve", "--jwt-secret-file", "x"]);
    assert_eq!(file, [("jwt-secret-file".to_owned(), "x".to_owned())]);
}

#[test]
fn a_switch_alone_means_true() {
    let given = flags(&["hooktide", "serve", "--delivery-https-only", "--metrics-enabled=false"]);
    let expected = [("delivery-https-only", "true"), ("metrics-enabled", "false")];
    assert_eq!(given, expected.map(|(flag, value)| (flag.to_owned(), value.to_owned())));
}

#[test]
fn short_help_stays_short_and_long_help_is_complete() {
    let mut root = Cli::command();
    let serve = root.find_subcommand_mut("serve").unwrap();
    let (short, long) = (serve.render_help().to_string(), serve.render_long_help().to_string());
    assert!(short.lines().count() < 20, "{short}");
    assert!(!short.contains("--delivery-concurrency"));
    for key in KEYS {
        assert!(long.contains(&format!("--{}", key.flag())), "{}", key.path);
    }
    assert!(long.contains("Settings of [delivery]:"), "{long}");
}
