-- Sources. Each owns an application that only its endpoints and messages belong to: `kind` 1, which the application
-- API neither lists nor finds. `sealed` holds token and secrets; a token is looked up by its SHA-256.

ALTER TABLE application ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;

-- The list of an organisation's own applications walks over no hidden one: (org, seq) of kind 0.
CREATE INDEX application_listed ON application (org) WHERE kind = 0;

CREATE TABLE source (
    seq        INTEGER PRIMARY KEY,
    app        INTEGER NOT NULL UNIQUE REFERENCES application (seq) ON DELETE CASCADE,
    org        TEXT NOT NULL,
    uid        TEXT,
    name       TEXT NOT NULL,
    provider   TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    settings   TEXT NOT NULL,
    metadata   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT;

-- Lists by id: (org, seq).
CREATE INDEX source_org ON source (org);
CREATE UNIQUE INDEX source_uid ON source (org, uid) WHERE uid IS NOT NULL;
CREATE UNIQUE INDEX source_token ON source (token_hash);
