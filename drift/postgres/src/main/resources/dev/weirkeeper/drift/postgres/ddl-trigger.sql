-- Optional: lets the log carry DDL, so that the feed knows columns by identity without asking the
-- catalog, and sees DDL that no row follows. To be run once in the source database by a superuser.
-- The description of a relation comes from relation.sql. Messages hold structure only, never the
-- text of a statement.
CREATE SCHEMA IF NOT EXISTS weirkeeper_feed;
REVOKE ALL ON SCHEMA weirkeeper_feed FROM PUBLIC;

-- Anybody who may connect can write messages into the log. What seals ours is known to the trigger
-- and to the login of the feed only.
CREATE TABLE IF NOT EXISTS weirkeeper_feed.secret (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  value text NOT NULL
);
REVOKE ALL ON TABLE weirkeeper_feed.secret FROM PUBLIC;
INSERT INTO weirkeeper_feed.secret (value)
  VALUES (replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
  ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION weirkeeper_feed.note_ddl() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET "DateStyle" = 'ISO, MDY' SET "TimeZone" = 'UTC' SET "IntervalStyle" = 'postgres'
SET "bytea_output" = 'hex' SET "extra_float_digits" = '1'
AS $note$
DECLARE
  v_table oid;
  shape jsonb;
  gone jsonb;
  note text;
  secret text;
  here text;
BEGIN
  -- A failure here must never abort the user's DDL.
  BEGIN
    SELECT s.value INTO STRICT secret FROM weirkeeper_feed.secret s;
    -- Sealed with its transaction, so that no message counts in another one.
    here := pg_current_xact_id()::xid::text || ':';
    IF tg_event = 'sql_drop' THEN
      SELECT jsonb_agg(d.objid::bigint::text) INTO gone
      FROM pg_event_trigger_dropped_objects() d
      WHERE d.object_type = 'table' AND d.objsubid = 0 AND NOT d.is_temporary;
      IF gone IS NOT NULL THEN
        note := jsonb_build_object('dropped', gone, 'defined', '[]'::jsonb)::text;
        PERFORM pg_logical_emit_message(true, 'wk.ddl', {seal} || note);
        -- A message in a subtransaction ties with the next record and may be put behind it. The
        -- tie falls on this one instead.
        PERFORM pg_logical_emit_message(true, 'wk.pad', '');
      END IF;
      FOR v_table IN
        SELECT DISTINCT d.objid FROM pg_event_trigger_dropped_objects() d
        WHERE d.object_type = 'table column'
          AND EXISTS (SELECT FROM pg_publication_rel p WHERE p.prrelid = d.objid)
      LOOP
        shape := ({relation});
        note := jsonb_build_object('dropped', '[]'::jsonb, 'defined', jsonb_build_array(shape))::text;
        PERFORM pg_logical_emit_message(true, 'wk.ddl', {seal} || note);
        PERFORM pg_logical_emit_message(true, 'wk.pad', '');
      END LOOP;
    ELSE
      FOR v_table IN
        SELECT DISTINCT o.id FROM (
          SELECT d.objid AS id FROM pg_event_trigger_ddl_commands() d
          WHERE d.classid = 'pg_class'::regclass
          UNION ALL
          SELECT i.indrelid FROM pg_event_trigger_ddl_commands() d
            JOIN pg_index i ON i.indexrelid = d.objid
          WHERE d.classid = 'pg_class'::regclass
          UNION ALL
          SELECT a.attrelid FROM pg_event_trigger_ddl_commands() d
            JOIN pg_attribute a ON a.atttypid = d.objid AND NOT a.attisdropped
          WHERE d.classid = 'pg_type'::regclass) o
        WHERE EXISTS (SELECT FROM pg_publication_rel p WHERE p.prrelid = o.id)
      LOOP
        shape := ({relation});
        note := jsonb_build_object('dropped', '[]'::jsonb, 'defined', jsonb_build_array(shape))::text;
        PERFORM pg_logical_emit_message(true, 'wk.ddl', {seal} || note);
        PERFORM pg_logical_emit_message(true, 'wk.pad', '');
      END LOOP;
    END IF;
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'weirkeeper: this DDL was not noted in the log: %', SQLERRM;
  END;
END $note$;

DROP EVENT TRIGGER IF EXISTS weirkeeper_feed_end;
CREATE EVENT TRIGGER weirkeeper_feed_end ON ddl_command_end
  EXECUTE FUNCTION weirkeeper_feed.note_ddl();
ALTER EVENT TRIGGER weirkeeper_feed_end ENABLE ALWAYS;

DROP EVENT TRIGGER IF EXISTS weirkeeper_feed_drop;
CREATE EVENT TRIGGER weirkeeper_feed_drop ON sql_drop
  EXECUTE FUNCTION weirkeeper_feed.note_ddl();
ALTER EVENT TRIGGER weirkeeper_feed_drop ENABLE ALWAYS;
