//! The two statements of an endpoint, built once from checked identifiers. Values are always parameters.

use super::config::Column;
use super::identifier::Table;

/// Whose SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    Mysql,
    Sqlite,
}

impl Dialect {
    pub(super) fn of_url(url: &str) -> Self {
        match url.split(':').next() {
            Some("mysql" | "mariadb") => Self::Mysql,
            Some("sqlite") => Self::Sqlite,
            _ => Self::Postgres,
        }
    }

    pub(super) const fn quote(self) -> char {
        match self {
            Self::Mysql => '`',
            Self::Postgres | Self::Sqlite => '"',
        }
    }

    fn parameter(self, number: usize) -> String {
        match self {
            Self::Postgres => format!("${number}"),
            Self::Mysql => "?".to_owned(),
            Self::Sqlite => format!("?{number}"),
        }
    }
}

/// SQL text and which columns are its parameters, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) parameters: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statements {
    pub(super) upsert: Statement,
    pub(super) delete: Statement,
}

impl Statements {
    pub(super) fn build(
        dialect: Dialect,
        table: &Table,
        columns: &[Column],
        newer_wins: Option<usize>,
    ) -> Self {
        Self {
            upsert: upsert(dialect, table, columns, newer_wins),
            delete: delete(dialect, table, columns, newer_wins),
        }
    }
}

fn upsert(dialect: Dialect, table: &Table, columns: &[Column], newer_wins: Option<usize>) -> Statement {
    let names: Vec<_> = columns.iter().map(|column| column.name.quoted(dialect)).collect();
    let parameters: Vec<_> = (1..=columns.len()).map(|number| dialect.parameter(number)).collect();
    let insert = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table.quoted(dialect),
        names.join(", "),
        parameters.join(", ")
    );
    let text = match dialect {
        Dialect::Mysql => {
            format!("{insert} ON DUPLICATE KEY UPDATE {}", mysql_update(columns, &names, newer_wins))
        }
        _ => format!("{insert} {}", on_conflict(dialect, table, columns, &names, newer_wins)),
    };
    Statement { text, parameters: (0..columns.len()).collect() }
}

fn on_conflict(
    dialect: Dialect,
    table: &Table,
    columns: &[Column],
    names: &[String],
    newer_wins: Option<usize>,
) -> String {
    let named = || columns.iter().zip(names);
    let key: Vec<_> = named().filter(|(column, _)| column.is_key).map(|(_, name)| name.clone()).collect();
    let set: Vec<_> = named()
        .filter(|(column, _)| !column.is_key)
        .map(|(_, name)| format!("{name} = excluded.{name}"))
        .collect();
    if set.is_empty() {
        return format!("ON CONFLICT ({}) DO NOTHING", key.join(", "));
    }
    let update = format!("ON CONFLICT ({}) DO UPDATE SET {}", key.join(", "), set.join(", "));
    match newer_wins.map(|index| &names[index]) {
        Some(newer) => {
            let stored = format!("{}.{newer}", table.name.quoted(dialect));
            format!("{update} WHERE {stored} IS NULL OR {stored} < excluded.{newer}")
        }
        None => update,
    }
}

/// MySQL has no condition on the update as a whole, so each column carries it. Assignments run from left to right, so
/// the deciding column is assigned last.
fn mysql_update(columns: &[Column], names: &[String], newer_wins: Option<usize>) -> String {
    let mut order: Vec<_> = (0..columns.len()).filter(|index| !columns[*index].is_key).collect();
    order.sort_by_key(|index| Some(*index) == newer_wins);
    let assign = |index: usize| {
        let name = &names[index];
        match newer_wins.map(|newer| &names[newer]) {
            Some(newer) => {
                format!("{name} = IF({newer} IS NULL OR {newer} < VALUES({newer}), VALUES({name}), {name})")
            }
            None => format!("{name} = VALUES({name})"),
        }
    };
    match order.is_empty() {
        true => columns
            .iter()
            .zip(names)
            .find(|(column, _)| column.is_key)
            .map_or_else(String::new, |(_, name)| format!("{name} = {name}")),
        false => order.into_iter().map(assign).collect::<Vec<_>>().join(", "),
    }
}

/// A deletion is the end of a row's story, so on a tie it wins.
fn delete(dialect: Dialect, table: &Table, columns: &[Column], newer_wins: Option<usize>) -> Statement {
    let keys = columns.iter().enumerate().filter(|(_, column)| column.is_key);
    let mut parameters: Vec<_> = keys.map(|(index, _)| index).collect();
    let mut conditions: Vec<_> = parameters
        .iter()
        .enumerate()
        .map(|(position, index)| {
            format!("{} = {}", columns[*index].name.quoted(dialect), dialect.parameter(position + 1))
        })
        .collect();
    if let Some(index) = newer_wins {
        parameters.push(index);
        let name = columns[index].name.quoted(dialect);
        conditions.push(format!("({name} IS NULL OR {name} <= {})", dialect.parameter(parameters.len())));
    }
    Statement {
        text: format!("DELETE FROM {} WHERE {}", table.quoted(dialect), conditions.join(" AND ")),
        parameters,
    }
}
