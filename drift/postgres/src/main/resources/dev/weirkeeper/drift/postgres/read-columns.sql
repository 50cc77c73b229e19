SELECT a.attnum::text, a.attname, a.atttypid::bigint::text, a.atttypmod::text, a.attnotnull::text,
  a.attgenerated::text,
  pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')::text,
  coalesce((
    SELECT k.place::text
    FROM pg_catalog.pg_index i, LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
    WHERE i.indrelid = a.attrelid AND i.indisprimary AND k.attnum = a.attnum
      AND k.place <= i.indnkeyatts), ''),
  coalesce(pg_catalog.col_description(a.attrelid, a.attnum::int), '')
FROM pg_catalog.pg_attribute a
WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
