//! The configuration: which table, which columns from where.

use std::path::{Component, Path as FilePath, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::client::{Server, SqlClient};
use super::identifier::{Identifier, Table};
use super::statement::{Dialect, Statements};
use super::value::{ColumnType, Source};
use crate::mapping::{Path, Template};
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, ServiceScheme, ServiceUrl, fields};

/// Most columns of a row.
const COLUMNS_MAX: usize = 256;
/// Most event types in `delete_on`.
const DELETE_TYPES_MAX: usize = 64;
/// Most bytes of an identifier or an event type.
const NAME_BYTES_MAX: usize = 256;

const POSTGRES_PORTS: &[u16] = &[5432];
const MYSQL_PORTS: &[u16] = &[3306];

const SCHEMES: &[ServiceScheme] = &[
    ServiceScheme { name: "postgres", port: 5432, is_tls: true, service_ports: POSTGRES_PORTS },
    ServiceScheme { name: "postgresql", port: 5432, is_tls: true, service_ports: POSTGRES_PORTS },
    ServiceScheme { name: "mysql", port: 3306, is_tls: true, service_ports: MYSQL_PORTS },
    ServiceScheme { name: "mariadb", port: 3306, is_tls: true, service_ports: MYSQL_PORTS },
];

const NAME: Form = Form::Text { bytes_max: NAME_BYTES_MAX };

const COLUMN: Form = Form::Object(&[
    Field::optional(
        "path",
        Form::Path,
        "the place in the payload that the value comes from; missing means null",
    ),
    Field::optional("template", Form::Template, "the text that the value comes from"),
    Field::optional("value", Form::Constant, "the same value for every row"),
    Field::optional("type", Form::Choice(ColumnType::NAMES), "how the value is read; default: as it stands"),
]);

pub(super) const FIELDS: &[Field] = &[
    Field::required(
        "url",
        Form::Url,
        "postgres://user:password@host:5432/database, mysql://…, mariadb://… or sqlite:file.db below the server's files directory; connections use TLS unless ?sslmode=disable is added",
    ),
    Field::required("table", NAME, "the table, with its schema where it has one: schema.table; case matters"),
    Field::required(
        "key",
        Form::List { of: &NAME, items_max: COLUMNS_MAX },
        "the columns that identify a row; the table needs a unique index on exactly these",
    ),
    Field::required(
        "columns",
        Form::Map { of: &COLUMN, entries_max: COLUMNS_MAX },
        "every column that is written, the key included, and where its value comes from",
    ),
    Field::optional(
        "newer_wins",
        NAME,
        "a column, usually of type timestamp, whose greater value wins; on a tie the row stays as it is",
    ),
    Field::optional(
        "delete_on",
        Form::List { of: &NAME, items_max: DELETE_TYPES_MAX },
        "event types that delete the row with this key instead of writing it",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "postgres://hooktide:secret@db.example.com/shop",
  "table": "public.customers",
  "key": ["id"],
  "columns": {
    "id": {"path": "$.data.object.id", "type": "text"},
    "email": {"path": "$.data.object.email"},
    "changed_at": {"path": "$.created", "type": "unix_seconds"},
    "event": {"template": "{{ event_type }}"},
    "origin": {"value": "stripe"}
  },
  "newer_wins": "changed_at",
  "delete_on": ["customer.deleted"]
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    table: String,
    key: Vec<String>,
    columns: Map<String, Value>,
    newer_wins: Option<String>,
    #[serde(default)]
    delete_on: Vec<String>,
}

#[derive(Deserialize)]
struct ColumnConfig {
    path: Option<Path>,
    template: Option<Template>,
    #[serde(rename = "type", default)]
    kind: ColumnType,
}

/// One column that is written.
pub(super) struct Column {
    pub(super) name: Identifier,
    pub(super) source: Source,
    pub(super) kind: ColumnType,
    pub(super) is_key: bool,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    let server = note(server(&config.url, policy), &mut mistakes);
    let dialect = Dialect::of_url(&config.url);
    let table = note(Table::parse(&config.table, dialect), &mut mistakes);
    let columns = columns(&config, &mut mistakes);
    let newer_wins = config.newer_wins.as_ref().and_then(|name| newer_wins(name, &columns, &mut mistakes));
    match (server, table) {
        (Some(server), Some(table)) if mistakes.is_empty() => {
            let statements = Statements::build(dialect, &table, &columns, newer_wins);
            Ok(Checked::client(SqlClient { server, table, columns, statements, delete_on: config.delete_on }))
        }
        _ => Err(mistakes),
    }
}

fn server(url: &str, policy: &Policy) -> Result<Server, ConfigMistake> {
    if let Some(file) = url.strip_prefix("sqlite:") {
        return sqlite_file(file, policy).map(Server::Sqlite);
    }
    let url = ServiceUrl::parse(url, SCHEMES, &policy.guard)?;
    let mut is_tls = true;
    for (name, value) in &url.query {
        match (name.as_str(), value.as_str()) {
            ("sslmode", "require" | "verify-full") => is_tls = true,
            ("sslmode", "disable") => is_tls = false,
            _ => {
                return Err(ConfigMistake::new(
                    "url",
                    format!("has a parameter `{name}` that is not known or has an unknown value"),
                    "use no parameters but sslmode=require (the default) or sslmode=disable",
                ));
            }
        }
    }
    if url.path.is_empty() {
        return Err(ConfigMistake::new("url", "names no database", "end it with /database"));
    }
    Ok(match url.scheme.port {
        3306 => Server::Mysql { url, is_tls },
        _ => Server::Postgres { url, is_tls },
    })
}

/// A path below the operator's directory. Links are judged when the file is opened.
fn sqlite_file(file: &str, policy: &Policy) -> Result<PathBuf, ConfigMistake> {
    let mistake = |what: &str, mend: &str| Err(ConfigMistake::new("url", what, mend));
    let Some(root) = &policy.files_root else {
        return mistake(
            "names a file, and this server allows none",
            "ask the operator to set a files directory",
        );
    };
    let file = FilePath::new(file);
    let is_below = !file.as_os_str().is_empty()
        && file.components().all(|component| matches!(component, Component::Normal(_)));
    if !is_below {
        return mistake(
            "leaves the files directory",
            "write sqlite:name.db or sqlite:folder/name.db, without ..",
        );
    }
    Ok(root.join(file))
}

fn columns(config: &Config, mistakes: &mut Vec<ConfigMistake>) -> Vec<Column> {
    for key in config.key.iter().filter(|key| !config.columns.contains_key(*key)) {
        mistakes.push(ConfigMistake::new(
            "key",
            format!("names `{key}`, which is not in columns"),
            "say in columns where its value comes from",
        ));
    }
    config.columns.iter().filter_map(|(name, value)| note(column(name, value, config), mistakes)).collect()
}

fn column(name: &str, value: &Value, config: &Config) -> Result<Column, ConfigMistake> {
    let at = format!("columns.{name}");
    let parsed: ColumnConfig = serde_json::from_value(value.clone())
        .map_err(|error| ConfigMistake::new(&at, error.to_string(), "compare it with the schema"))?;
    let constant = value.get("value");
    let source = match (parsed.path, parsed.template, constant) {
        (Some(path), None, None) => Source::Path(path),
        (None, Some(template), None) => Source::Template(template),
        (None, None, Some(constant)) => Source::Constant(constant.clone()),
        _ => {
            return Err(ConfigMistake::new(
                at,
                "needs exactly one of path, template and value",
                "keep the one that the value comes from",
            ));
        }
    };
    let is_key = config.key.iter().any(|key| key == name);
    Ok(Column { name: Identifier::parse(name, &at)?, source, kind: parsed.kind, is_key })
}

fn newer_wins(name: &str, columns: &[Column], mistakes: &mut Vec<ConfigMistake>) -> Option<usize> {
    let found = columns.iter().position(|column| column.name.as_str() == name && !column.is_key);
    if found.is_none() {
        mistakes.push(ConfigMistake::new(
            "newer_wins",
            format!("names `{name}`, which is not a column beside the key"),
            "name one of columns that is not in key",
        ));
    }
    found
}

fn note<T>(result: Result<T, ConfigMistake>, mistakes: &mut Vec<ConfigMistake>) -> Option<T> {
    result.map_err(|mistake| mistakes.push(mistake)).ok()
}
