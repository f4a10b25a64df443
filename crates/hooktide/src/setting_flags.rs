//! A flag for every setting, generated from the list in `hooktide-config`. `-h` stays short without them; `--help`
//! lists them by group. Values are only collected here: checking them is the configuration's business, which then
//! reports all mistakes of all places at once.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use hooktide_config::{FlagGiven, KEYS, Key, Literal};

/// The settings that were given as flags.
#[derive(Clone, Debug, Default)]
pub(crate) struct SettingFlags(Vec<FlagGiven>);

impl SettingFlags {
    /// In the order of the list of settings.
    pub(crate) fn given(&self) -> &[FlagGiven] {
        &self.0
    }
}

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        KEYS.iter().flat_map(arguments).fold(command, Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let flags = KEYS.iter().flat_map(|key| std::iter::once(key.flag()).chain(key.flag_for_file()));
        let given = flags.filter_map(|flag| {
            let value = matches.get_one::<String>(&flag)?.clone();
            Some(FlagGiven { flag, value })
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn arguments(key: &'static Key) -> impl Iterator<Item = Arg> {
    let from_file = key.flag_for_file().map(|flag| {
        argument(key, flag, format!("File that holds `{}`.", key.path)).value_hint(clap::ValueHint::FilePath)
    });
    std::iter::once(own_argument(key)).chain(from_file)
}

fn own_argument(key: &'static Key) -> Arg {
    let default = if key.default.is_empty() { String::new() } else { format!("; default {}", key.default) };
    let help = format!("{} [{}{default}]", key.doc, key.form());
    let argument = argument(key, key.flag(), help).value_parser(Unchecked(key.choices()));
    if key.literal() == Literal::Switch {
        // `--metrics-enabled` alone means true; a value needs `=`, so that the next word is not taken for one.
        argument.num_args(0..=1).require_equals(true).default_missing_value("true")
    } else {
        argument
    }
}

fn argument(key: &'static Key, flag: String, help: String) -> Arg {
    let heading = match key.group() {
        "" => "General settings".to_owned(),
        group => format!("Settings of [{group}]"),
    };
    Arg::new(flag.clone())
        .long(flag)
        .help(help)
        .help_heading(heading)
        .value_name("VALUE")
        .hide_short_help(true)
        .hide_possible_values(true)
}

/// Takes any text. The choices are there for shell completion alone.
#[derive(Clone)]
struct Unchecked(&'static [&'static str]);

impl TypedValueParser for Unchecked {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        if self.0.is_empty() {
            return None;
        }
        Some(Box::new(self.0.iter().copied().map(PossibleValue::new)))
    }
}
