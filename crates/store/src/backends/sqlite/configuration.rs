//! Configuration of a SQLite store: all of it is the main database's business.

use super::SqliteStore;
use crate::backends::common::forward_configuration;

forward_configuration!(SqliteStore, core);
