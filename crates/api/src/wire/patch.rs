//! The three states of a field in a PATCH: absent keeps, null clears, a value replaces.

use serde::{Deserialize, Deserializer};

/// A field of a PATCH body. Needs `#[serde(default)]` beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field was not sent: keep.
    #[default]
    Absent,
    /// The field was null: clear.
    Null,
    /// Replace.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            None => Self::Null,
            Some(value) => Self::Value(value),
        })
    }
}

impl<T> Patch<T> {
    /// The value, when one was sent.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Whether the field was sent, as null or with a value.
    #[must_use]
    pub const fn is_sent(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// Keep, clear or replace what `slot` holds; `checked` is the value after its rules.
    pub fn apply_to<U>(&self, slot: &mut Option<U>, checked: Option<U>) {
        if self.is_sent() {
            *slot = checked;
        }
    }
}

/// Read a field that may be absent but not null: what cannot be cleared.
pub(super) fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A field that has two names: the first one that was sent.
pub(super) fn either<T>(first: Patch<T>, second: Patch<T>) -> Patch<T> {
    if first.is_sent() { first } else { second }
}

#[cfg(test)]
mod tests;
