-- The Weirkeeper boundary, version 1: roles, schema wk, and the functions through which tables are changed.
--
-- Run by the owner of the database, once in each database; again does no harm:
--     psql -X -1 -v ON_ERROR_STOP=1 -d DATABASE -f boundary-1.sql
-- or PostgresBoundary.install(connection). PostgreSQL 14 to 18. A superuser may run it, or a role that owns the
-- database and has CREATEROLE. Afterwards give the logins passwords (\password wk_change) or certificates.
--
-- What holds then, with any program behind the logins: nobody who is logged in as one of them can drop, empty, rename,
-- detach, hand over or unlog a table, nor narrow or drop a column.
--     wk_owner    owns the tables that are in the care of Weirkeeper. Nobody logs in as it, nobody is a member of it.
--     wk_rows     SELECT, INSERT, UPDATE, DELETE on those tables. Deletes have a budget. Nothing in schema wk.
--     wk_change   EXECUTE on wk.change and wk.create_table: typed changes, never SQL. No rows.
--     wk_approve  EXECUTE on wk.approve and wk.revoke: a person's channel, whose password no host has. To name the
--                 persons, grant it to their logins.
--     wk_read     SELECT, read-only and with time-outs.
--
-- Refusals carry a SQLSTATE of their own and never a value of a row:
--     WK000 wrong login            WK004 needs an approval        WK008 a value would be changed
--     WK001 not in our care        WK005 type not allowed         WK009 the table does not permit it
--     WK002 changed meanwhile      WK006 not a widening           WK010 afterwards not as it should be
--     WK003 budget spent           WK007 name not allowed         WK011 input not understood
--     WK012 cannot be taken into care (for the administrator)     42501 delete budget spent

-- No function of others may stand in for one of PostgreSQL's.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $$ BEGIN
  IF current_setting('search_path') <> 'pg_catalog, pg_temp' THEN
    RAISE EXCEPTION 'wk: run this script in one transaction: psql -1';
  END IF;
END $$;
SELECT pg_advisory_xact_lock(6273881523647712);

-- 1. Roles. They belong to the whole cluster, so they may be there already. --------------------------------------------

DO $roles$
DECLARE
  wanted record;
  there record;
BEGIN
  IF current_setting('server_version_num')::int < 140000 THEN
    RAISE EXCEPTION 'wk: needs PostgreSQL 14 or later';
  END IF;
  IF NOT (SELECT pg_has_role(current_user, d.datdba, 'USAGE') FROM pg_database d WHERE d.datname = current_database()) THEN
    RAISE EXCEPTION 'wk: run this as the owner of database % or as a superuser', current_database();
  END IF;
  IF to_regnamespace('wk') IS NOT NULL AND to_regclass('wk.installed') IS NULL THEN
    RAISE EXCEPTION 'wk: there is a schema wk of somebody else; rename it first';
  END IF;
  FOR wanted IN
    SELECT * FROM (VALUES ('wk_owner', 'NOLOGIN'), ('wk_rows', 'LOGIN'), ('wk_change', 'LOGIN'),
                          ('wk_approve', 'LOGIN'), ('wk_read', 'LOGIN')) AS w (name, login)
  LOOP
    SELECT * INTO there FROM pg_roles r WHERE r.rolname = wanted.name;
    IF there IS NULL THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I %s NOINHERIT', wanted.name, wanted.login);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        RAISE NOTICE 'wk: role % was created from another database meanwhile', wanted.name;
      END;
    ELSIF there.rolsuper OR there.rolcreaterole OR there.rolcreatedb OR there.rolreplication OR there.rolbypassrls THEN
      RAISE EXCEPTION 'wk: there is a role % with more rights than it may have; take SUPERUSER, CREATEROLE, CREATEDB,'
        ' REPLICATION and BYPASSRLS from it', wanted.name;
    END IF;
  END LOOP;

  BEGIN
    IF NOT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
                   WHERE r.rolname = 'wk_read' AND s.setdatabase = 0) THEN
      ALTER ROLE wk_read SET default_transaction_read_only = on;
      ALTER ROLE wk_read SET statement_timeout = '5s';
      ALTER ROLE wk_read SET lock_timeout = '1s';
      ALTER ROLE wk_read SET idle_in_transaction_session_timeout = '10s';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
                   WHERE r.rolname = 'wk_change' AND s.setdatabase = 0) THEN
      ALTER ROLE wk_change SET idle_in_transaction_session_timeout = '1min';
    END IF;
  EXCEPTION WHEN internal_error OR unique_violation THEN
    -- "Tuple concurrently updated": somebody sets the same in another database of the cluster.
    RAISE NOTICE 'wk: the settings of our roles were made from another database meanwhile';
  END;

  -- An administrator who is no superuser has to be a member while he hands functions over; section 9 ends it.
  IF NOT pg_has_role(current_user, 'wk_owner', 'USAGE') THEN
    EXECUTE format('GRANT wk_owner TO %I', current_user);
  END IF;
END $roles$;

-- 2. What everybody may do in a fresh database, and must not here. ----------------------------------------------------

DO $public$
BEGIN
  -- Temporary objects could stand in for ours, and temporary domains run code of their owner.
  EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC, wk_owner, wk_rows, wk_change, wk_approve, wk_read',
                 current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO wk_rows, wk_change, wk_approve, wk_read', current_database());
  IF to_regnamespace('public') IS NOT NULL THEN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  END IF;
END $public$;

CREATE SCHEMA IF NOT EXISTS wk;
REVOKE ALL ON SCHEMA wk FROM PUBLIC;
GRANT USAGE ON SCHEMA wk TO wk_owner, wk_change, wk_approve;
GRANT CREATE ON SCHEMA wk TO wk_owner;  -- until section 9: who is handed a function must be able to create it

-- 3. Tables. The administrator owns them. -----------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS wk.installed (
  version int PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  by name NOT NULL DEFAULT current_user
);

-- Schemas in which mirrors may be created.
CREATE TABLE IF NOT EXISTS wk.managed_schema (
  schema_oid oid PRIMARY KEY,
  creates_per_hour int NOT NULL DEFAULT 200 CHECK (creates_per_hour >= 0),
  since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Tables in our care. They count only while wk_owner owns them.
CREATE TABLE IF NOT EXISTS wk.managed (
  relid oid PRIMARY KEY,
  origin text NOT NULL CHECK (origin IN ('created', 'adopted')),
  acts_per_hour int NOT NULL CHECK (acts_per_hour >= 0),
  deletes_per_hour bigint NOT NULL CHECK (deletes_per_hour >= 0),
  since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What a table gets when it comes into our care.
CREATE TABLE IF NOT EXISTS wk.limits_at_first (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  acts_per_hour int NOT NULL CHECK (acts_per_hour >= 0),
  deletes_per_hour bigint NOT NULL CHECK (deletes_per_hour >= 0)
);
INSERT INTO wk.limits_at_first (acts_per_hour, deletes_per_hour) VALUES (30, 100000) ON CONFLICT DO NOTHING;

-- What was done. A row is written in the transaction of its act, so it is there if and only if the act is.
--   action    the caller's name for the act
--   request   hash of what was asked, as wk.action_id gives it
--   may_drop  what the act itself drops, by identity: DROP NOT NULL drops a constraint from PostgreSQL 18 on
CREATE TABLE IF NOT EXISTS wk.act (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action text NOT NULL,
  request text NOT NULL,
  op text NOT NULL,
  schema_oid oid NOT NULL,
  relid oid,
  table_name text NOT NULL,
  who name NOT NULL DEFAULT session_user,
  may_drop text[] NOT NULL DEFAULT '{}',
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS act_action ON wk.act (action);
CREATE INDEX IF NOT EXISTS act_relid ON wk.act (relid, at);
CREATE INDEX IF NOT EXISTS act_xact ON wk.act (xact);

-- Approvals. At most one of a request is open; it is used once or runs out.
CREATE TABLE IF NOT EXISTS wk.approval (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request text NOT NULL,
  approver name NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires timestamptz NOT NULL,
  revoked_at timestamptz,
  used_at timestamptz,
  used_by name
);
CREATE UNIQUE INDEX IF NOT EXISTS approval_open ON wk.approval (request) WHERE revoked_at IS NULL AND used_at IS NULL;

-- Rows that were deleted, by table and hour.
CREATE TABLE IF NOT EXISTS wk.deleted (
  relid oid NOT NULL,
  hour timestamptz NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (relid, hour)
);

REVOKE ALL ON ALL TABLES IN SCHEMA wk FROM PUBLIC, wk_rows, wk_change, wk_approve, wk_read;
GRANT SELECT ON ALL TABLES IN SCHEMA wk TO wk_owner;
GRANT INSERT ON wk.managed, wk.act, wk.approval, wk.deleted TO wk_owner;
GRANT UPDATE (since) ON wk.managed, wk.managed_schema TO wk_owner;  -- to lock a row, one act at a time
GRANT UPDATE (relid, may_drop) ON wk.act TO wk_owner;
GRANT UPDATE (approver, at, expires, revoked_at, used_at, used_by) ON wk.approval TO wk_owner;
GRANT UPDATE (n) ON wk.deleted TO wk_owner;
GRANT SELECT ON wk.installed, wk.managed_schema, wk.managed, wk.act TO wk_change;
GRANT SELECT ON wk.installed, wk.managed_schema, wk.managed, wk.act, wk.approval TO wk_approve;

-- 4. Names and types. -------------------------------------------------------------------------------------------------

-- What a name looks like: two with the same skeleton are taken for one by readers who do not mind case, script or blanks at the ends.
CREATE OR REPLACE FUNCTION wk.skeleton(name text) RETURNS text
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- Cyrillic, Greek and other letters, and what they look like.
  codes constant int[] := '{1072,1074,1077,1082,1084,1085,1086,1088,1089,1090,1091,1093,1109,1110,1112,1211,1231,1281,1307,1309,945,946,947,949,953,954,957,959,961,964,965,967,305,593,609}';
  likes constant text := 'abekmhopctyxsijhldqwabyeikvoptuxiag';
BEGIN
  IF getdatabaseencoding() <> 'UTF8' THEN
    RETURN btrim(lower(name));
  END IF;
  RETURN translate(btrim(lower(normalize(name, NFKC))),
                   (SELECT string_agg(chr(u.c), '' ORDER BY u.o) FROM unnest(codes) WITH ORDINALITY AS u (c, o)), likes);
END $$;

-- Refuses what PostgreSQL would cut, and what a person cannot see.
CREATE OR REPLACE FUNCTION wk.require_name(name text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF name IS NULL OR octet_length(name) NOT BETWEEN 1 AND 63 THEN
    RAISE EXCEPTION 'wk: a name has 1 to 63 bytes' USING ERRCODE = 'WK007';
  END IF;
  IF name ~ E'[\\x01-\\x1F\\x7F]'
     OR getdatabaseencoding() = 'UTF8'
        AND name ~ E'[\\u0080-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u2800\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\U000E0000-\\U000E0FFF]' THEN
    RAISE EXCEPTION 'wk: a name holds no control characters and none that cannot be seen' USING ERRCODE = 'WK007';
  END IF;
END $$;

-- Refuses a column name that another column has, or seems to have.
CREATE OR REPLACE FUNCTION wk.require_free_column(name text, others text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM wk.require_name(name);
  IF name IN ('tableoid', 'cmax', 'xmax', 'cmin', 'xmin', 'ctid') THEN
    RAISE EXCEPTION 'wk: a column would have the name of a system column' USING ERRCODE = 'WK007';
  END IF;
  IF EXISTS (SELECT FROM unnest(others) AS o (name)
             WHERE wk.skeleton(o.name) = wk.skeleton(require_free_column.name)) THEN
    RAISE EXCEPTION 'wk: a column would have the name of another one, at least to the eye' USING ERRCODE = 'WK007';
  END IF;
END $$;

-- The arguments of an allowed type in the one form that all their spellings share. The list is closed: built-in types
-- only, by their OID. dev.weirkeeper.healing.postgres.SqlType is the same list; a test compares them.
CREATE OR REPLACE FUNCTION wk.canonical(typ oid, arg1 int, arg2 int) RETURNS int[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  b text := (SELECT t.typname FROM pg_type t WHERE t.oid = typ AND t.typnamespace = 'pg_catalog'::regnamespace);
  allowed boolean := CASE
    WHEN b IN ('bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'money', 'text', 'name', 'char', 'bytea', 'date', 'uuid',
               'json', 'jsonb', 'jsonpath', 'xml', 'inet', 'cidr', 'macaddr', 'macaddr8', 'oid', 'pg_lsn', 'tsvector',
               'tsquery', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'int4range', 'int8range', 'numrange',
               'tsrange', 'tstzrange', 'daterange', 'int4multirange', 'int8multirange', 'nummultirange', 'tsmultirange',
               'tstzmultirange', 'datemultirange') THEN arg1 IS NULL AND arg2 IS NULL
    WHEN arg1 IS NULL AND arg2 IS NOT NULL THEN false
    WHEN b IN ('varchar', 'bpchar') THEN coalesce(arg1, 1) BETWEEN 1 AND 10485760 AND arg2 IS NULL
    WHEN b IN ('bit', 'varbit') THEN coalesce(arg1, 1) BETWEEN 1 AND 83886080 AND arg2 IS NULL
    WHEN b IN ('time', 'timetz', 'timestamp', 'timestamptz', 'interval') THEN coalesce(arg1, 0) BETWEEN 0 AND 6 AND arg2 IS NULL
    WHEN b = 'numeric' THEN coalesce(arg1, 1) BETWEEN 1 AND 1000 AND coalesce(arg2, 0) BETWEEN -1000 AND 1000
    ELSE false END;
BEGIN
  IF allowed IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: the type is not one of the closed list' USING ERRCODE = 'WK005';
  END IF;
  RETURN CASE
    WHEN arg1 IS NULL THEN '{}'
    WHEN b = 'numeric' THEN ARRAY[arg1, coalesce(arg2, 0)]
    WHEN b IN ('time', 'timetz', 'timestamp', 'timestamptz', 'interval') AND arg1 = 6 THEN '{}'
    ELSE ARRAY[arg1] END;
END $$;

-- The type in SQL. Its name comes from the catalog by OID, never from the caller.
CREATE OR REPLACE FUNCTION wk.type_sql(typ oid, args int[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN t.typname = 'interval' THEN 'interval' ELSE format('%I.%I', 'pg_catalog', t.typname) END
         || CASE WHEN args = '{}' THEN '' ELSE format('(%s)', array_to_string(args, ',')) END
  FROM pg_type t WHERE t.oid = typ AND t.typnamespace = 'pg_catalog'::regnamespace
$$;

-- The arguments that a column has, in the same form.
CREATE OR REPLACE FUNCTION wk.stored_args(typ oid, modifier int) RETURNS int[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  b text := (SELECT t.typname FROM pg_type t WHERE t.oid = typ AND t.typnamespace = 'pg_catalog'::regnamespace);
  args int[] := CASE
    WHEN modifier < 0 THEN '{}'
    WHEN b IN ('varchar', 'bpchar') THEN ARRAY[modifier - 4]
    WHEN b = 'numeric' THEN ARRAY[((modifier - 4) >> 16) & 65535, (((modifier - 4) & 2047) # 1024) - 1024]
    WHEN b = 'interval' AND ((modifier >> 16) & 32767) = 32767 THEN ARRAY[modifier & 65535]
    ELSE ARRAY[modifier] END;
BEGIN
  RETURN CASE WHEN b IN ('time', 'timetz', 'timestamp', 'timestamptz', 'interval') AND args = '{6}' THEN '{}' ELSE args END;
END $$;

-- Whether type b holds every value of type a. Whatever is not known to is no widening: the answer is never NULL.
CREATE OR REPLACE FUNCTION wk.wider(a oid, a_args int[], a_array boolean, b oid, b_args int[], b_array boolean)
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- Any enum is the same to us.
  f text := (SELECT CASE WHEN t.typtype = 'e' THEN '(enum)' WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN t.typname END
             FROM pg_type t WHERE t.oid = a);
  t text := (SELECT t.typname FROM pg_type t WHERE t.oid = b AND t.typnamespace = 'pg_catalog'::regnamespace);
  is_text boolean := t = 'text' OR t = 'varchar' AND b_args = '{}';  -- without end
  whole int;  -- digits before the point
  scale int;  -- digits behind it
BEGIN
  CASE f
    WHEN 'int2' THEN whole := 5; scale := 0;
    WHEN 'int4' THEN whole := 10; scale := 0;
    WHEN 'int8' THEN whole := 19; scale := 0;
    WHEN 'numeric' THEN whole := a_args[1] - a_args[2]; scale := a_args[2];
    ELSE NULL;
  END CASE;
  RETURN coalesce(
    CASE
      WHEN a_array <> b_array OR f = t AND a_args = b_args THEN false
      WHEN f = '(enum)' OR f = 'text' THEN is_text
      WHEN f IN ('time', 'timetz', 'timestamp', 'timestamptz', 'interval') THEN
        t = f AND coalesce(b_args[1], 6) >= coalesce(a_args[1], 6)
      WHEN f = 'numeric' AND a_args = '{}' THEN false
      WHEN t = 'numeric' THEN
        whole IS NOT NULL AND (b_args = '{}' OR b_args[2] >= scale AND b_args[1] - b_args[2] >= whole)
      WHEN f = 'int2' THEN t IN ('int4', 'int8', 'float4', 'float8')
      WHEN f = 'int4' THEN t IN ('int8', 'float8')
      WHEN f = 'float4' THEN t = 'float8'
      WHEN f = 'date' THEN t = 'timestamp'
      WHEN f = 'uuid' THEN is_text OR t = 'varchar' AND b_args[1] >= 36
      WHEN f = 'varchar' THEN is_text OR t = 'varchar' AND b_args[1] >= a_args[1]
      WHEN f = 'bpchar' THEN t = 'bpchar' AND b_args[1] >= a_args[1]
      WHEN f IN ('bit', 'varbit') THEN t = 'varbit' AND (b_args = '{}' OR b_args[1] >= a_args[1])
      ELSE false END,
    false);
END $$;

-- Refuses a value that PostgreSQL takes and changes: rounds, cuts, or reads as the time of the statement.
CREATE OR REPLACE FUNCTION wk.require_exact(val text, typ oid, args int[], is_array boolean) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  b text := (SELECT t.typname FROM pg_type t WHERE t.oid = typ);
  -- A type that keeps what the text says.
  keeper text := CASE
    WHEN b = 'date' THEN 'timestamp' WHEN b IN ('time', 'timetz') THEN 'timetz'
    WHEN b IN ('timestamp', 'timestamptz') THEN 'timestamptz' WHEN b IN ('interval', 'numeric', 'bpchar') THEN b
    WHEN b IN ('bit', 'varbit') THEN 'varbit' WHEN b IN ('varchar', 'name', 'char') THEN 'text' END;
  times constant text[] := '{date,time,timetz,timestamp,timestamptz,interval,tsrange,tstzrange,daterange,tsmultirange,tstzmultirange,datemultirange}';
  brackets text := CASE WHEN is_array THEN '[]' ELSE '' END;
  same boolean := true;
BEGIN
  IF b = ANY (times) AND val ~* 'now|today|tomorrow|yesterday' THEN
    RAISE EXCEPTION 'wk: the value of existing rows is a constant, not a word for a time' USING ERRCODE = 'WK008';
  END IF;
  IF b = ANY (times) AND val ~ '[.][0-9]{7}'
     -- Dropped without a word: a date before a time of day, a time of day in a range of days, a zone where none is kept.
     OR b IN ('time', 'timetz') AND val ~* '[0-9a-z]+[-/][0-9a-z]+[-/][0-9]|[0-9]+[.][0-9]+[.]|[0-9]{8}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'
     OR b IN ('daterange', 'datemultirange') AND val ~ ':'
     OR b IN ('tsrange', 'tsmultirange') AND val ~* ':[0-9.]+ *([+-]|[a-z])' THEN
    same := false;
  ELSIF b = 'money' THEN
    same := NOT is_array AND val ~ '^[+-]?[0-9]{1,15}([.][0-9]{1,2})?$' AND val::money::numeric = val::numeric;
  ELSIF b = 'oid' THEN
    same := val !~ '-';
  ELSIF keeper IS NOT NULL THEN
    EXECUTE format('SELECT (%1$L::%2$s)::%3$s = %1$L::%3$s', val, wk.type_sql(typ, args) || brackets,
                   CASE WHEN keeper IN ('interval', 'text') THEN keeper ELSE format('%I.%I', 'pg_catalog', keeper) END || brackets)
      INTO same;
  END IF;
  IF same IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: the type does not keep the value of existing rows as it is' USING ERRCODE = 'WK008';
  END IF;
END $$;

-- 5. What a table is, and what it leans on. ---------------------------------------------------------------------------

-- Hash of all that a change may depend on; comments and defaults are not among it.
CREATE OR REPLACE FUNCTION wk.fingerprint(target_schema text, target_table text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(coalesce(
    (SELECT jsonb_build_array(
              c.oid::bigint, c.relkind, c.relpersistence, c.relispartition, c.relowner::bigint, n.nspname, c.relname,
              (SELECT jsonb_agg(jsonb_build_array(
                        a.attnum, a.attname, a.atttypid::bigint, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated,
                        (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e
                         WHERE e.enumtypid = coalesce(nullif(t.typelem, 0), t.oid))) ORDER BY a.attnum)
               FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
              (SELECT i.indkey::text FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))::text
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = target_schema AND c.relname = target_table), 'absent'), 'UTF8')), 'hex')
$$;

-- The table and its partitions, down to the last.
CREATE OR REPLACE FUNCTION wk.tree(target oid) RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE t (relid) AS (
    SELECT target UNION SELECT i.inhrelid FROM t JOIN pg_inherits i ON i.inhparent = t.relid)
  SELECT t.relid FROM t
$$;

-- Whose code may run on our behalf: superusers, the administrator who owns schema wk, and wk_owner itself.
CREATE OR REPLACE FUNCTION wk.trusts(role oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.rolsuper OR r.rolname = 'wk_owner' OR r.oid = (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'wk')
  FROM pg_roles r WHERE r.oid = role
$$;

-- Functions, operators and types of others that a change of the table might run as its owner: behind checks, defaults,
-- generated columns, indexes, statistics, triggers, policies and rules.
CREATE OR REPLACE FUNCTION wk.untrusted(target oid) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE part (classid, objid) AS (
    SELECT 'pg_class'::regclass::oid, t.relid FROM wk.tree(target) AS t (relid)
    UNION
    SELECT d.classid, d.objid
    FROM part p JOIN pg_depend d ON d.refclassid = p.classid AND d.refobjid = p.objid
    WHERE d.deptype IN ('a', 'i')
      AND d.classid IN ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass,
                        'pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_statistic_ext'::regclass)
  ), used (classid, objid) AS (
    SELECT * FROM part
    UNION
    SELECT x.classid, x.objid
    FROM used u CROSS JOIN LATERAL (
      SELECT d.refclassid AS classid, d.refobjid AS objid FROM pg_depend d
      WHERE d.classid = u.classid AND d.objid = u.objid
        AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_opclass'::regclass,
                             'pg_opfamily'::regclass)
      UNION ALL
      -- A domain holds its checks, an operator family its functions.
      SELECT d.classid, d.objid FROM pg_depend d
      WHERE u.classid IN ('pg_type'::regclass, 'pg_opfamily'::regclass)
        AND d.refclassid = u.classid AND d.refobjid = u.objid AND d.deptype IN ('a', 'i')
        AND d.classid IN ('pg_constraint'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass)
    ) AS x
  )
  SELECT DISTINCT format('%s, owned by %s', i.object, coalesce(r.rolname, i.owner::text))
  FROM (
    SELECT format('function %s', p.oid::regprocedure) AS object, p.proowner AS owner
    FROM used u JOIN pg_proc p ON u.classid = 'pg_proc'::regclass AND p.oid = u.objid
    UNION ALL
    SELECT format('operator %s', p.oid::regoperator), p.oprowner
    FROM used u JOIN pg_operator p ON u.classid = 'pg_operator'::regclass AND p.oid = u.objid
    UNION ALL
    SELECT format('type %s', p.oid::regtype), p.typowner
    FROM used u JOIN pg_type p ON u.classid = 'pg_type'::regclass AND p.oid = u.objid
    -- An enum runs nothing, nor does the row type of a table in our care.
    WHERE p.typtype <> 'e' AND coalesce((SELECT e.typtype FROM pg_type e WHERE e.oid = p.typelem), '-') <> 'e'
      AND p.typrelid NOT IN (SELECT t.relid FROM wk.tree(target) AS t (relid))
    UNION ALL
    SELECT format('operator class %I', p.opcname), p.opcowner
    FROM used u JOIN pg_opclass p ON u.classid = 'pg_opclass'::regclass AND p.oid = u.objid
    UNION ALL
    SELECT format('operator family %I', p.opfname), p.opfowner
    FROM used u JOIN pg_opfamily p ON u.classid = 'pg_opfamily'::regclass AND p.oid = u.objid
  ) AS i
  LEFT JOIN pg_roles r ON r.oid = i.owner
  WHERE wk.trusts(i.owner) IS NOT TRUE
$$;

-- Event triggers whose code is somebody else's: it would run as wk_owner whenever a table is changed.
CREATE OR REPLACE FUNCTION wk.untrusted_event_triggers() RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.evtname::text FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid
  WHERE e.evtenabled <> 'D' AND wk.trusts(p.proowner) IS NOT TRUE
$$;

-- Whether a column has this type, and whether it holds an enum of this name in the schema of its table.
CREATE OR REPLACE FUNCTION wk.has_type(target oid, col text, typ oid, args int[], is_array boolean, enum_name text)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(bool_or(
    (e.oid IS NOT NULL) = is_array
    AND CASE WHEN enum_name IS NULL THEN b.oid = typ AND wk.stored_args(b.oid, a.atttypmod) = args
             ELSE b.typtype = 'e' AND b.typname = enum_name AND b.typnamespace = c.relnamespace END), false)
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
  JOIN pg_type b ON b.oid = coalesce(e.oid, t.oid)
  WHERE a.attrelid = target AND a.attname = col AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- Whether what a change is for is the case. NULL: there is no such change.
CREATE OR REPLACE FUNCTION wk.holds(
  op text, target oid, col text, typ oid, args int[], is_array boolean, enum_name text, val text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH a AS (SELECT x.* FROM pg_attribute x WHERE x.attrelid = target AND x.attnum > 0 AND NOT x.attisdropped)
  SELECT CASE op
    WHEN 'add_column' THEN wk.has_type(target, col, typ, args, is_array, enum_name)
    WHEN 'widen' THEN wk.has_type(target, col, typ, args, is_array, NULL)
    WHEN 'drop_not_null' THEN EXISTS (SELECT FROM a WHERE a.attname = col AND NOT a.attnotnull)
    WHEN 'rename_column' THEN
      EXISTS (SELECT FROM a WHERE a.attname = val) AND NOT EXISTS (SELECT FROM a WHERE a.attname = col)
    WHEN 'add_enum_label' THEN EXISTS (
      SELECT FROM a JOIN pg_type y ON y.oid = a.atttypid JOIN pg_enum e ON e.enumtypid IN (y.oid, y.typelem)
      WHERE a.attname = col AND e.enumlabel = val)
    WHEN 'comment' THEN EXISTS (
      SELECT FROM a WHERE a.attname = col AND col_description(target, a.attnum) IS NOT DISTINCT FROM nullif(val, ''))
    END
$$;

-- 6. Acts. ------------------------------------------------------------------------------------------------------------

-- What every act begins with.
CREATE OR REPLACE FUNCTION wk.enter(act_key text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  patience int := (SELECT s.setting FROM pg_settings s WHERE s.name = 'lock_timeout');
BEGIN
  -- current_user is wk_owner by now; whoever used SET ROLE to get here still has another session_user.
  IF session_user <> 'wk_change' OR current_setting('role') NOT IN ('none', 'wk_change') THEN
    RAISE EXCEPTION 'wk: only login wk_change makes changes' USING ERRCODE = 'WK000';
  END IF;
  IF (act_key ~ '^[0-9a-f]{64}$') IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: an act is named by 64 hexadecimal digits' USING ERRCODE = 'WK011';
  END IF;
  -- A snapshot from before would hide acts that count, and show the table in a state that it had once.
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'wk: an act needs a transaction of isolation level read committed' USING ERRCODE = 'WK011';
  END IF;
  IF EXISTS (SELECT FROM wk.untrusted_event_triggers()) THEN
    RAISE EXCEPTION 'wk: an event trigger runs code of somebody who is not the administrator' USING ERRCODE = 'WK009';
  END IF;
  -- Whoever waits for a table makes all others wait behind it.
  IF patience = 0 OR patience > 3000 THEN
    PERFORM set_config('lock_timeout', '3s', true);
  END IF;
END $$;

-- Hash of what is asked, made here from the typed arguments. A table and its state are part of it, so an approval of it
-- is good for nothing else.
CREATE OR REPLACE FUNCTION wk.action_id(
  op text, target oid, col text, typ oid, arg1 int, arg2 int, is_array boolean, enum_name text, labels text[], val text,
  fingerprint text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to(jsonb_build_array(
    op, target::bigint, col, typ::bigint, arg1, arg2, is_array, enum_name, labels, val, fingerprint)::text, 'UTF8')), 'hex')
$$;

-- The request that a rename of a column, as its table is now, needs an approval of.
CREATE OR REPLACE FUNCTION wk.rename_request(target_schema text, target_table text, col text, new_name text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT wk.action_id('rename_column', c.oid, col, NULL, NULL, NULL, false, NULL, NULL, new_name,
                      wk.fingerprint(target_schema, target_table))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = target_schema AND c.relname = target_table
$$;

-- The enum type of this name in a schema, with these labels in this order. Created if it is missing.
CREATE OR REPLACE FUNCTION wk.require_enum(schema_oid oid, enum_name text, labels text[]) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted text[] := (SELECT array_agg(u.l ORDER BY u.o) FROM unnest(labels) WITH ORDINALITY AS u (l, o));
  q text := format('%I.%I', (SELECT n.nspname FROM pg_namespace n WHERE n.oid = schema_oid), enum_name);
  there record;
BEGIN
  PERFORM wk.require_name(enum_name);
  IF wanted IS NULL OR EXISTS (SELECT FROM unnest(wanted) AS u (l) WHERE u.l IS NULL OR octet_length(u.l) NOT BETWEEN 1 AND 63) THEN
    RAISE EXCEPTION 'wk: an enum has labels, each of 1 to 63 bytes' USING ERRCODE = 'WK007';
  END IF;
  SELECT t.typtype, (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
    INTO there FROM pg_type t WHERE t.typnamespace = schema_oid AND t.typname = enum_name;
  IF NOT FOUND THEN
    EXECUTE format('CREATE TYPE %s AS ENUM (%s)', q, (SELECT string_agg(quote_literal(u.l), ', ' ORDER BY u.o)
                                                      FROM unnest(wanted) WITH ORDINALITY AS u (l, o)));
  ELSIF there.typtype <> 'e' OR there.labels IS DISTINCT FROM wanted THEN
    RAISE EXCEPTION 'wk: the type exists and is no enum with these labels in this order' USING ERRCODE = 'WK009';
  END IF;
  RETURN q;
END $$;

-- Changes a table in our care. The values are typed; there is no SQL among them.
--   act_key      the caller's name for the act: 64 hexadecimal digits. The same again is found done.
--   op           add_column, widen, drop_not_null, rename_column, add_enum_label, comment
--   target, col  the table and its column
--   typ, arg1, arg2, is_array   the type of a new column, or the one to widen to: a built-in type by its OID
--   enum_name, labels           instead of typ: an enum in the schema of the table, created if it is missing
--   val          add_column: what existing rows read; rename_column: the new name; add_enum_label: the label;
--                comment: the comment
--   fingerprint  the state of the table that the caller saw, by wk.fingerprint
-- Answers 'done', or 'found' if this very act was done before and still holds.
CREATE OR REPLACE FUNCTION wk.change(
  act_key text, op text, target oid, col text, typ oid, arg1 int, arg2 int, is_array boolean, enum_name text, labels text[],
  val text, seen text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET "IntervalStyle" = 'postgres'
SET standard_conforming_strings = on SET array_nulls = on SET row_security = on AS $$
DECLARE
  care wk.managed%ROWTYPE;
  t record;          -- the table
  a record;          -- its column
  q text;            -- its name, quoted
  args int[] := '{}';
  type_sql text;
  asked text;
  act_id bigint;
  before text[];
  after text[];
  holds boolean;
BEGIN
  PERFORM wk.enter(act_key);
  IF is_array IS NULL OR length(val) > 8192 OR op IS NULL OR col IS NULL THEN
    RAISE EXCEPTION 'wk: the arguments are not those of a change' USING ERRCODE = 'WK011';
  END IF;

  -- One act at a time on a table; others wait here.
  SELECT m.* INTO care FROM wk.managed m WHERE m.relid = target FOR UPDATE;
  SELECT c.relnamespace AS schema_oid, n.nspname, c.relname INTO t
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = target AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition
    AND c.relowner = 'wk_owner'::regrole AND care.relid IS NOT NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'wk: the table is not in our care; an administrator has to adopt it' USING ERRCODE = 'WK001';
  END IF;
  q := format('%I.%I', t.nspname, t.relname);

  IF op IN ('add_column', 'widen') AND enum_name IS NULL THEN
    args := wk.canonical(typ, arg1, arg2);
    type_sql := wk.type_sql(typ, args) || CASE WHEN is_array THEN '[]' ELSE '' END;
  ELSIF op = 'widen' OR typ IS NOT NULL OR arg1 IS NOT NULL OR arg2 IS NOT NULL
        OR op <> 'add_column' AND (enum_name IS NOT NULL OR labels IS NOT NULL OR is_array) THEN
    RAISE EXCEPTION 'wk: the arguments are not those of %', quote_literal(left(op, 20)) USING ERRCODE = 'WK011';
  END IF;

  holds := wk.holds(op, target, col, typ, args, is_array, enum_name, val);
  IF holds IS NULL THEN
    RAISE EXCEPTION 'wk: there is no change %', quote_literal(left(op, 20)) USING ERRCODE = 'WK011';
  END IF;
  IF holds AND EXISTS (SELECT FROM wk.act x WHERE x.action = act_key AND x.relid = target AND x.op = change.op) THEN
    RETURN 'found';
  END IF;

  -- The state that the caller saw, held still from here on.
  EXECUTE format('LOCK TABLE %s IN %s MODE', q,
    CASE op WHEN 'comment' THEN 'SHARE UPDATE EXCLUSIVE' WHEN 'add_enum_label' THEN 'ACCESS SHARE' ELSE 'ACCESS EXCLUSIVE' END);
  IF wk.fingerprint(t.nspname, t.relname) IS DISTINCT FROM seen
     OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relname = t.relname AND c.relnamespace = t.schema_oid
                    AND c.relowner = 'wk_owner'::regrole) THEN
    RAISE EXCEPTION 'wk: the table is not as it was seen' USING ERRCODE = 'WK002';
  END IF;
  IF EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = target)
     OR EXISTS (SELECT FROM wk.tree(target) AS x (relid) JOIN pg_class c ON c.oid = x.relid
                WHERE x.relid <> target AND NOT c.relispartition) THEN
    RAISE EXCEPTION 'wk: the table inherits or is inherited from' USING ERRCODE = 'WK009';
  END IF;
  IF EXISTS (SELECT FROM wk.untrusted(target)) OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = target) THEN
    RAISE EXCEPTION 'wk: the table leans on code of somebody who is not the administrator' USING ERRCODE = 'WK009';
  END IF;
  IF (SELECT count(*) FROM wk.act x WHERE x.relid = target AND x.at > clock_timestamp() - interval '1 hour') >= care.acts_per_hour THEN
    RAISE EXCEPTION 'wk: the table has had its % acts of this hour', care.acts_per_hour USING ERRCODE = 'WK003';
  END IF;

  SELECT x.attnum, x.attnotnull, b.oid AS typ, b.typtype, b.typnamespace, b.typowner, b.typname, x.atttypmod,
         e.oid IS NOT NULL AS is_array, quote_ident(l.nspname) || '.' || quote_ident(o.collname) AS collation, o.oid AS collation_oid INTO a
  FROM pg_attribute x JOIN pg_type y ON y.oid = x.atttypid
  LEFT JOIN pg_type e ON e.oid = y.typelem AND e.typarray = y.oid
  JOIN pg_type b ON b.oid = coalesce(e.oid, y.oid)
  LEFT JOIN pg_collation o ON o.oid = x.attcollation
  LEFT JOIN pg_namespace l ON l.oid = o.collnamespace
  WHERE x.attrelid = target AND x.attname = col AND x.attnum > 0 AND NOT x.attisdropped;
  IF (a.attnum IS NULL) <> (op = 'add_column') THEN
    RAISE EXCEPTION 'wk: the column is %', CASE op WHEN 'add_column' THEN 'there already' ELSE 'not there' END USING ERRCODE = 'WK009';
  END IF;
  IF op = 'widen' AND wk.wider(a.typ, wk.stored_args(a.typ, a.atttypmod), a.is_array, typ, args, is_array) IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: the new type does not hold every value of the old one' USING ERRCODE = 'WK006';
  ELSIF op = 'widen' AND EXISTS (SELECT FROM pg_cast k WHERE k.castsource = a.typ AND k.casttarget = typ AND k.oid >= 16384) THEN
    -- It would run as the owner of the table, and give what values it likes.
    RAISE EXCEPTION 'wk: the types have a cast that is not one of PostgreSQL' USING ERRCODE = 'WK009';
  ELSIF op = 'drop_not_null' AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = target AND i.indisprimary AND a.attnum = ANY (i.indkey)) THEN
    RAISE EXCEPTION 'wk: the column belongs to the key' USING ERRCODE = 'WK009';
  ELSIF op = 'add_enum_label' AND (a.typtype = 'e' AND a.typnamespace = t.schema_oid AND a.typowner = 'wk_owner'::regrole) IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: the column has no enum type in our care in the schema of its table' USING ERRCODE = 'WK009';
  ELSIF op = 'add_enum_label' AND (octet_length(val) BETWEEN 1 AND 63) IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: a label has 1 to 63 bytes' USING ERRCODE = 'WK007';
  ELSIF op IN ('add_column', 'rename_column') THEN
    PERFORM wk.require_free_column(CASE op WHEN 'add_column' THEN col ELSE val END, ARRAY(
      SELECT x.attname::text FROM pg_attribute x
      WHERE x.attrelid = target AND x.attnum > 0 AND NOT x.attisdropped AND x.attnum IS DISTINCT FROM a.attnum));
  END IF;

  asked := wk.action_id(op, target, col, typ, arg1, arg2, is_array, enum_name, labels, val, seen);
  IF op = 'rename_column' THEN
    UPDATE wk.approval p SET used_at = clock_timestamp(), used_by = session_user
    WHERE p.request = asked AND p.used_at IS NULL AND p.revoked_at IS NULL
      AND p.expires > clock_timestamp() AND p.approver <> session_user;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'wk: needs an approval of %', asked USING ERRCODE = 'WK004';
    END IF;
  END IF;

  INSERT INTO wk.act (action, request, op, schema_oid, relid, table_name)
  VALUES (act_key, asked, op, t.schema_oid, target, t.nspname || '.' || t.relname) RETURNING id INTO act_id;

  before := ARRAY(SELECT CASE WHEN op = 'widen' AND x.attname = col THEN (x.attnum, x.attname)
                              WHEN op = 'rename_column' AND x.attname = col THEN (x.attnum, x.atttypid)
                              ELSE (x.attnum, x.attname, x.atttypid, x.atttypmod) END::text
                  FROM pg_attribute x WHERE x.attrelid = target AND x.attnum > 0 AND NOT x.attisdropped);
  BEGIN
    CASE op
      WHEN 'add_column' THEN
        IF enum_name IS NOT NULL THEN
          type_sql := wk.require_enum(t.schema_oid, enum_name, labels) || CASE WHEN is_array THEN '[]' ELSE '' END;
        END IF;
        -- No cast: text that is too long is then refused, where a cast would cut it.
        EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', q, col, type_sql)
          || CASE WHEN val IS NULL THEN '' ELSE format(' DEFAULT %L', val) END;
        IF val IS NOT NULL THEN
          IF enum_name IS NULL THEN
            PERFORM wk.require_exact(val, typ, args, is_array);
          END IF;
          UPDATE wk.act SET may_drop = ARRAY(
            SELECT (pg_identify_object('pg_attrdef'::regclass, d.oid, 0)).identity
            FROM wk.tree(target) AS x (relid) JOIN pg_attribute y ON y.attrelid = x.relid AND y.attname = col
            JOIN pg_attrdef d ON d.adrelid = x.relid AND d.adnum = y.attnum) WHERE id = act_id;
          -- Rows that are there keep the value; rows to come must never take it.
          EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', q, col);
        END IF;
      WHEN 'widen' THEN
        -- Without its collation the column would have that of the type: other values would be equal and keys lost.
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', q, col, type_sql)
          || CASE WHEN a.collation_oid <> (SELECT y.typcollation FROM pg_type y WHERE y.oid = typ) THEN ' COLLATE ' || a.collation
                  ELSE '' END;
      WHEN 'drop_not_null' THEN
        UPDATE wk.act SET may_drop = ARRAY(
          SELECT (pg_identify_object('pg_constraint'::regclass, k.oid, 0)).identity
          FROM wk.tree(target) AS x (relid) JOIN pg_attribute y ON y.attrelid = x.relid AND y.attname = col
          JOIN pg_constraint k ON k.conrelid = x.relid AND k.contype = 'n' AND k.conkey = ARRAY[y.attnum]) WHERE id = act_id;
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', q, col);
      WHEN 'rename_column' THEN
        EXECUTE format('ALTER TABLE %s RENAME COLUMN %I TO %I', q, col, val);
      WHEN 'add_enum_label' THEN
        EXECUTE format('ALTER TYPE %I.%I ADD VALUE IF NOT EXISTS %L', t.nspname, a.typname, val);
      WHEN 'comment' THEN
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', q, col, nullif(val, ''));
    END CASE;
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    IF SQLSTATE LIKE 'WK%' THEN
      RAISE;
    END IF;
    -- The message of PostgreSQL may quote a value.
    RAISE EXCEPTION 'wk: % was not done', op USING ERRCODE = SQLSTATE;
  END;

  after := ARRAY(SELECT CASE WHEN op = 'widen' AND x.attname = col THEN (x.attnum, x.attname)
                             WHEN op = 'rename_column' AND x.attname = val THEN (x.attnum, x.atttypid)
                             ELSE (x.attnum, x.attname, x.atttypid, x.atttypmod) END::text
                 FROM pg_attribute x WHERE x.attrelid = target AND x.attnum > 0 AND NOT x.attisdropped);
  IF (wk.holds(op, target, col, typ, args, is_array, enum_name, val)
      AND before <@ after AND cardinality(after) = cardinality(before) + CASE op WHEN 'add_column' THEN 1 ELSE 0 END
      AND EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relname = t.relname AND c.relnamespace = t.schema_oid
                  AND c.relowner = 'wk_owner'::regrole)) IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: afterwards the table is not as it should be' USING ERRCODE = 'WK010';
  END IF;
  RETURN 'done';
END $$;

-- What every table in our care has besides its columns.
CREATE OR REPLACE FUNCTION wk.guard_rows(target oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  q text := (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = target AND g.tgname = 'wk_deletes'
                   AND g.tgfoid = 'wk.count_deletes()'::regprocedure AND g.tgtype = 8 AND g.tgqual IS NULL) THEN
    EXECUTE format('CREATE TRIGGER wk_deletes AFTER DELETE ON %s REFERENCING OLD TABLE AS wk_gone'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION wk.count_deletes()', q);
  END IF;
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER wk_deletes', q);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO wk_rows', q);
  EXECUTE format('GRANT SELECT ON TABLE %s TO wk_read', q);
END $$;

-- Creates a mirror in a schema that the administrator allowed: nullable except for its key, no foreign keys, no checks,
-- no defaults.
--   columns      an array of objects: name; typ, arg1, arg2 or enumName, labels; isArray; comment
--   key_columns  names of the key's columns in their order
CREATE OR REPLACE FUNCTION wk.create_table(
  act_key text, target_schema text, target_table text, columns jsonb, key_columns text[], seen text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET standard_conforming_strings = on SET default_table_access_method = 'heap' SET default_tablespace = '' AS $$
DECLARE
  care wk.managed_schema%ROWTYPE;
  q text := format('%I.%I', target_schema, target_table);
  c record;
  names text[] := '{}';
  body text := '';
  act_id bigint;
  target oid;
  administrator oid := (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'wk');
BEGIN
  PERFORM wk.enter(act_key);
  IF jsonb_typeof(columns) IS DISTINCT FROM 'array' OR jsonb_array_length(columns) > 1600 OR key_columns IS NULL THEN
    RAISE EXCEPTION 'wk: the arguments are not those of a table' USING ERRCODE = 'WK011';
  END IF;

  SELECT s.* INTO care FROM wk.managed_schema s JOIN pg_namespace n ON n.oid = s.schema_oid
  WHERE n.nspname = target_schema FOR UPDATE OF s;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'wk: no tables may be created in the schema; an administrator has to allow it' USING ERRCODE = 'WK001';
  END IF;

  target := (SELECT x.oid FROM pg_class x JOIN wk.managed m ON m.relid = x.oid
             WHERE x.relnamespace = care.schema_oid AND x.relname = target_table AND x.relowner = 'wk_owner'::regrole);
  IF target IS NOT NULL AND EXISTS (SELECT FROM wk.act x WHERE x.action = act_key AND x.relid = target) THEN
    RETURN 'found';
  END IF;
  IF wk.fingerprint(target_schema, target_table) IS DISTINCT FROM seen THEN
    RAISE EXCEPTION 'wk: the table is not as it was seen' USING ERRCODE = 'WK002';
  END IF;
  PERFORM wk.require_name(target_table);
  IF EXISTS (SELECT FROM pg_class x WHERE x.relnamespace = care.schema_oid AND wk.skeleton(x.relname) = wk.skeleton(target_table)) THEN
    RAISE EXCEPTION 'wk: the table would have the name of another one, at least to the eye' USING ERRCODE = 'WK007';
  END IF;
  IF (SELECT count(*) FROM wk.act x WHERE x.schema_oid = care.schema_oid AND x.op = 'create_table'
      AND x.at > clock_timestamp() - interval '1 hour') >= care.creates_per_hour THEN
    RAISE EXCEPTION 'wk: the schema has had its % new tables of this hour', care.creates_per_hour USING ERRCODE = 'WK003';
  END IF;

  INSERT INTO wk.act (action, request, op, schema_oid, table_name)
  VALUES (act_key, encode(sha256(convert_to(jsonb_build_array('create_table', target_schema, target_table, columns, key_columns,
                                                              seen)::text, 'UTF8')), 'hex'),
          'create_table', care.schema_oid, target_schema || '.' || target_table) RETURNING id INTO act_id;
  BEGIN
    FOR c IN SELECT r.* FROM jsonb_array_elements(columns) WITH ORDINALITY AS e (v, o)
             CROSS JOIN LATERAL jsonb_to_record(e.v) AS r (
               name text, typ oid, arg1 int, arg2 int, "isArray" boolean, "enumName" text, labels text[])
             ORDER BY e.o
    LOOP
      PERFORM wk.require_free_column(c.name, names);
      names := names || c.name;
      body := body || CASE WHEN body = '' THEN '' ELSE ', ' END || format('%I ', c.name)
        || CASE WHEN c."enumName" IS NULL THEN wk.type_sql(c.typ, wk.canonical(c.typ, c.arg1, c.arg2))
                ELSE wk.require_enum(care.schema_oid, c."enumName", c.labels) END
        || CASE WHEN c."isArray" THEN '[]' ELSE '' END;
    END LOOP;
    IF NOT key_columns <@ names OR (SELECT count(DISTINCT k) < count(*) FROM unnest(key_columns) AS k) THEN
      RAISE EXCEPTION 'wk: the key names a column twice or one that is not there' USING ERRCODE = 'WK011';
    END IF;
    IF cardinality(key_columns) > 0 THEN
      body := body || format(', PRIMARY KEY (%s)', (SELECT string_agg(quote_ident(u.k), ', ' ORDER BY u.o)
                                                    FROM unnest(key_columns) WITH ORDINALITY AS u (k, o)));
    END IF;

    EXECUTE format('CREATE TABLE %s (%s)', q, body);
    target := (SELECT x.oid FROM pg_class x WHERE x.relnamespace = care.schema_oid AND x.relname = target_table);
    UPDATE wk.act SET relid = target WHERE id = act_id;
    INSERT INTO wk.managed (relid, origin, acts_per_hour, deletes_per_hour)
    SELECT target, 'created', l.acts_per_hour, l.deletes_per_hour FROM wk.limits_at_first l;
    FOR c IN SELECT r.* FROM jsonb_array_elements(columns) AS e (v)
             CROSS JOIN LATERAL jsonb_to_record(e.v) AS r (name text, comment text) WHERE r.comment <> ''
    LOOP
      EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', q, c.name, c.comment);
    END LOOP;
    PERFORM wk.guard_rows(target);
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.oid = administrator) THEN
      -- An administrator who is no superuser decides who else reads it.
      EXECUTE format('GRANT SELECT ON TABLE %s TO %s WITH GRANT OPTION', q, administrator::regrole);
    END IF;
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    IF SQLSTATE LIKE 'WK%' THEN
      RAISE;
    END IF;
    RAISE EXCEPTION 'wk: create_table was not done' USING ERRCODE = SQLSTATE;
  END;
  RETURN 'done';
END $$;

-- 7. Rows and approvals. ----------------------------------------------------------------------------------------------

-- Counts what is deleted, and stops wk_rows where the budget of the hour ends. 42501: as if the right were used up.
CREATE OR REPLACE FUNCTION wk.count_deletes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone bigint := (SELECT count(*) FROM wk_gone);
  total bigint;
BEGIN
  IF gone > 0 THEN
    INSERT INTO wk.deleted AS d (relid, hour, n) VALUES (tg_relid, date_trunc('hour', clock_timestamp(), 'UTC'), gone)
    ON CONFLICT (relid, hour) DO UPDATE SET n = d.n + excluded.n RETURNING d.n INTO total;
    IF session_user = 'wk_rows' AND total > coalesce((SELECT m.deletes_per_hour FROM wk.managed m WHERE m.relid = tg_relid), 0) THEN
      RAISE EXCEPTION 'wk: the delete budget of %.% for this hour is spent', quote_ident(tg_table_schema), quote_ident(tg_table_name)
        USING ERRCODE = '42501', HINT = 'An administrator can raise it with wk.set_limits.';
    END IF;
  END IF;
  RETURN NULL;
END $$;

-- Whether somebody may approve: login wk_approve, or a person who is a member of it.
CREATE OR REPLACE FUNCTION wk.require_approver() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF session_user IN ('wk_owner', 'wk_rows', 'wk_change', 'wk_read') OR NOT pg_has_role(session_user, 'wk_approve', 'MEMBER') THEN
    RAISE EXCEPTION 'wk: only wk_approve and its members approve' USING ERRCODE = 'WK000';
  END IF;
END $$;

-- Lets a request be carried out once, until the time is over. wk.rename_request gives the request of a rename.
CREATE OR REPLACE FUNCTION wk.approve(asked text, ttl interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM wk.require_approver();
  IF (asked ~ '^[0-9a-f]{64}$' AND clock_timestamp() + ttl > clock_timestamp()
      AND clock_timestamp() + ttl <= clock_timestamp() + interval '24 hours') IS NOT TRUE THEN
    RAISE EXCEPTION 'wk: an approval names a request by 64 hexadecimal digits and lasts at most a day' USING ERRCODE = 'WK011';
  END IF;
  INSERT INTO wk.approval AS a (request, approver, expires) VALUES (asked, session_user, clock_timestamp() + ttl)
  ON CONFLICT (request) WHERE revoked_at IS NULL AND used_at IS NULL
  DO UPDATE SET approver = excluded.approver, at = excluded.at, expires = excluded.expires;
END $$;

-- Takes an approval back that was not used yet.
CREATE OR REPLACE FUNCTION wk.revoke(asked text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM wk.require_approver();
  UPDATE wk.approval a SET revoked_at = clock_timestamp()
  WHERE a.request = asked AND a.revoked_at IS NULL AND a.used_at IS NULL;
END $$;

-- 8. For the administrator. Nobody else may execute these, and they run with his own rights. --------------------------

-- Lets mirrors be created in a schema of the administrator.
CREATE OR REPLACE FUNCTION wk.allow_schema(name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s record;
  others text;
BEGIN
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl, r.rolname INTO s
  FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'wk: schema % does not exist; create it first', quote_ident(name) USING ERRCODE = 'WK012';
  END IF;
  IF name IN ('wk', 'weirkeeper', 'information_schema') OR starts_with(name, 'pg_') THEN
    RAISE EXCEPTION 'wk: schema % holds bookkeeping', quote_ident(name) USING ERRCODE = 'WK012';
  END IF;
  IF NOT (wk.trusts(s.nspowner) AND s.rolname <> 'wk_owner' OR s.rolname = 'pg_database_owner') THEN
    RAISE EXCEPTION 'wk: schema % belongs to %, who could drop the tables in it', quote_ident(name), quote_ident(s.rolname)
      USING ERRCODE = 'WK012', HINT = format('ALTER SCHEMA %I OWNER TO the administrator.', name);
  END IF;
  SELECT string_agg(CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, ', ') INTO others
  FROM aclexplode(s.nspacl) AS x
  WHERE x.privilege_type = 'CREATE' AND x.grantee <> s.nspowner AND (x.grantee = 0 OR NOT wk.trusts(x.grantee));
  IF others IS NOT NULL THEN
    RAISE EXCEPTION 'wk: % may create objects in schema %', others, quote_ident(name)
      USING ERRCODE = 'WK012', HINT = format('REVOKE CREATE ON SCHEMA %I FROM %s.', name, others);
  END IF;
  EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO wk_owner', name);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO wk_rows, wk_read', name);
  IF NOT has_schema_privilege('wk_owner', s.oid, 'CREATE') THEN
    RAISE EXCEPTION 'wk: you may not grant CREATE on schema %', quote_ident(name)
      USING ERRCODE = 'WK012', HINT = 'Have its owner or a superuser do this.';
  END IF;
  INSERT INTO wk.managed_schema (schema_oid) VALUES (s.oid) ON CONFLICT DO NOTHING;
END $$;

-- Why a table cannot come into our care.
CREATE OR REPLACE FUNCTION wk.objections(target oid) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'it does not exist' WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target)
  UNION ALL
  SELECT unnest(array_remove(ARRAY[
    CASE WHEN c.relkind NOT IN ('r', 'p') THEN 'it is no ordinary or partitioned table' END,
    CASE WHEN c.relispartition THEN 'it is a partition: adopt the partitioned table' END,
    CASE WHEN c.relpersistence <> 'p' THEN 'it is temporary or unlogged' END,
    CASE WHEN c.reloftype <> 0 THEN 'it is of a composite type' END,
    CASE WHEN n.nspname IN ('wk', 'weirkeeper', 'information_schema') OR starts_with(n.nspname, 'pg_') THEN 'its schema holds bookkeeping' END,
    CASE WHEN NOT EXISTS (SELECT FROM wk.managed_schema s WHERE s.schema_oid = c.relnamespace)
      THEN format('its schema is not allowed yet: SELECT wk.allow_schema(%L)', n.nspname) END,
    CASE WHEN EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = target)
           OR EXISTS (SELECT FROM wk.tree(target) AS x (relid) JOIN pg_class y ON y.oid = x.relid
                      WHERE x.relid <> target AND NOT y.relispartition) THEN 'it inherits or is inherited from' END,
    CASE WHEN EXISTS (SELECT FROM wk.tree(target) AS x (relid) JOIN pg_class y ON y.oid = x.relid WHERE y.relkind NOT IN ('r', 'p'))
      THEN 'a partition of it is a foreign table' END,
    CASE WHEN EXISTS (SELECT FROM wk.tree(target) AS x (relid) JOIN pg_rewrite r ON r.ev_class = x.relid)
      THEN 'it has rules, which run with the rights of its owner' END], NULL))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target
  UNION ALL
  SELECT 'it leans on ' || u FROM wk.untrusted(target) AS u
  UNION ALL
  SELECT format('deleting or changing its rows cascades to %s by foreign key %I', k.conrelid::regclass, k.conname)
  FROM wk.tree(target) AS x (relid) JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = x.relid
  WHERE k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd')
  UNION ALL
  SELECT DISTINCT format('everybody has %s on %s: REVOKE it FROM PUBLIC', p.privilege_type, p.relid::regclass)
  FROM (
    SELECT y.oid AS relid, e.grantee, e.privilege_type
    FROM wk.tree(target) AS x (relid) JOIN pg_class y ON y.oid = x.relid CROSS JOIN LATERAL aclexplode(y.relacl) AS e
    UNION ALL
    SELECT y.attrelid, e.grantee, e.privilege_type
    FROM wk.tree(target) AS x (relid) JOIN pg_attribute y ON y.attrelid = x.relid CROSS JOIN LATERAL aclexplode(y.attacl) AS e
  ) AS p
  WHERE p.grantee = 0 AND p.privilege_type <> 'SELECT'
$$;

-- Takes a table into our care: wk_owner owns it from now on, with its partitions and the enum types of its schema that
-- it uses. Again does no harm, and takes in partitions that were added since.
CREATE OR REPLACE FUNCTION wk.adopt(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  objections text;
  part oid;
  item record;
  joined boolean := NOT pg_has_role(current_user, 'wk_owner', 'USAGE');
BEGIN
  IF joined THEN
    EXECUTE format('GRANT wk_owner TO %I', current_user);
  END IF;
  IF EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relkind IN ('r', 'p')) THEN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', target);
  END IF;
  SELECT string_agg(o, '; ') INTO objections FROM wk.objections(target) AS o;
  IF objections IS NOT NULL THEN
    RAISE EXCEPTION 'wk: table % cannot come into our care: %', target, objections USING ERRCODE = 'WK012';
  END IF;

  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relowner = 'wk_owner'::regrole) THEN
    -- What was granted to the logins by hand, column by column too.
    FOR part IN SELECT * FROM wk.tree(target) LOOP
      EXECUTE format('REVOKE ALL ON TABLE %s FROM wk_rows, wk_change, wk_approve, wk_read', part::regclass);
      FOR item IN SELECT x.attname FROM pg_attribute x WHERE x.attrelid = part AND x.attacl IS NOT NULL AND NOT x.attisdropped LOOP
        EXECUTE format('REVOKE ALL (%I) ON TABLE %s FROM wk_rows, wk_change, wk_approve, wk_read', item.attname, part::regclass);
      END LOOP;
    END LOOP;
  END IF;
  PERFORM wk.guard_rows(target);

  -- Defaults of serial columns count rows up.
  FOR item IN SELECT d.objid::regclass AS name FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
              WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = target AND d.deptype = 'a'
  LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO wk_rows', item.name);
  END LOOP;
  FOR item IN SELECT DISTINCT b.oid::regtype AS name
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
              JOIN pg_type b ON b.oid = coalesce(nullif(y.typelem, 0), y.oid)
              WHERE a.attrelid = target AND NOT a.attisdropped AND b.typtype = 'e' AND b.typnamespace = c.relnamespace
                AND b.typowner <> 'wk_owner'::regrole
  LOOP
    EXECUTE format('ALTER TYPE %s OWNER TO wk_owner', item.name);
  END LOOP;
  FOR part IN SELECT x.relid FROM wk.tree(target) AS x (relid) JOIN pg_class c ON c.oid = x.relid
              WHERE c.relowner <> 'wk_owner'::regrole
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO wk_owner', part::regclass);
  END LOOP;
  IF joined THEN
    EXECUTE format('GRANT SELECT ON TABLE %s TO %I WITH GRANT OPTION', target, current_user);
    EXECUTE format('REVOKE wk_owner FROM %I', current_user);
  END IF;
  INSERT INTO wk.managed (relid, origin, acts_per_hour, deletes_per_hour)
  SELECT target, 'adopted', l.acts_per_hour, l.deletes_per_hour FROM wk.limits_at_first l ON CONFLICT DO NOTHING;
END $$;

-- Gives a table back to somebody who may own it.
CREATE OR REPLACE FUNCTION wk.release(target regclass, new_owner name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part oid;
  item record;
  joined boolean := NOT pg_has_role(current_user, 'wk_owner', 'USAGE');
BEGIN
  IF new_owner IN ('wk_owner', 'wk_rows', 'wk_change', 'wk_approve', 'wk_read') THEN
    RAISE EXCEPTION 'wk: a table is not given to a login of ours' USING ERRCODE = 'WK012';
  END IF;
  IF joined THEN
    EXECUTE format('GRANT wk_owner TO %I', current_user);
  END IF;
  EXECUTE format('DROP TRIGGER IF EXISTS wk_deletes ON %s', target);
  FOR item IN SELECT DISTINCT b.oid AS type, b.oid::regtype AS name
              FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid JOIN pg_type b ON b.oid = coalesce(nullif(y.typelem, 0), y.oid)
              WHERE a.attrelid = target AND b.typtype = 'e' AND b.typowner = 'wk_owner'::regrole
                AND NOT EXISTS (SELECT FROM pg_attribute o JOIN wk.managed m ON m.relid = o.attrelid
                                WHERE o.attrelid <> target AND o.atttypid IN (b.oid, b.typarray) AND NOT o.attisdropped)
  LOOP
    EXECUTE format('ALTER TYPE %s OWNER TO %I', item.name, new_owner);
  END LOOP;
  FOR part IN SELECT * FROM wk.tree(target) LOOP
    EXECUTE format('REVOKE ALL ON TABLE %s FROM wk_rows, wk_change, wk_approve, wk_read', part::regclass);
    EXECUTE format('ALTER TABLE %s OWNER TO %I', part::regclass, new_owner);
  END LOOP;
  DELETE FROM wk.managed m WHERE m.relid = target;
  IF joined THEN
    EXECUTE format('REVOKE wk_owner FROM %I', current_user);
  END IF;
END $$;

-- Sets how much may happen to a table in an hour.
CREATE OR REPLACE FUNCTION wk.set_limits(target regclass, acts_per_hour int, deletes_per_hour bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE wk.managed m SET acts_per_hour = set_limits.acts_per_hour, deletes_per_hour = set_limits.deletes_per_hour
  WHERE m.relid = target;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'wk: table % is not in our care', target USING ERRCODE = 'WK001';
  END IF;
END $$;

-- Sets what tables get that come into our care from now on.
CREATE OR REPLACE FUNCTION wk.set_limits_at_first(acts_per_hour int, deletes_per_hour bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  UPDATE wk.limits_at_first l SET acts_per_hour = set_limits_at_first.acts_per_hour,
                                  deletes_per_hour = set_limits_at_first.deletes_per_hour
$$;

-- What is wrong with a login: 'refuse' is a way around the boundary, 'warn' a wall that is missing or thin.
CREATE OR REPLACE FUNCTION wk.check(login name) RETURNS TABLE (level text, what text, mend text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
  version constant int := current_setting('server_version_num');
  strong constant text := 'TRUNCATE, TRIGGER, REFERENCES' || CASE WHEN version >= 170000 THEN ', MAINTAIN' ELSE '' END;
  writes constant text := CASE login WHEN 'wk_rows' THEN '' ELSE 'INSERT, UPDATE, DELETE' END;
  shown constant text := quote_ident(login);
  may_set boolean := false;
BEGIN
  SELECT p.* INTO r FROM pg_roles p WHERE p.rolname = login;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'refuse', format('role %s does not exist', shown), 'run boundary-1.sql';
    RETURN;
  END IF;

  RETURN QUERY SELECT 'refuse', shown || ' has ' || a.name, format('ALTER ROLE %s NO%s', shown, a.name)
    FROM (VALUES ('SUPERUSER', r.rolsuper), ('CREATEROLE', r.rolcreaterole), ('CREATEDB', r.rolcreatedb),
                 ('REPLICATION', r.rolreplication), ('BYPASSRLS', r.rolbypassrls)) AS a (name, has) WHERE a.has;
  RETURN QUERY SELECT 'refuse', format('%s is a member of %I', shown, g.rolname), format('REVOKE %I FROM %s', g.rolname, shown)
    FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid;
  RETURN QUERY SELECT 'refuse', format('%I is a member of wk_owner', g.rolname), format('REVOKE wk_owner FROM %I', g.rolname)
    FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.member
    WHERE m.roleid = 'wk_owner'::regrole AND NOT g.rolsuper
      AND g.oid <> (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'wk');
  RETURN QUERY SELECT 'refuse', format('%s has %s on database %I', shown, a.name, current_database()),
      format('REVOKE %s ON DATABASE %I FROM PUBLIC, %s', a.name, current_database(), shown)
    FROM (VALUES ('CREATE'), ('TEMPORARY')) AS a (name) WHERE has_database_privilege(r.oid, current_database(), a.name);
  RETURN QUERY SELECT 'refuse', format('%s may create objects in schema %I', shown, n.nspname),
      CASE n.nspowner WHEN r.oid THEN format('ALTER SCHEMA %I OWNER TO the administrator', n.nspname)
                      ELSE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %s', n.nspname, shown) END
    FROM pg_namespace n
    WHERE n.nspname !~ '^pg_(toast|temp)' AND NOT r.rolsuper AND (n.nspowner = r.oid OR has_schema_privilege(r.oid, n.oid, 'CREATE'));
  RETURN QUERY SELECT 'refuse', format('%s owns %s objects', shown, count(*)), format('REASSIGN OWNED BY %s TO the administrator', shown)
    FROM pg_shdepend d
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o' AND d.classid <> 'pg_largeobject'::regclass
      AND d.dbid IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database()))
    HAVING count(*) > 0;
  RETURN QUERY SELECT 'refuse', format('%s has more rights on %s than it may have', shown, c.oid::regclass),
      format('REVOKE %s ON %s FROM PUBLIC, %s', concat_ws(', ', strong, nullif(writes, '')), c.oid::regclass, shown)
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      AND NOT r.rolsuper
      AND (has_table_privilege(r.oid, c.oid, strong)
           OR writes <> '' AND (has_table_privilege(r.oid, c.oid, writes) OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE')));
  RETURN QUERY SELECT 'refuse', format('%s may run %s with the rights of %I', shown, p.oid::regprocedure, o.rolname),
      format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC, %s', p.oid::regprocedure, shown)
    FROM pg_proc p JOIN pg_roles o ON o.oid = p.proowner
    WHERE p.prosecdef AND p.pronamespace <> 'wk'::regnamespace AND NOT r.rolsuper
      AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND has_schema_privilege(r.oid, p.pronamespace, 'USAGE') AND has_function_privilege(r.oid, p.oid, 'EXECUTE');
  IF version >= 150000 THEN
    EXECUTE 'SELECT has_parameter_privilege($1, ''session_replication_role'', ''SET'')' INTO may_set USING r.oid;
  END IF;
  IF may_set AND NOT r.rolsuper THEN
    RETURN QUERY SELECT 'refuse', shown || ' may switch triggers off by session_replication_role',
      'REVOKE SET ON PARAMETER session_replication_role FROM PUBLIC, ' || shown;
  END IF;

  RETURN QUERY SELECT 'refuse', format('function %s does not belong to wk_owner', p.oid::regprocedure), 'run boundary-1.sql again'
    FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'wk'::regnamespace AND p.proowner <> 'wk_owner'::regrole;
  RETURN QUERY SELECT 'refuse', format('table %s leans on %s', m.relid::regclass, u), 'give it to the administrator, or release the table'
    FROM wk.managed m JOIN pg_class c ON c.oid = m.relid CROSS JOIN LATERAL wk.untrusted(m.relid) AS u;
  RETURN QUERY SELECT 'refuse', format('event trigger %I runs code of somebody who is not the administrator', e),
      format('ALTER EVENT TRIGGER %I DISABLE', e)
    FROM wk.untrusted_event_triggers() AS e;
  RETURN QUERY SELECT 'refuse', format('deletes from table %s are not counted', c.oid::regclass), format('SELECT wk.adopt(%L)', c.oid::regclass)
    FROM wk.managed m JOIN pg_class c ON c.oid = m.relid
    WHERE c.relowner = 'wk_owner'::regrole
      AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'wk_deletes' AND t.tgenabled = 'A'
                        AND t.tgfoid = 'wk.count_deletes()'::regprocedure AND t.tgtype = 8 AND t.tgqual IS NULL);
  RETURN QUERY SELECT 'refuse', format('%s may delete from partition %s, which is not counted', shown, x.relid::regclass),
      format('REVOKE DELETE ON %s FROM PUBLIC, %s', x.relid::regclass, shown)
    FROM wk.managed m CROSS JOIN LATERAL wk.tree(m.relid) AS x (relid)
    WHERE login = 'wk_rows' AND x.relid <> m.relid AND NOT r.rolsuper AND has_table_privilege(r.oid, x.relid, 'DELETE');
  RETURN QUERY SELECT 'warn', format('table %s has partitions that are not in our care', m.relid::regclass), format('SELECT wk.adopt(%L)', m.relid::regclass)
    FROM wk.managed m JOIN pg_class c ON c.oid = m.relid
    WHERE c.relowner = 'wk_owner'::regrole
      AND EXISTS (SELECT FROM wk.tree(m.relid) AS t (relid) JOIN pg_class x ON x.oid = t.relid WHERE x.relowner <> 'wk_owner'::regrole);
  RETURN QUERY SELECT 'warn', format('schema %I belongs to %I, who could drop the tables in it', n.nspname, o.rolname),
      format('ALTER SCHEMA %I OWNER TO the administrator', n.nspname)
    FROM wk.managed_schema s JOIN pg_namespace n ON n.oid = s.schema_oid JOIN pg_roles o ON o.oid = n.nspowner
    WHERE o.rolname <> 'pg_database_owner' AND wk.trusts(o.oid) IS NOT TRUE;
  RETURN QUERY SELECT 'warn', format('event trigger %s is not in place: the second wall is missing', w.name), 'have a superuser run guard-1.sql'
    FROM (VALUES ('wk_guard_start'), ('wk_guard_drop')) AS w (name)
    WHERE NOT EXISTS (SELECT FROM pg_event_trigger t WHERE t.evtname = w.name AND t.evtenabled = 'A');
  RETURN QUERY SELECT 'warn', 'a transaction that is prepared keeps its locks for ever', 'set max_prepared_transactions = 0'
    WHERE current_setting('max_prepared_transactions')::int > 0;
  RETURN QUERY SELECT 'warn', shown || ' may create large objects', 'have a superuser run harden-1.sql'
    WHERE NOT r.rolsuper AND has_function_privilege(r.oid, 'pg_catalog.lo_create(oid)', 'EXECUTE');
END $$;

-- 9. Who may execute what. --------------------------------------------------------------------------------------------

DO $hand_over$
DECLARE
  f record;
BEGIN
  REVOKE ALL ON ALL ROUTINES IN SCHEMA wk FROM PUBLIC, wk_owner, wk_rows, wk_change, wk_approve, wk_read;
  -- What the acts call runs with the rights of wk_owner, whose functions they are.
  GRANT EXECUTE ON FUNCTION wk.skeleton(text), wk.require_name(text), wk.require_free_column(text, text[]),
    wk.canonical(oid, int, int), wk.type_sql(oid, int[]), wk.stored_args(oid, int),
    wk.wider(oid, int[], boolean, oid, int[], boolean), wk.require_exact(text, oid, int[], boolean),
    wk.fingerprint(text, text), wk.tree(oid), wk.trusts(oid), wk.untrusted(oid), wk.untrusted_event_triggers(),
    wk.has_type(oid, text, oid, int[], boolean, text), wk.holds(text, oid, text, oid, int[], boolean, text, text),
    wk.enter(text), wk.action_id(text, oid, text, oid, int, int, boolean, text, text[], text, text),
    wk.require_enum(oid, text, text[]), wk.guard_rows(oid), wk.require_approver(), wk.count_deletes() TO wk_owner;
  GRANT EXECUTE ON FUNCTION wk.change(text, text, oid, text, oid, int, int, boolean, text, text[], text, text),
    wk.create_table(text, text, text, jsonb, text[], text) TO wk_change;
  GRANT EXECUTE ON FUNCTION wk.approve(text, interval), wk.revoke(text) TO wk_approve;
  GRANT EXECUTE ON FUNCTION wk.fingerprint(text, text), wk.action_id(text, oid, text, oid, int, int, boolean, text, text[], text, text),
    wk.rename_request(text, text, text, text), wk.check(name), wk.untrusted(oid), wk.untrusted_event_triggers(), wk.tree(oid),
    wk.trusts(oid) TO wk_change, wk_approve;

  FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc p
           WHERE p.pronamespace = 'wk'::regnamespace AND p.prosecdef AND p.proowner <> 'wk_owner'::regrole
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO wk_owner', f.name);
  END LOOP;
  REVOKE CREATE ON SCHEMA wk FROM wk_owner;
  INSERT INTO wk.installed (version) VALUES (1) ON CONFLICT DO NOTHING;
  IF NOT (SELECT p.rolsuper FROM pg_roles p WHERE p.rolname = current_user) THEN
    EXECUTE format('REVOKE wk_owner FROM %I', current_user);
  END IF;
END $hand_over$;
