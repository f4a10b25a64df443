//! The descriptor of one setting and the spellings that follow from its path. The list itself is `keys.rs`.

use std::fmt;

use crate::forms::Setting;
use crate::{Config, Origin, Wrong};

/// What every environment variable of ours starts with.
pub(crate) const VARIABLE_PREFIX: &str = "HOOKTIDE_";
/// Names the configuration file when the flag `--config` does not.
pub const CONFIG_FILE_VARIABLE: &str = "HOOKTIDE_CONFIG";

/// A heading of the reference page and of `--help`.
#[derive(Debug)]
pub struct Group {
    /// The first part of the path, or empty for the settings that stand alone.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// How a value is written in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A quoted string.
    Text,
    /// An array of strings; elsewhere separated by commas.
    List,
    /// A number without quotes.
    Number,
    /// `true` or `false`; as a flag the bare name means `true`.
    Switch,
}

/// One setting: everything that the rest of the crate and the binary know about it.
pub struct Key {
    /// The path in the file, as in `delivery.timeout`.
    pub path: &'static str,
    /// The default in its written form; empty when nothing is set.
    pub default: &'static str,
    /// What it does, in which unit, and when to change it.
    pub doc: &'static str,
    /// A value worth copying.
    pub example: &'static str,
    /// Never printed, and also accepted as `<path>_file`.
    pub secret: bool,
    /// Parser, range and the field it fills.
    pub(crate) setting: &'static dyn Setting,
}

impl Key {
    /// The environment variable, as in `HOOKTIDE_DELIVERY_TIMEOUT`.
    pub fn variable(&self) -> String {
        self.name().variable()
    }

    /// The flag without dashes, as in `delivery-timeout`.
    pub fn flag(&self) -> String {
        self.name().flag()
    }

    /// The flag that names a file with the value, for secrets only, as in `jwt-secret-file`.
    pub fn flag_for_file(&self) -> Option<String> {
        self.secret.then(|| Name { key: self, from_file: true }.flag())
    }

    /// The kind of value and its range, as in `duration, 100ms to 30s`.
    pub fn form(&self) -> String {
        self.setting.describe()
    }

    /// The accepted words when there are only a few.
    pub fn choices(&self) -> &'static [&'static str] {
        self.setting.choices()
    }

    /// How it is written in TOML.
    pub fn literal(&self) -> Literal {
        self.setting.literal()
    }

    /// The first part of the path, or empty.
    pub fn group(&self) -> &'static str {
        self.path.split_once('.').map_or("", |(group, _)| group)
    }

    /// The last part of the path.
    pub fn leaf(&self) -> &'static str {
        self.path.split_once('.').map_or(self.path, |(_, leaf)| leaf)
    }

    /// A value as it may be printed.
    pub(crate) fn shown(&self, text: &str) -> String {
        if self.secret && !text.is_empty() { "[redacted]".to_owned() } else { self.setting.shown(text) }
    }

    /// Checks the text and puts the value into its field.
    pub(crate) fn set(&self, config: &mut Config, text: &str) -> Result<(), Wrong> {
        self.setting.set(config, text)
    }

    /// A value as TOML would have it.
    pub(crate) fn toml(&self, text: &str) -> String {
        let quote = |part: &str| toml::Value::String(part.to_owned()).to_string();
        match self.literal() {
            Literal::Text => quote(text),
            Literal::Number | Literal::Switch if is_toml(text) => text.to_owned(),
            Literal::Number | Literal::Switch => quote(text),
            Literal::List => {
                let parts: Vec<String> =
                    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(quote).collect();
                format!("[{}]", parts.join(", "))
            }
        }
    }

    /// The example as the reader would write it in the place where the mistake was made.
    pub(crate) fn example_at(&self, origin: &Origin) -> String {
        match origin {
            Origin::Environment { .. } => format!("{}={}", self.variable(), self.example),
            Origin::Flag { .. } if self.literal() == Literal::Switch => {
                format!("--{}={}", self.flag(), self.example)
            }
            Origin::Flag { .. } => format!("--{} {}", self.flag(), self.example),
            _ => format!("{} = {}", self.leaf(), self.toml(self.example)),
        }
    }

    fn name(&self) -> Name<'_> {
        Name { key: self, from_file: false }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Whether the text stands for itself in TOML, which does not know `.5` or `007`. Quoted it is read all the same.
fn is_toml(text: &str) -> bool {
    toml::de::DeValue::parse(text).is_ok()
}

/// A name that a value can be given under: a key, or for a secret the file that holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    pub(crate) key: &'a Key,
    pub(crate) from_file: bool,
}

impl Name<'_> {
    pub(crate) fn path(&self) -> String {
        format!("{}{}", self.key.path, if self.from_file { "_file" } else { "" })
    }

    pub(crate) fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.path().replace('.', "_").to_uppercase())
    }

    pub(crate) fn flag(&self) -> String {
        self.path().replace(['.', '_'], "-")
    }
}

/// Every name of every key.
pub(crate) fn names() -> impl Iterator<Item = Name<'static>> {
    crate::KEYS.iter().flat_map(|key| {
        let file = key.secret.then_some(Name { key, from_file: true });
        std::iter::once(Name { key, from_file: false }).chain(file)
    })
}
