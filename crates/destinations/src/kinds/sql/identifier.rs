//! Names of tables and columns: checked, then quoted. The only text of a user's that becomes part of a statement.

use super::statement::Dialect;
use crate::seam::ConfigMistake;

/// Longest identifier; PostgreSQL cuts longer ones silently, which would name another column.
const IDENTIFIER_BYTES_MAX: usize = 63;

/// One name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identifier(String);

impl Identifier {
    pub(super) fn parse(name: &str, at: &str) -> Result<Self, ConfigMistake> {
        let is_plain =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '-' | ' ');
        if name.is_empty() || name.len() > IDENTIFIER_BYTES_MAX || !name.chars().all(is_plain) {
            return Err(ConfigMistake::new(
                at,
                format!("has a name that is not allowed: {name:?}"),
                format!("use 1 to {IDENTIFIER_BYTES_MAX} bytes of letters, digits, spaces, `_`, `$` and `-`"),
            ));
        }
        Ok(Self(name.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Quoted for a statement. The quote itself cannot be in a checked name.
    pub(super) fn quoted(&self, dialect: Dialect) -> String {
        let quote = dialect.quote();
        format!("{quote}{}{quote}", self.0)
    }
}

/// A table, with its schema (MySQL: database) where one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) schema: Option<Identifier>,
    pub(super) name: Identifier,
}

impl Table {
    pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Self, ConfigMistake> {
        match text.split_once('.') {
            None => Ok(Self { schema: None, name: Identifier::parse(text, "table")? }),
            Some(_) if dialect == Dialect::Sqlite => Err(ConfigMistake::new(
                "table",
                "has a schema, which SQLite does not",
                "write the table's name alone",
            )),
            Some((schema, name)) => Ok(Self {
                schema: Some(Identifier::parse(schema, "table")?),
                name: Identifier::parse(name, "table")?,
            }),
        }
    }

    pub(super) fn quoted(&self, dialect: Dialect) -> String {
        let name = self.name.quoted(dialect);
        match &self.schema {
            Some(schema) => format!("{}.{name}", schema.quoted(dialect)),
            None => name,
        }
    }
}
