-- Scripts of endpoints that change each message on its way.
--
-- Sealed JSON: code, switch, variables and the time of the last change, bound to table, row and column. NULL for an
-- endpoint that never had one.

ALTER TABLE endpoint ADD COLUMN transformation BLOB;
