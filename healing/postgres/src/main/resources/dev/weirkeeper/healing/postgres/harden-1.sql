-- What everybody may do in every PostgreSQL database, taken from everybody in this one. Optional, for a superuser: other
-- applications of the database lose it too, until it is granted to them by name.
--     psql -X -1 -v ON_ERROR_STOP=1 -d DATABASE -f harden-1.sql
-- or PostgresBoundary.harden(connection).

-- No function of others may stand in for one of PostgreSQL's.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $$ BEGIN
  IF current_setting('search_path') <> 'pg_catalog, pg_temp' THEN
    RAISE EXCEPTION 'wk: run this script in one transaction: psql -1';
  END IF;
END $$;
SELECT pg_advisory_xact_lock(6273881523647712);

-- Large objects: with them any login can fill the disk.
REVOKE EXECUTE ON FUNCTION
  pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea),
  pg_catalog.lo_put(oid, bigint, bytea), pg_catalog.lowrite(integer, bytea), pg_catalog.lo_unlink(oid),
  pg_catalog.lo_truncate(integer, integer), pg_catalog.lo_truncate64(integer, bigint)
FROM PUBLIC;

-- Messages in the log: with them any login can forge what a logical decoder takes for an event.
DO $emit$
DECLARE
  f record;
BEGIN
  FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc p
           WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = 'pg_logical_emit_message'
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.name);
  END LOOP;
END $emit$;
