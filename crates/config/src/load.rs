//! The thin edge: finds and reads the file and the environment of this process, then lets [`resolve`] decide.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::key::CONFIG_FILE_VARIABLE;
use crate::{FileText, FlagGiven, Loaded, Mistake, Mistakes, Origin, Preset, Sources, resolve};

/// The file that is read when nobody names one and it exists in the working directory.
pub const CONFIG_FILE_DEFAULT: &str = "hooktide.toml";

/// The environment of this process. Variables whose name is not UTF-8 are left out; none of ours is like that.
pub fn environment() -> BTreeMap<String, OsString> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect()
}

/// Which file to read, and who named it: the flag, then the variable, then `hooktide.toml` if it is there.
pub fn find_file(
    given: Option<&Path>,
    environment: &BTreeMap<String, OsString>,
) -> Option<(PathBuf, Origin)> {
    if let Some(path) = given {
        return Some((path.to_owned(), Origin::Flag { flag: "--config".to_owned() }));
    }
    if let Some(value) = environment.get(CONFIG_FILE_VARIABLE).filter(|value| !value.is_empty()) {
        let origin = Origin::Environment { variable: CONFIG_FILE_VARIABLE.to_owned() };
        return Some((PathBuf::from(value), origin));
    }
    let default = Path::new(CONFIG_FILE_DEFAULT);
    default.exists().then(|| (default.to_owned(), Origin::Default))
}

/// Loads the configuration of this process.
///
/// # Errors
/// With all mistakes at once, an unreadable file among them.
pub fn load(given: Option<&Path>, presets: Vec<Preset>, flags: Vec<FlagGiven>) -> Result<Loaded, Mistakes> {
    let environment = environment();
    let mut unreadable = None;
    let mut file = None;
    if let Some((path, origin)) = find_file(given, &environment) {
        match std::fs::read_to_string(&path) {
            Ok(text) => file = Some(FileText { path, text }),
            Err(error) => unreadable = Some(cannot_read(&path, origin, &error)),
        }
    }
    let sources = Sources { presets, file, environment, flags };
    let resolved = resolve(&sources, &|path| std::fs::read_to_string(path));
    let (loaded, mut mistakes) = match resolved {
        Ok(loaded) => {
            let mistakes = unreadable_ca_file(&loaded).into_iter().collect();
            (Some(loaded), mistakes)
        }
        Err(mistakes) => (None, mistakes.list().to_vec()),
    };
    mistakes.extend(unreadable);
    match loaded {
        Some(loaded) if mistakes.is_empty() => Ok(loaded),
        _ => Err(Mistakes::new(mistakes)),
    }
}

/// A missing file is found at start and not at the first delivery.
fn unreadable_ca_file(loaded: &Loaded) -> Option<Mistake> {
    let path = loaded.config.delivery.extra_ca_file.as_ref()?;
    let error = std::fs::File::open(path).err()?;
    let value = loaded.values.iter().find(|value| value.key.path == "delivery.extra_ca_file")?;
    Some(Mistake {
        key: value.key.path.to_owned(),
        origin: value.origin.clone(),
        problem: format!("cannot read `{}`: {error}", path.display()),
        help: "write the path of a readable PEM file".to_owned(),
    })
}

fn cannot_read(path: &Path, origin: Origin, error: &std::io::Error) -> Mistake {
    Mistake {
        key: String::new(),
        origin,
        problem: format!("cannot read the configuration file `{}`: {error}", path.display()),
        help: "name a readable TOML file, or none".to_owned(),
    }
}
