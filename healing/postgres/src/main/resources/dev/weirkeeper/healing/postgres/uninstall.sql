-- Takes the Weirkeeper boundary out of a database. No table and no row is lost: what is in our care goes back to whoever
-- runs this. Run by who ran boundary-1.sql, or by a superuser where guard-1.sql was run:
--     psql -X -1 -v ON_ERROR_STOP=1 -d DATABASE -f uninstall.sql
-- or PostgresBoundary.uninstall(connection). Stop the hosts first.
--
-- Not undone: what PUBLIC lost. If applications need it: GRANT TEMPORARY ON DATABASE … TO PUBLIC. Logins that other
-- databases of the cluster use, or that own something elsewhere, stay.

-- No function of others may stand in for one of PostgreSQL's.
SET LOCAL search_path = pg_catalog, pg_temp;
DO $$ BEGIN
  IF current_setting('search_path') <> 'pg_catalog, pg_temp' THEN
    RAISE EXCEPTION 'wk: run this script in one transaction: psql -1';
  END IF;
END $$;
SELECT pg_advisory_xact_lock(6273881523647712);

DROP EVENT TRIGGER IF EXISTS wk_guard_start;
DROP EVENT TRIGGER IF EXISTS wk_guard_drop;

DO $uninstall$
DECLARE
  item record;
  superuser boolean := (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user);
BEGIN
  IF to_regclass('wk.managed') IS NULL THEN
    RAISE NOTICE 'wk: the boundary is not installed here';
    RETURN;
  END IF;
  FOR item IN SELECT c.oid::regclass AS name FROM wk.managed m JOIN pg_class c ON c.oid = m.relid
              WHERE c.relowner = 'wk_owner'::regrole
  LOOP
    PERFORM wk.release(item.name, current_user::name);
  END LOOP;

  IF NOT superuser THEN
    FOR item IN SELECT * FROM (VALUES ('wk_owner'), ('wk_rows'), ('wk_change'), ('wk_approve'), ('wk_read')) AS w (name) LOOP
      EXECUTE format('GRANT %I TO %I', item.name, current_user);
    END LOOP;
  END IF;
  -- Enum types that no table of ours uses any more, and tables that were struck off by hand.
  EXECUTE format('REASSIGN OWNED BY wk_owner TO %I', current_user);
  DROP SCHEMA wk CASCADE;
  FOR item IN SELECT * FROM (VALUES ('wk_rows'), ('wk_change'), ('wk_approve'), ('wk_read'), ('wk_owner')) AS w (name) LOOP
    -- They own nothing here any more: this takes their rights.
    EXECUTE format('REASSIGN OWNED BY %I TO %I', item.name, current_user);
    EXECUTE format('DROP OWNED BY %I', item.name);
    BEGIN
      EXECUTE format('DROP ROLE %I', item.name);
    EXCEPTION WHEN dependent_objects_still_exist THEN
      RAISE NOTICE 'wk: role % is in use in another database and stays', item.name;
      IF NOT superuser THEN
        EXECUTE format('REVOKE %I FROM %I', item.name, current_user);
      END IF;
    END;
  END LOOP;
END $uninstall$;
