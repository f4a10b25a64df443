//! Rows on their way, and how a line of an archive spells one: a JSON array in the order of the table's columns.
//!
//! Integers are numbers, texts are strings, bytes are strings in base64, and null is null.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::table::{Kind, Table};

/// The value of a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing.
    Null,
    /// Of [`Kind::Integer`] and [`Kind::Flag`].
    Integer(i64),
    /// Of [`Kind::Text`].
    Text(String),
    /// Of [`Kind::Bytes`].
    Bytes(Vec<u8>),
}

/// The values of a row, in the order of the table's columns.
pub type Row = Vec<Value>;

impl Value {
    /// The integer, if it is one.
    #[must_use]
    pub const fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

/// Write a row as a line.
pub(super) fn write_line(line: &mut Vec<u8>, row: &[Value]) -> io::Result<()> {
    for (index, value) in row.iter().enumerate() {
        line.push(if index == 0 { b'[' } else { b',' });
        match value {
            Value::Null => line.extend_from_slice(b"null"),
            Value::Integer(number) => line.extend_from_slice(number.to_string().as_bytes()),
            Value::Text(text) => serde_json::to_writer(&mut *line, text)?,
            Value::Bytes(bytes) => {
                line.push(b'"');
                let start = line.len();
                line.resize(start + bytes.len().div_ceil(3) * 4, 0);
                let written = STANDARD.encode_slice(bytes, &mut line[start..]);
                written.map_err(|error| io::Error::other(error.to_string()))?;
                line.push(b'"');
            }
        }
    }
    line.extend_from_slice(b"]\n");
    Ok(())
}

/// Read a line: `None` when it is no row of the table.
pub(super) fn read_line(line: &[u8], table: &Table) -> Option<Row> {
    let cells: Vec<Cell> = serde_json::from_slice(line).ok()?;
    if cells.len() != table.columns.len() {
        return None;
    }
    cells.into_iter().zip(table.columns).map(|(cell, column)| typed(cell.0, column.kind)).collect()
}

fn typed(value: Value, kind: Kind) -> Option<Value> {
    match (kind, value) {
        (_, Value::Null) => Some(Value::Null),
        (Kind::Integer | Kind::Flag, value @ Value::Integer(_)) | (Kind::Text, value @ Value::Text(_)) => {
            Some(value)
        }
        (Kind::Bytes, Value::Text(text)) => STANDARD.decode(text).ok().map(Value::Bytes),
        _ => None,
    }
}

/// A value before its column's kind is looked at: bytes are still text.
struct Cell(Value);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor).map(Self)
    }
}

struct CellVisitor;

impl Visitor<'_> for CellVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("null, an integer or a text")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Integer).map_err(|_| E::custom("an integer of more than 63 bits"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }
}
