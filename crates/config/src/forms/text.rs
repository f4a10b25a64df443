//! Words, paths, secrets and log directives.

use std::path::{Component, Path, PathBuf};

use super::{Form, Wrong};
use crate::{Literal, SecretText};

/// One of a few words.
pub(crate) struct Choice<T: 'static> {
    pub(crate) words: &'static [&'static str],
    pub(crate) values: &'static [T],
}

impl<T: Copy + Sync> Form for Choice<T> {
    type Out = T;

    fn parse(&self, text: &str) -> Result<T, Wrong> {
        let position = self.words.iter().position(|word| *word == text);
        let value = position.and_then(|index| self.values.get(index)).copied();
        value.ok_or_else(|| {
            Wrong::new(format!("`{text}` is not a choice"), format!("write one of {}", self.words.join(", ")))
        })
    }

    fn describe(&self) -> String {
        self.words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    }

    fn choices(&self) -> &'static [&'static str] {
        self.words
    }
}

/// What a node is called: plain, so that it reads the same in a log, a metric and a table.
pub(crate) struct NodeName;

impl NodeName {
    const LENGTH_MAX: usize = 64;
}

impl Form for NodeName {
    type Out = String;

    fn parse(&self, text: &str) -> Result<String, Wrong> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.len() > Self::LENGTH_MAX || !text.chars().all(is_plain) {
            return Err(Wrong::new(
                format!("`{text}` is not a plain name"),
                format!("write up to {} letters, digits, dots, dashes and underscores", Self::LENGTH_MAX),
            ));
        }
        Ok(text.to_owned())
    }

    fn describe(&self) -> String {
        format!("name of up to {} letters, digits, dots, dashes and underscores", Self::LENGTH_MAX)
    }
}

/// The path of a file, relative to the working directory unless absolute.
pub(crate) struct FilePath;

impl Form for FilePath {
    type Out = PathBuf;

    fn parse(&self, text: &str) -> Result<PathBuf, Wrong> {
        Ok(PathBuf::from(text))
    }

    fn describe(&self) -> String {
        "path of a file".to_owned()
    }
}

/// Absolute paths of programs. They are compared letter by letter, so each is written in its one plain way.
pub(crate) struct ProgramPaths;

impl Form for ProgramPaths {
    type Out = Vec<PathBuf>;

    fn parse(&self, text: &str) -> Result<Self::Out, Wrong> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(parse_program).collect()
    }

    fn describe(&self) -> String {
        "list of absolute paths of programs, may be empty".to_owned()
    }

    fn literal(&self) -> Literal {
        Literal::List
    }

    fn accepts_empty(&self) -> bool {
        true
    }
}

fn parse_program(text: &str) -> Result<PathBuf, Wrong> {
    let path = Path::new(text);
    let plain: PathBuf = path.components().collect();
    let is_plain = plain.as_os_str() == path.as_os_str()
        && path.is_absolute()
        && path.components().skip(1).all(|component| matches!(component, Component::Normal(_)));
    if !is_plain || path.file_name().is_none() {
        return Err(Wrong::new(
            format!("`{text}` is not the plain absolute path of a program"),
            "write it from the root, without `.`, `..` or doubled slashes, as in `/usr/local/bin/restart-shop`",
        ));
    }
    Ok(plain)
}

/// A secret, never quoted in a message.
pub(crate) struct Secret;

impl Secret {
    /// Below this a secret is guessed in no time.
    const LENGTH_MIN: usize = 8;
}

impl Form for Secret {
    type Out = SecretText;

    fn parse(&self, text: &str) -> Result<SecretText, Wrong> {
        if text.len() < Self::LENGTH_MIN {
            return Err(Wrong::new(
                format!("is shorter than {} bytes", Self::LENGTH_MIN),
                "write at least 32 random bytes, as `openssl rand -hex 32` prints them",
            ));
        }
        Ok(SecretText::new(text.to_owned()))
    }

    fn describe(&self) -> String {
        format!("text of at least {} bytes, better 32", Self::LENGTH_MIN)
    }
}

/// What is logged: a level, or `target=level`, separated by commas.
pub(crate) struct LogDirectives;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl Form for LogDirectives {
    type Out = String;

    fn parse(&self, text: &str) -> Result<String, Wrong> {
        let directives =
            text.split(',').map(|part| parse_directive(part.trim())).collect::<Result<Vec<_>, _>>()?;
        Ok(directives.join(","))
    }

    fn describe(&self) -> String {
        format!("{}, or a list with `target=level`", LEVELS.map(|level| format!("`{level}`")).join(", "))
    }
}

/// Checked here and not by the log library, which takes an unknown level for the name of a target and then says
/// nothing at all.
fn parse_directive(text: &str) -> Result<String, Wrong> {
    let (target, level) = text.rsplit_once('=').unwrap_or(("", text));
    let level = level.to_ascii_lowercase();
    let known_level = LEVELS.contains(&level.as_str());
    let plain_target = target.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':'));
    let named = !text.starts_with('=');
    if !(known_level && plain_target && named) {
        return Err(Wrong::new(
            format!("`{text}` is not a log directive"),
            format!("write one of {}, or a list as in `info,hooktide_store=debug`", LEVELS.join(", ")),
        ));
    }
    Ok(if target.is_empty() { level } else { format!("{target}={level}") })
}
