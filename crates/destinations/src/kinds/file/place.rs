//! Where a line goes: the folders and the name that a path template made of an event.
//!
//! An event's data may choose among names, never leave the directory or make folders that the template does not have.

/// Most folders above a file.
const FOLDERS_MAX: usize = 16;
/// Most bytes of a folder's or file's name; leaves room for the time in a full file's name.
const NAME_BYTES_MAX: usize = 200;
/// What a file may end with. It keeps databases and everything else below the directory out of reach.
const EXTENSIONS: [&str; 2] = ["jsonl", "ndjson"];

/// The way out of every mistake in a path.
pub(super) const MEND: &str = "write folder/name.jsonl with letters, digits, spaces and any of ._-@+=, and no name that starts with a dot";

/// A file below the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folders: Vec<String>,
    /// Name without extension.
    pub(super) stem: String,
    pub(super) extension: &'static str,
}

impl Place {
    /// Judges a rendered path; `template` is what it was rendered from.
    pub(super) fn parse(path: &str, template: &str) -> Result<Self, &'static str> {
        if path.matches('/').count() > template.matches('/').count() {
            return Err("has a slash that comes from the event");
        }
        let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
        let name = folders.pop().unwrap_or_default();
        if folders.len() > FOLDERS_MAX {
            return Err("has too many folders");
        }
        if !folders.iter().chain([&name]).all(|name| is_plain(name)) {
            return Err("has a folder or name that is empty, too long, hidden or not plain");
        }
        let named = name.rsplit_once('.').and_then(|(stem, extension)| {
            let known = EXTENSIONS.into_iter().find(|known| *known == extension)?;
            Some((stem.to_owned(), known))
        });
        let Some((stem, extension)) = named else {
            return Err("does not end with .jsonl or .ndjson");
        };
        Ok(Self { folders, stem, extension })
    }

    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.stem, self.extension)
    }

    /// The path below the directory; no two places have the same.
    pub(super) fn path(&self) -> String {
        let mut path = self.folders.join("/");
        path.push('/');
        path + &self.name()
    }
}

fn is_plain(name: &str) -> bool {
    let is_allowed = |character: char| character.is_alphanumeric() || " ._-@+=,".contains(character);
    (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.starts_with('.') && name.chars().all(is_allowed)
}
