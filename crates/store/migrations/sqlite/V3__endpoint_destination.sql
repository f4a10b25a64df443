-- Endpoints whose destination is not an HTTP server.
--
-- Sealed JSON: the kind and its configuration, bound to table, row and column. NULL for HTTP, which `url` configures.
-- With a destination, `url` is what may be shown of it.

ALTER TABLE endpoint ADD COLUMN destination BLOB;
