//! Configuration: file, environment and flags into one checked value.
//!
//! The binary calls [`load`] once at start and hands the typed [`Config`] to everything else. All of it derives from
//! one list, [`KEYS`]: the spellings of a setting in the file, the environment and on the command line, its checks,
//! the reference page and the shell completions. A new setting is one field in `settings.rs` and one entry in
//! `keys.rs`.
//!
//! What must stay true: [`resolve`] is pure (text and maps in, a value or every mistake out), a value never loses its
//! [`Origin`], and no secret is ever part of a message.

mod checks;
mod entry;
mod environment;
mod file;
mod forms;
mod key;
mod keys;
mod load;
mod mistake;
mod origin;
mod print;
mod reference;
mod resolve;
mod secret;
mod secret_file;
mod settings;
mod suggest;

#[cfg(test)]
mod tests;

pub use forms::{Wrong, format_bytes, format_duration, parse_bytes, parse_duration};
pub use key::{CONFIG_FILE_VARIABLE, Group, Key, Literal};
pub use keys::{GROUPS, KEYS};
pub use load::{CONFIG_FILE_DEFAULT, environment, find_file, load};
pub use mistake::{Mistake, Mistakes};
pub use origin::Origin;
pub use print::print_toml;
pub use reference::reference_markdown;
pub use resolve::{FileText, FlagGiven, Loaded, Preset, SecretReader, Sources, Value, resolve};
pub use secret::SecretText;
pub use secret_file::{SecretFileError, load_or_create_secret};
pub use settings::{
    ApiSettings, ClusterSettings, Config, DatabaseSettings, DatabaseUrl, DeliverySettings,
    DestinationSettings, HeaderNames, IdempotencySettings, LogFormat, LogSettings, MessageSettings,
    MetricsSettings, PostgresDatabase, ReceiveSettings, RetentionSettings, ShutdownSettings, SignatureType,
    SqliteDatabase, StorageSettings,
};
