-- Where in a body stands what deliveries are kept in order by: a JSON Pointer. NULL keeps no order.

ALTER TABLE endpoint ADD COLUMN ordering_key TEXT;
