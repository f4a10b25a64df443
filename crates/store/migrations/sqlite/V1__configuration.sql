-- Configuration: applications, endpoints with their secrets, event types, idempotency keys, the store's own facts.
--
-- Rules of this folder
-- * Expand first, contract later. A release may add what the release before it can ignore: a table, an index, a
--   column with a default. What nobody reads any more is dropped one release later, so that a binary can always be
--   put back by one release.
-- * A released file is never edited: its checksum is in the database, and another text is refused at start.
-- * Each run is one transaction: all of it or nothing.
-- * A new file is listed in src/backends/sqlite/core/schema.rs.
--
-- Times are milliseconds since the Unix epoch. `seq` is the time-ordered key inside a public id; the rest of the id
-- is derived from it. Columns that hold JSON hold what the server wrote, never what a caller sent unread. BLOB
-- columns called `headers` and `secret` are sealed: bound to table, row and column.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE application (
    seq           INTEGER PRIMARY KEY,
    org           TEXT NOT NULL,
    uid           TEXT,
    name          TEXT NOT NULL,
    throttle_rate INTEGER,
    metadata      TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;

-- Lists by id: SQLite appends the row's key to every index, so this is (org, seq).
CREATE INDEX application_org ON application (org);
CREATE UNIQUE INDEX application_uid ON application (org, uid) WHERE uid IS NOT NULL;

CREATE TABLE endpoint (
    seq           INTEGER PRIMARY KEY,
    app           INTEGER NOT NULL REFERENCES application (seq) ON DELETE CASCADE,
    uid           TEXT,
    url           TEXT NOT NULL,
    description   TEXT NOT NULL,
    throttle_rate INTEGER,
    disabled      INTEGER NOT NULL,
    event_types   TEXT,
    channels      TEXT,
    metadata      TEXT NOT NULL,
    headers       BLOB,
    failing_since INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;

-- Lists by id, matching, and the cascade from applications: (app, seq).
CREATE INDEX endpoint_app ON endpoint (app);
CREATE UNIQUE INDEX endpoint_uid ON endpoint (app, uid) WHERE uid IS NOT NULL;

-- Position 0 is the secret that signs now; the others are older and expire.
CREATE TABLE endpoint_secret (
    endpoint   INTEGER NOT NULL REFERENCES endpoint (seq) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    secret     BLOB NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (endpoint, position)
) STRICT, WITHOUT ROWID;

-- Keys are never reused, so that an idempotency key cannot answer with a namesake made later.
CREATE TABLE event_type (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    org           TEXT NOT NULL,
    name          TEXT NOT NULL,
    description   TEXT NOT NULL,
    archived      INTEGER NOT NULL,
    deprecated    INTEGER NOT NULL,
    schemas       TEXT,
    group_name    TEXT,
    feature_flags TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX event_type_name ON event_type (org, name);
-- The usual list hides archived types; it must not walk over them.
CREATE INDEX event_type_live ON event_type (org, name) WHERE archived = 0;

-- Rows come and go in the order of `seq`, so that its span bounds their number without counting them.
CREATE TABLE idempotency (
    seq        INTEGER PRIMARY KEY,
    key        BLOB NOT NULL,
    request    BLOB NOT NULL,
    kind       INTEGER NOT NULL,
    object     INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX idempotency_key ON idempotency (key);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
