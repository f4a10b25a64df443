-- Sources that fetch their events. The feed's configuration holds credentials, so it lies in `sealed` with the token;
-- `feeds` only says that there is one.

ALTER TABLE source ADD COLUMN feeds INTEGER NOT NULL DEFAULT 0;

-- What is fetched is found at start without a look at the other sources.
CREATE INDEX source_feeds ON source (feeds) WHERE feeds = 1;
