-- The second wall of the Weirkeeper boundary, version 1: event triggers. Needs a superuser (or whom the provider lets
-- create event triggers) and boundary-1.sql. The first wall, which is made of rights alone, holds without it.
--     psql -X -1 -v ON_ERROR_STOP=1 -d DATABASE -f guard-1.sql
-- or PostgresBoundary.installGuard(connection). Again does no harm.

-- No function of others may stand in for one of PostgreSQL's.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $$ BEGIN
  IF current_setting('search_path') <> 'pg_catalog, pg_temp' THEN
    RAISE EXCEPTION 'wk: run this script in one transaction: psql -1';
  END IF;
END $$;
SELECT pg_advisory_xact_lock(6273881523647712);

-- Our logins change nothing but from inside an act, and an act nothing but what it is for. TRUNCATE and rows are not
-- seen here: they are a matter of rights.
CREATE OR REPLACE FUNCTION wk.guard_start() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  allowed boolean := false;
BEGIN
  IF session_user NOT IN ('wk_owner', 'wk_rows', 'wk_change', 'wk_approve', 'wk_read') THEN
    RETURN;
  END IF;
  IF session_user = 'wk_change' AND current_user = 'wk_owner' THEN
    allowed := EXISTS (
      SELECT FROM wk.act a
      WHERE a.xact = pg_current_xact_id_if_assigned()
        AND tg_tag = ANY (CASE a.op
          WHEN 'create_table' THEN '{CREATE TABLE,CREATE TYPE,COMMENT,CREATE TRIGGER,ALTER TABLE,GRANT}'
          WHEN 'add_column' THEN '{ALTER TABLE,CREATE TYPE}'
          WHEN 'add_enum_label' THEN '{ALTER TYPE}'
          WHEN 'comment' THEN '{COMMENT}'
          ELSE '{ALTER TABLE}' END::text[]));
  END IF;
  IF NOT allowed THEN
    RAISE EXCEPTION 'wk guard: % is refused', tg_tag USING ERRCODE = '42501';
  END IF;
END $$;

-- Nothing goes but what the act of this transaction said before: from PostgreSQL 18 on, DROP NOT NULL drops a constraint.
CREATE OR REPLACE FUNCTION wk.guard_drop() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone record;
BEGIN
  IF session_user NOT IN ('wk_owner', 'wk_rows', 'wk_change', 'wk_approve', 'wk_read') THEN
    RETURN;
  END IF;
  FOR gone IN SELECT d.object_type, d.object_identity FROM pg_event_trigger_dropped_objects() AS d LOOP
    IF current_user = 'wk_owner' THEN
      CONTINUE WHEN EXISTS (SELECT FROM wk.act a WHERE a.xact = pg_current_xact_id_if_assigned()
                            AND gone.object_identity = ANY (a.may_drop));
    END IF;
    RAISE EXCEPTION 'wk guard: dropping a % is refused', gone.object_type USING ERRCODE = '42501';
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION wk.guard_start(), wk.guard_drop() FROM PUBLIC;

DO $guard$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger t WHERE t.evtname = 'wk_guard_start') THEN
    CREATE EVENT TRIGGER wk_guard_start ON ddl_command_start EXECUTE FUNCTION wk.guard_start();
  END IF;
  IF NOT EXISTS (SELECT FROM pg_event_trigger t WHERE t.evtname = 'wk_guard_drop') THEN
    CREATE EVENT TRIGGER wk_guard_drop ON sql_drop EXECUTE FUNCTION wk.guard_drop();
  END IF;
END $guard$;
ALTER EVENT TRIGGER wk_guard_start ENABLE ALWAYS;
ALTER EVENT TRIGGER wk_guard_drop ENABLE ALWAYS;
