-- What the current login may do beyond reading tables: what it is, and of what (schema and name, or
-- nothing). No row means that it may serve agents. Works on PostgreSQL 12 and later.
WITH me AS (SELECT r.* FROM pg_catalog.pg_roles r WHERE r.rolname = current_user),
things AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%'
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'))
SELECT 'SET_ROLE' AS what, NULL::text AS schema, NULL::text AS name
  WHERE current_user <> session_user
UNION ALL SELECT 'SUPERUSER', NULL, NULL FROM me WHERE rolsuper
UNION ALL SELECT 'CREATEROLE', NULL, NULL FROM me WHERE rolcreaterole
UNION ALL SELECT 'CREATEDB', NULL, NULL FROM me WHERE rolcreatedb
UNION ALL SELECT 'REPLICATION', NULL, NULL FROM me WHERE rolreplication
UNION ALL SELECT 'BYPASSRLS', NULL, NULL FROM me WHERE rolbypassrls
UNION ALL SELECT 'MEMBER', NULL, g.rolname::text
  FROM pg_catalog.pg_auth_members m JOIN me ON m.member = me.oid
    JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
UNION ALL SELECT 'CREATE_DATABASE', NULL, NULL
  WHERE pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
UNION ALL SELECT 'TEMP', NULL, NULL
  WHERE pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP')
UNION ALL SELECT 'CREATE_SCHEMA', n.nspname::text, NULL
  FROM pg_catalog.pg_namespace n
  WHERE n.nspname NOT LIKE 'pg\_t%'
    AND pg_catalog.has_schema_privilege(n.oid, 'CREATE')
UNION ALL SELECT 'OWNER', t.nspname::text, t.relname::text FROM things t JOIN me ON t.relowner = me.oid
UNION ALL SELECT 'OWNER', n.nspname::text, NULL
  FROM pg_catalog.pg_namespace n JOIN me ON n.nspowner = me.oid
UNION ALL SELECT 'OWNER', n.nspname::text, p.proname::text
  FROM pg_catalog.pg_proc p JOIN me ON p.proowner = me.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
UNION ALL SELECT 'OWNER', n.nspname::text, y.typname::text
  FROM pg_catalog.pg_type y JOIN me ON y.typowner = me.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
  WHERE y.typelem = 0 AND NOT EXISTS (SELECT FROM things t WHERE t.oid = y.typrelid)
UNION ALL SELECT 'OWNER_DATABASE', NULL, NULL
  FROM pg_catalog.pg_database d JOIN me ON d.datdba = me.oid
  WHERE d.datname = pg_catalog.current_database()
-- CASE, because conditions joined by AND are asked in any order, and one errs for the other's kind.
UNION ALL SELECT 'WRITE', t.nspname::text, t.relname::text
  FROM things t
  WHERE CASE WHEN t.relkind = 'S'
    THEN pg_catalog.has_sequence_privilege(t.oid, 'USAGE, UPDATE')
    ELSE pg_catalog.has_table_privilege(
        t.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
      OR pg_catalog.has_any_column_privilege(t.oid, 'INSERT, UPDATE, REFERENCES') END
