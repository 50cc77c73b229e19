-- One relation as JSON, for the catalog reads of the feed and, unchanged, inside the event trigger:
-- what the trigger wrote can so be compared with what the catalog says, field by field.
-- Generated columns are only named by number: the log does not carry them.
SELECT jsonb_strip_nulls(jsonb_build_object(
  'id', c.oid::bigint::text,
  'schema', n.nspname,
  'name', c.relname,
  'identity', c.relreplident,
  'key', coalesce((
    SELECT jsonb_agg(k.attnum ORDER BY k.place)
    FROM (
      SELECT i.indkey, i.indnkeyatts
      FROM pg_catalog.pg_index i
      WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
        AND CASE c.relreplident
          WHEN 'd' THEN i.indisprimary
          WHEN 'i' THEN i.indisreplident
          WHEN 'f' THEN NOT EXISTS (
            SELECT FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull)
          ELSE false END
      ORDER BY i.indisprimary DESC, i.indexrelid
      LIMIT 1) x,
      LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, place)
    WHERE k.place <= x.indnkeyatts), '[]'::jsonb),
  'generated', (
    SELECT jsonb_agg(a.attnum ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> ''),
  'columns', coalesce((
    SELECT jsonb_agg(jsonb_build_object(
      'num', a.attnum,
      'name', a.attname,
      'oid', a.atttypid::bigint,
      'mod', a.atttypmod,
      'type',
        CASE WHEN tn.nspname = 'pg_catalog' THEN t.typname ELSE tn.nspname || '.' || t.typname END
          || CASE WHEN e.oid IS NULL THEN '' ELSE '[]' END,
      'labels', CASE WHEN e.oid IS NULL AND t.typtype = 'e' THEN (
        SELECT jsonb_agg(
          jsonb_build_object('id', l.oid::bigint::text, 'name', l.enumlabel)
          ORDER BY l.enumsortorder)
        FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid) ELSE NULL END,
      'required', a.attnotnull,
      'fill', CASE
        WHEN a.attidentity <> '' THEN 'VOLATILE'
        -- Not pg_depend: it does not record built-in functions.
        WHEN EXISTS (
          SELECT FROM pg_catalog.pg_attrdef d,
            LATERAL regexp_matches(d.adbin::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') AS f(id)
            JOIN pg_catalog.pg_proc p ON p.oid = f.id[1]::oid
          WHERE d.adrelid = c.oid AND d.adnum = a.attnum AND p.provolatile = 'v') THEN 'VOLATILE'
        WHEN a.atthasdef OR a.atthasmissing THEN 'CONSTANT'
        ELSE 'NONE' END,
      'missing', CASE WHEN a.atthasmissing
        THEN (a.attmissingval::text::text[])[1] ELSE NULL END,
      'comment', col_description(c.oid, a.attnum::int)) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type e ON e.oid = at.typelem AND at.typcategory = 'A'
      JOIN pg_catalog.pg_type t ON t.oid = coalesce(e.oid, at.oid)
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
    '[]'::jsonb)))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = {oid}
