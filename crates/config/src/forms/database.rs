//! The URL of the store.

use std::path::PathBuf;

use super::{Form, Wrong};
use crate::{DatabaseUrl, PostgresDatabase, SecretText, SqliteDatabase};

/// The URL of the store. A path of SQLite is taken literally, without escapes; what else a PostgreSQL URL says is judged
/// by the store.
pub(crate) struct Database;

/// How a user is told what works.
const DATABASE_HELP: &str = "write `sqlite://` and a path, as in `sqlite://hooktide-data/hooktide.db` (relative) or \
    `sqlite:///var/lib/hooktide/hooktide.db` (absolute), or `postgres://user:password@host:5432/database`";
/// The same for PostgreSQL.
const POSTGRES_HELP: &str = "write `postgres://user:password@host:5432/database`";
const TLS_MODES: [&str; 5] = ["disable", "prefer", "require", "verify-ca", "verify-full"];
const REDACTED: &str = "[redacted]";

impl Form for Database {
    type Out = DatabaseUrl;

    /// No message quotes the text: a database URL may carry a password.
    fn parse(&self, text: &str) -> Result<DatabaseUrl, Wrong> {
        if let Some(rest) = postgres_rest(text) {
            return parse_postgres(text, rest).map(DatabaseUrl::Postgres);
        }
        let Some(path) = text.strip_prefix("sqlite://") else {
            return Err(Wrong::new("is neither a `sqlite://` nor a `postgres://` URL", DATABASE_HELP));
        };
        parse_sqlite(path).map(DatabaseUrl::Sqlite)
    }

    fn describe(&self) -> String {
        "`sqlite://` and the path of a file, or a `postgres://` URL".to_owned()
    }

    fn shown(&self, text: &str) -> String {
        shown_database(text)
    }
}

/// A database URL without its password, wherever that stands.
pub(crate) fn shown_database(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://").filter(|_| postgres_rest(text).is_some()) else {
        return text.to_owned();
    };
    // Up to the last `@`: a password that holds one unescaped is no reason to print the rest of it.
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((credentials, rest)) => (Some(credentials), rest),
        None => (None, rest),
    };
    let credentials = credentials.map_or_else(String::new, |text| match text.split_once(':') {
        Some((user, _)) => format!("{user}:{REDACTED}@"),
        None => format!("{text}@"),
    });
    let Some((place, query)) = rest.split_once('?') else {
        return format!("{scheme}://{credentials}{rest}");
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if name.contains("password") => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    });
    format!("{scheme}://{credentials}{place}?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn postgres_rest(text: &str) -> Option<&str> {
    text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"))
}

fn parse_sqlite(path: &str) -> Result<SqliteDatabase, Wrong> {
    if path.contains(['?', '#']) {
        return Err(Wrong::new(
            "has options after the path, which are not supported",
            "write the path alone",
        ));
    }
    if path.contains(":memory:") {
        return Err(Wrong::new("asks for a database in memory, which could keep no promise", DATABASE_HELP));
    }
    if path.is_empty() || path.ends_with(['/', '.']) {
        return Err(Wrong::new("names no file", DATABASE_HELP));
    }
    Ok(SqliteDatabase { path: PathBuf::from(path) })
}

fn parse_postgres(text: &str, rest: &str) -> Result<PostgresDatabase, Wrong> {
    if text.contains(char::is_whitespace) {
        return Err(Wrong::new("holds a space", "write `%20` for it"));
    }
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.rsplit_once('/').unwrap_or((place, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let has =
        |name: &str| query.split('&').any(|pair| pair.split_once('=').is_some_and(|(key, _)| key == name));
    if host.is_empty() && !has("host") && !has("hostaddr") {
        return Err(Wrong::new("names no host", POSTGRES_HELP));
    }
    if database.is_empty() && !has("dbname") {
        return Err(Wrong::new("names no database", POSTGRES_HELP));
    }
    let mut modes = query.split('&').filter_map(|pair| pair.strip_prefix("sslmode="));
    if modes.any(|mode| !TLS_MODES.contains(&mode)) {
        return Err(Wrong::new(
            "has an `sslmode` that is not known",
            format!("write one of {}", TLS_MODES.join(", ")),
        ));
    }
    Ok(PostgresDatabase { url: SecretText::new(text.to_owned()) })
}
