//! What the layers deliver before anything is checked: a name, where it stood, and its text.

use crate::key::{Name, names};
use crate::{Mistake, Origin};

/// One value as it was written.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Name<'static>,
    pub(crate) origin: Origin,
    pub(crate) text: String,
}

/// What one layer holds.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) entries: Vec<Entry>,
    pub(crate) mistakes: Vec<Mistake>,
}

impl Gathered {
    pub(crate) fn absorb(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.mistakes.extend(other.mistakes);
    }
}

/// The name with this path, if there is one.
pub(crate) fn find_name(path: &str) -> Option<Name<'static>> {
    names().find(|name| name.path() == path)
}
