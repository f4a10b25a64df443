//! Where a value came from. Every setting and every mistake carries one, so that a reader never has to guess which
//! of several places won.

use std::fmt;
use std::path::PathBuf;

/// The place that gave a setting its value, from the weakest to the strongest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything: the default of [`crate::KEYS`].
    Default,
    /// The command itself prefers another default, as `hooktide dev` does.
    Preset {
        /// The command as the user knows it.
        command: &'static str,
    },
    /// The configuration file.
    File {
        /// Its path as it was given.
        path: PathBuf,
        /// The line of the value, counted from 1.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// Its full name.
        variable: String,
    },
    /// A flag on the command line.
    Flag {
        /// The flag with its dashes.
        flag: String,
    },
}

impl Origin {
    /// The layer's strength: a value of a higher rank replaces one of a lower rank.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Default => 0,
            Self::Preset { .. } => 1,
            Self::File { .. } => 2,
            Self::Environment { .. } => 3,
            Self::Flag { .. } => 4,
        }
    }

    /// The line in the file, or 0 elsewhere. Used to list mistakes in reading order.
    pub(crate) fn line(&self) -> usize {
        match self {
            Self::File { line, .. } => *line,
            _ => 0,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Preset { command } => write!(f, "default of `{command}`"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment { variable } => write!(f, "environment {variable}"),
            Self::Flag { flag } => write!(f, "flag {flag}"),
        }
    }
}
