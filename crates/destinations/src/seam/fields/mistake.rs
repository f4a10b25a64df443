//! One mistake in a configuration, with the way out.

/// What is wrong where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigMistake {
    /// Where: the field's name, or a path such as `columns.id.type`.
    pub path: String,
    /// What is wrong; reads on after the path.
    pub what: String,
    /// What to do.
    pub mend: String,
}

impl ConfigMistake {
    /// Names a mistake.
    pub fn new(path: impl Into<String>, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into(), mend: mend.into() }
    }
}
