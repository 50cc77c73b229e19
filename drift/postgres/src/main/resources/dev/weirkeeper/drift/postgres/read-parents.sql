-- The tables that a relation is a part of: what they hide, it hides.
WITH RECURSIVE above(oid) AS (
  SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = ?::oid
  UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN above a ON a.oid = i.inhrelid)
SELECT n.nspname, c.relname
FROM above a JOIN pg_catalog.pg_class c ON c.oid = a.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
