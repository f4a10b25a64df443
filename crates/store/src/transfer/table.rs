//! Which rows make a store: the one list that export, import and their checks go by.
//!
//! The order is that of the import: what others refer to comes first. A new column of a backend's tables that holds
//! what users would miss gets its line here.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An integer of up to 64 bits.
    Integer,
    /// 0 or 1.
    Flag,
    /// UTF-8.
    Text,
    /// Bytes: digests, packed contents, sealed values.
    Bytes,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, in every backend.
    pub name: &'static str,
    /// What it holds, or null.
    pub kind: Kind,
}

/// A table of the archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, in every backend.
    pub name: &'static str,
    /// Its columns, as rows have them.
    pub columns: &'static [Column],
    /// Whether its rows are history: told apart by the time in their keys.
    pub is_history: bool,
    /// The column with the time-ordered key, if that is what the rows are told apart by.
    pub key: Option<usize>,
}

impl Table {
    /// The columns' names, as a statement lists them.
    #[must_use]
    pub fn names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    /// The table of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        TABLES.iter().copied().find(|table| table.name == name)
    }
}

macro_rules! columns {
    ($($name:ident $kind:ident),* $(,)?) => {
        &[$(Column { name: stringify!($name), kind: Kind::$kind }),*]
    };
}

/// Applications, those that sources own too.
static APPLICATION: Table = Table {
    name: "application",
    columns: columns![
        seq Integer, org Text, uid Text, name Text, throttle_rate Integer, metadata Text, created_at Integer, updated_at Integer,
        version Integer, kind Integer,
    ],
    is_history: false,
    key: Some(0),
};

/// Endpoints; headers, destinations and transformations are sealed.
static ENDPOINT: Table = Table {
    name: "endpoint",
    columns: columns![
        seq Integer, app Integer, uid Text, url Text, description Text, throttle_rate Integer, ordering_key Text, disabled Flag,
        event_types Text, channels Text, filter Text, metadata Text, headers Bytes, destination Bytes,
        transformation Bytes, failing_since Integer, created_at Integer, updated_at Integer, version Integer,
    ],
    is_history: false,
    key: Some(0),
};

/// Secrets of endpoints, sealed.
static ENDPOINT_SECRET: Table = Table {
    name: "endpoint_secret",
    columns: columns![endpoint Integer, position Integer, secret Bytes, expires_at Integer],
    is_history: false,
    key: None,
};

/// The catalogue.
static EVENT_TYPE: Table = Table {
    name: "event_type",
    columns: columns![
        seq Integer, org Text, name Text, description Text, archived Flag, deprecated Flag, schemas Text, group_name Text,
        feature_flags Text, created_at Integer, updated_at Integer, version Integer,
    ],
    is_history: false,
    key: None,
};

/// Sources; token, secrets and feed are sealed.
static SOURCE: Table = Table {
    name: "source",
    columns: columns![
        seq Integer, app Integer, org Text, uid Text, name Text, provider Text, token_hash Bytes, sealed Bytes, settings Text,
        metadata Text, created_at Integer, updated_at Integer, version Integer, feeds Flag,
    ],
    is_history: false,
    key: Some(0),
};

/// Idempotency keys of configuration calls.
static IDEMPOTENCY: Table = Table {
    name: "idempotency",
    columns: columns![seq Integer, key Bytes, request Bytes, kind Integer, object Integer, expires_at Integer],
    is_history: false,
    key: None,
};

/// Messages with their payloads; `body` null: erased.
pub static MESSAGE: Table = Table {
    name: "message",
    columns: columns![
        seq Integer, app Integer, event_type Text, uid Text, channels Text, tags Text, deliver_at Integer, expires_at Integer,
        targets Bytes, hops Integer, content_type Text, plain_bytes Integer, body Bytes, params Text,
    ],
    is_history: true,
    key: Some(0),
};

/// Receipts; heads are sealed.
pub static RECEIPT: Table = Table {
    name: "receipt",
    columns: columns![seq Integer, source Integer, outcome Integer, head Bytes, plain_bytes Integer, body Bytes],
    is_history: true,
    key: Some(0),
};

/// Attempts; `response` null: erased.
pub static ATTEMPT: Table = Table {
    name: "attempt",
    columns: columns![
        seq Integer, msg Integer, ep Integer, number Integer, trigger Integer, status Integer, code Integer, duration_ms Integer, url Text,
        next_due Integer, response Bytes,
    ],
    is_history: true,
    key: Some(0),
};

/// Keys that make a message come but once, a row per key. `kind` 0: idempotency, 1: de-duplication of sources, 2: event
/// ids. `born`: a key of the time at which it was used, which its window is counted from.
static MESSAGE_KEY: Table = Table {
    name: "message_key",
    columns: columns![born Integer, key Bytes, request Bytes, msg Integer, kind Integer],
    is_history: true,
    key: Some(0),
};

/// Deliveries that wait, those too that were only in a server's memory.
static SCHEDULE: Table = Table {
    name: "schedule",
    columns: columns![msg Integer, ep Integer, due Integer, tries Integer, trigger Integer],
    is_history: true,
    key: Some(0),
};

/// All tables, in the order in which they are imported.
pub static TABLES: &[&Table] = &[
    &APPLICATION,
    &ENDPOINT,
    &ENDPOINT_SECRET,
    &EVENT_TYPE,
    &SOURCE,
    &IDEMPOTENCY,
    &MESSAGE,
    &RECEIPT,
    &ATTEMPT,
    &MESSAGE_KEY,
    &SCHEDULE,
];
