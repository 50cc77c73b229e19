-- One relation: what decides whether it may be read, and what is said about it.
WITH RECURSIVE below(oid) AS (
  SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = ?::oid
  UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN below b ON b.oid = i.inhparent),
tree(oid) AS (SELECT ?::oid UNION SELECT b.oid FROM below b),
calling(classid, objid) AS (
  SELECT 'pg_catalog.pg_class'::regclass, t.oid FROM tree t
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, i.indexrelid
  FROM pg_catalog.pg_index i JOIN tree t ON t.oid = i.indrelid
  UNION ALL
  SELECT 'pg_catalog.pg_statistic_ext'::regclass, e.oid
  FROM pg_catalog.pg_statistic_ext e JOIN tree t ON t.oid = e.stxrelid)
SELECT c.relkind::text, c.relpersistence::text, c.relrowsecurity::text,
  EXISTS (
    SELECT FROM pg_catalog.pg_rewrite w
    WHERE w.ev_class = c.oid AND w.ev_type = '1' AND c.relkind <> 'm')::text,
  EXISTS (
    SELECT FROM below b JOIN pg_catalog.pg_class f ON f.oid = b.oid
    WHERE f.relkind NOT IN ('r', 'p'))::text,
  -- The planner works out calls with constant arguments in predicates and expressions of indexes,
  -- statistics and partition keys, whatever is asked.
  EXISTS (
    SELECT FROM calling a JOIN pg_catalog.pg_depend d
      ON d.classid = a.classid AND d.objid = a.objid
      LEFT JOIN pg_catalog.pg_operator o
        ON d.refclassid = 'pg_catalog.pg_operator'::regclass AND o.oid = d.refobjid
      JOIN pg_catalog.pg_proc f ON f.oid = CASE d.refclassid
        WHEN 'pg_catalog.pg_proc'::regclass THEN d.refobjid
        WHEN 'pg_catalog.pg_operator'::regclass THEN o.oprcode::oid END
    WHERE f.oid >= 16384 AND pg_catalog.has_function_privilege(f.oid, 'EXECUTE'))::text,
  (pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
    AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))::text,
  (SELECT CASE WHEN min(s.reltuples) >= 0 THEN sum(s.reltuples)::bigint::text ELSE '' END
    FROM pg_catalog.pg_class s
    WHERE s.relkind <> 'p' AND s.oid IN (SELECT t.oid FROM tree t)),
  coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '')
FROM pg_catalog.pg_class c WHERE c.oid = ?::oid
