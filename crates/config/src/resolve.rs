//! The core: layers of text in, one checked configuration or every mistake out. Pure except for the reader of secret
//! files, which is passed in.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::entry::{Entry, Gathered, find_name};
use crate::key::names;
use crate::suggest::nearest;
use crate::{Config, KEYS, Key, Mistake, Mistakes, Origin, Wrong, checks, environment, file};

/// A secret shorter than this gets a warning: RFC 7518 section 3.2 asks for 256 bits with HS256.
const SECRET_BYTES_RECOMMENDED: usize = 32;

/// A file's name and content.
#[derive(Clone, Debug)]
pub struct FileText {
    /// The path as it was given, for messages.
    pub path: PathBuf,
    /// What it contains.
    pub text: String,
}

/// A value from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagGiven {
    /// The flag without dashes, as in `delivery-timeout`.
    pub flag: String,
    /// Its value.
    pub value: String,
}

/// A default that one command prefers to the one in [`KEYS`].
#[derive(Clone, Debug)]
pub struct Preset {
    /// The command as the user knows it.
    pub command: &'static str,
    /// The key's path.
    pub path: &'static str,
    /// The value as text.
    pub value: String,
}

/// Everything that is said about the configuration, from the weakest layer to the strongest.
#[derive(Debug, Default)]
pub struct Sources {
    /// Other defaults of the command.
    pub presets: Vec<Preset>,
    /// The configuration file, if there is one.
    pub file: Option<FileText>,
    /// The environment; variables that are not ours are ignored.
    pub environment: BTreeMap<String, OsString>,
    /// The command line.
    pub flags: Vec<FlagGiven>,
}

/// Reads the file behind `HOOKTIDE_JWT_SECRET_FILE` and its like.
pub type SecretReader<'a> = dyn Fn(&Path) -> io::Result<String> + 'a;

/// A setting's value for people.
#[derive(Clone, Debug)]
pub struct Value {
    /// Which setting.
    pub key: &'static Key,
    /// The text as it was written, `[redacted]` for a secret or a part that is one, empty when nothing is set.
    pub text: String,
    /// Whether it is not the text that was written.
    pub is_redacted: bool,
    /// Who said so.
    pub origin: Origin,
}

/// A configuration without mistakes.
#[derive(Debug)]
pub struct Loaded {
    /// The typed values.
    pub config: Config,
    /// The same for people, in the order of [`KEYS`].
    pub values: Vec<Value>,
    /// What works but deserves a second look, a sentence each.
    pub warnings: Vec<String>,
}

/// Merges the layers and checks every value, also those that a stronger layer replaces.
///
/// # Errors
/// With all mistakes at once.
pub fn resolve(sources: &Sources, read_secret: &SecretReader<'_>) -> Result<Loaded, Mistakes> {
    let Gathered { entries, mut mistakes } = gather(sources);
    mistakes.extend(given_twice(&entries));
    let mut loaded = Loaded { config: Config::default(), values: defaults(), warnings: Vec::new() };
    for entry in &entries {
        if let Err(wrong) = apply(entry, read_secret, &mut loaded) {
            mistakes.push(blame(entry, wrong));
        }
    }
    if mistakes.is_empty() {
        // Only now, because a check across settings would judge a default in place of the value that is broken.
        mistakes = checks::across(&loaded.config, &loaded.values);
    }
    if mistakes.is_empty() { Ok(loaded) } else { Err(Mistakes::new(mistakes)) }
}

fn gather(sources: &Sources) -> Gathered {
    let mut gathered = Gathered::default();
    for preset in &sources.presets {
        let name = find_name(preset.path).expect("a preset names a key, which the command's tests prove");
        let origin = Origin::Preset { command: preset.command };
        gathered.entries.push(Entry { name, origin, text: preset.value.clone() });
    }
    if let Some(text) = &sources.file {
        gathered.absorb(file::gather(text));
    }
    gathered.absorb(environment::gather(&sources.environment));
    for given in &sources.flags {
        let origin = Origin::Flag { flag: format!("--{}", given.flag) };
        match names().find(|name| name.flag() == given.flag) {
            Some(name) => gathered.entries.push(Entry { name, origin, text: given.value.clone() }),
            None => gathered.mistakes.push(unknown_flag(given, origin)),
        }
    }
    gathered
}

fn unknown_flag(given: &FlagGiven, origin: Origin) -> Mistake {
    let help = nearest(&given.flag, names().map(|name| name.flag())).map_or_else(
        || "`hooktide config reference` lists every setting".to_owned(),
        |near| format!("did you mean `--{near}`?"),
    );
    Mistake { key: String::new(), origin, problem: "is not a setting".to_owned(), help }
}

fn defaults() -> Vec<Value> {
    let default = |key: &'static Key| Value {
        key,
        text: key.default.to_owned(),
        is_redacted: false,
        origin: Origin::Default,
    };
    KEYS.iter().map(default).collect()
}

/// Checks one entry and lets it replace what weaker layers said.
fn apply(entry: &Entry, read_secret: &SecretReader<'_>, loaded: &mut Loaded) -> Result<(), Wrong> {
    let key = entry.name.key;
    let from_file;
    let text = if entry.name.from_file {
        from_file = read_secret(Path::new(&entry.text)).map_err(|error| {
            Wrong::new(
                format!("cannot read `{}`: {error}", entry.text),
                "write the path of a readable file that holds the secret alone",
            )
        })?;
        from_file.trim()
    } else {
        entry.text.trim()
    };
    if entry.name.from_file && text.is_empty() {
        return Err(Wrong::new(
            format!("names `{}`, which is empty", entry.text),
            "write the secret into it",
        ));
    }
    key.set(&mut loaded.config, text)?;
    if key.secret && (1..SECRET_BYTES_RECOMMENDED).contains(&text.len()) {
        loaded.warnings.push(format!(
            "{} ({}) is shorter than {SECRET_BYTES_RECOMMENDED} bytes, which makes it easier to guess",
            key.path, entry.origin
        ));
    }
    let shown = key.shown(text);
    if let Some(value) = loaded.values.iter_mut().find(|value| value.key.path == key.path) {
        value.is_redacted = shown != text;
        value.text = shown;
        value.origin = entry.origin.clone();
    }
    Ok(())
}

fn blame(entry: &Entry, wrong: Wrong) -> Mistake {
    let key = entry.name.key;
    let help = if key.secret {
        wrong.help
    } else {
        format!("{}; for example `{}`", wrong.help, key.example_at(&entry.origin))
    };
    Mistake { key: entry.name.path(), origin: entry.origin.clone(), problem: wrong.problem, help }
}

/// A secret and the file that holds it, both in the same layer: one of them would be ignored in silence.
fn given_twice(entries: &[Entry]) -> Vec<Mistake> {
    let files = entries.iter().filter(|entry| entry.name.from_file);
    let clash = |file: &&Entry| {
        entries.iter().any(|entry| {
            !entry.name.from_file
                && entry.name.key.path == file.name.key.path
                && entry.origin.rank() == file.origin.rank()
        })
    };
    files
        .filter(clash)
        .map(|file| Mistake {
            key: file.name.path(),
            origin: file.origin.clone(),
            problem: format!("is set, and so is `{}`", file.name.key.path),
            help: "keep one of the two".to_owned(),
        })
        .collect()
}
