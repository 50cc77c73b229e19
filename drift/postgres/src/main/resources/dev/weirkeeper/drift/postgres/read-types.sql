-- The types of a table's columns and all that these are made of: domains of their base, arrays of
-- their elements. An array is one by its output function, which nobody can lend to another type.
WITH RECURSIVE needed(oid) AS (
  SELECT a.atttypid FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT part.oid
  FROM needed n JOIN pg_catalog.pg_type t ON t.oid = n.oid,
    LATERAL (VALUES (t.typbasetype), (t.typelem)) AS part(oid)
  WHERE part.oid <> 0)
SELECT t.oid::bigint::text, s.nspname, t.typname, t.typtype::text, t.typbasetype::bigint::text,
  CASE WHEN t.typoutput = 'pg_catalog.array_out'::regproc THEN t.typelem ELSE 0 END::bigint::text
FROM needed n JOIN pg_catalog.pg_type t ON t.oid = n.oid
  JOIN pg_catalog.pg_namespace s ON s.oid = t.typnamespace
