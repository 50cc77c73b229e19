-- One relation: what decides whether it may be read, and what is said about it.
WITH RECURSIVE below(oid) AS (
  SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = ?::oid
  UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN below b ON b.oid = i.inhparent)
SELECT c.relkind::text, c.relpersistence::text, c.relrowsecurity::text,
  EXISTS (
    SELECT FROM pg_catalog.pg_rewrite w
    WHERE w.ev_class = c.oid AND w.ev_type = '1' AND c.relkind <> 'm')::text,
  EXISTS (
    SELECT FROM below b JOIN pg_catalog.pg_class f ON f.oid = b.oid
    WHERE f.relkind NOT IN ('r', 'p'))::text,
  (pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
    AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))::text,
  (SELECT CASE WHEN min(s.reltuples) >= 0 THEN sum(s.reltuples)::bigint::text ELSE '' END
    FROM pg_catalog.pg_class s
    WHERE s.relkind <> 'p' AND (s.oid = c.oid OR s.oid IN (SELECT b.oid FROM below b))),
  coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '')
FROM pg_catalog.pg_class c WHERE c.oid = ?::oid
