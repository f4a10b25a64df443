//! What is wrong with a configuration: all of it in one list, because fixing a file one restart at a time is a
//! waste of the reader's day.

use std::fmt;

use crate::Origin;

/// One thing to fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The key's path as the reader wrote it, or empty when the file as a whole is meant.
    pub key: String,
    /// Where it was written.
    pub origin: Origin,
    /// What is wrong, without the value of a secret.
    pub problem: String,
    /// What to write instead.
    pub help: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.problem)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// Every mistake of one configuration, never empty, in the order file, environment, flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Orders the list. The caller has made sure that it is not empty.
    pub(crate) fn new(mut list: Vec<Mistake>) -> Self {
        debug_assert!(!list.is_empty(), "no mistakes is a success");
        list.sort_by_key(|mistake| (mistake.origin.rank(), mistake.origin.line()));
        Self(list)
    }

    /// The mistakes in reading order.
    pub fn list(&self) -> &[Mistake] {
        &self.0
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("1 mistake in the configuration")?,
            count => write!(f, "{count} mistakes in the configuration")?,
        }
        for mistake in &self.0 {
            for line in mistake.to_string().lines() {
                write!(f, "\n  {line}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
