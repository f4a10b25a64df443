-- Filters of endpoints: JSON, checked before it was written. NULL lets every message through.

ALTER TABLE endpoint ADD COLUMN filter TEXT;
