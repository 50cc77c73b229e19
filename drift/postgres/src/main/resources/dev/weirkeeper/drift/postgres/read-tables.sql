-- Tables that the current login may read, of one schema or ('') of all, with those of bookkeeping
-- left out: quarantine and spool hold rows that no mask knows.
SELECT n.nspname, c.relname, c.relkind::text, c.reltuples::bigint
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND NOT c.relispartition
  AND NOT c.relrowsecurity
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> ALL (?::text[])
  AND (?::text = '' OR n.nspname = ?::text)
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
