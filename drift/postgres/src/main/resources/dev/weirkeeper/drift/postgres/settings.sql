-- What lies around some relations, one row of JSON each. What a version of the server does not have
-- is read from rows as JSON, where a column that is not there is NULL. Expressions may quote values,
-- so they leave the server as hashes; trees of them, which name columns by number, so that a rename
-- changes none. Works on PostgreSQL 14 and later.
WITH wanted AS (
  SELECT w.id::oid AS oid, w.publication, w.name
  FROM unnest(?::bigint[], ?::text[], ?::text[]) AS w(id, publication, name))
SELECT w.oid::bigint::text, jsonb_strip_nulls(jsonb_build_object(
  'relation', c.oid::bigint::text,
  'namesake', (SELECT o.oid::bigint::text FROM pg_class o JOIN pg_namespace m ON m.oid = o.relnamespace
    WHERE m.nspname || '.' || o.relname = w.name),
  'persistence', CASE c.relpersistence WHEN 'p' THEN 'logged' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
  'owner', pg_get_userbyid(c.relowner),
  'comment', (SELECT encode(sha256(convert_to(obj_description(c.oid, 'pg_class'), 'UTF8')), 'hex')),
  'storage', pg_relation_filenode(c.oid)::text || '/' || c.xmin::text,
  'columns', (SELECT jsonb_agg(jsonb_build_object(
      'id', a.attnum::text, 'name', a.attname,
      'kind', CASE WHEN a.atthasmissing THEN 'missing' ELSE 'plain' END,
      'state', md5(concat_ws(' ', a.attname, a.atttypid, a.atttypmod)),
      'enforcement', a.xmin::text))
    FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
  'children', (SELECT jsonb_agg(jsonb_build_object(
      'id', i.inhrelid::bigint::text, 'name', kn.nspname || '.' || k.relname,
      'kind', 'child', 'state', '', 'enforcement', ''))
    FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid
      JOIN pg_namespace kn ON kn.oid = k.relnamespace
    WHERE i.inhparent = c.oid AND c.relkind = 'r'),
  'partitions', (SELECT jsonb_agg(jsonb_build_object(
      'id', t.relid::oid::bigint::text, 'name', kn.nspname || '.' || k.relname,
      -- ATTACH writes the columns of a table anew; those of a table that was made as a partition
      -- are of one command with the rest of it.
      'kind', CASE WHEN EXISTS (
          SELECT FROM pg_attribute u WHERE u.attrelid = t.relid AND u.attnum > 0
            AND u.xmin = born.xmin AND u.cmin = born.cmin)
        THEN 'made' ELSE 'attached' END,
      'state', CASE WHEN t.isleaf THEN pg_relation_filenode(t.relid)::text ELSE '' END,
      'enforcement', CASE WHEN k.reltuples > 0 THEN 'counted' ELSE 'uncounted' END))
    FROM pg_partition_tree(c.oid) t JOIN pg_class k ON k.oid = t.relid
      JOIN pg_namespace kn ON kn.oid = k.relnamespace
      JOIN pg_inherits i ON i.inhrelid = t.relid
      JOIN pg_attribute born ON born.attrelid = t.relid AND born.attname = 'tableoid'
    WHERE t.level > 0 AND c.relkind = 'p' AND NOT (to_jsonb(i) @> '{"inhdetachpending": true}')),
  'partitionKey', (SELECT md5(pg_get_partkeydef(c.oid))),
  'identity', CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing'
    WHEN 'f' THEN 'full' ELSE 'index' END,
  'identityKey', (SELECT string_agg(k.attnum::text, ',' ORDER BY k.place)
    FROM pg_index x, LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, place)
    WHERE x.indrelid = c.oid AND k.place <= x.indnkeyatts
      AND CASE c.relreplident WHEN 'd' THEN x.indisprimary WHEN 'i' THEN x.indisreplident
        WHEN 'f' THEN x.indisprimary ELSE false END),
  'member', p.oid::bigint::text || '/' || r.oid::bigint::text || '/' || p.xmin::text,
  'published', r.oid IS NOT NULL,
  'publishedColumns', btrim(regexp_replace(to_jsonb(r) ->> 'prattrs', '[^0-9]+', ',', 'g'), ','),
  'rowFilter', md5(to_jsonb(r) ->> 'prqual'),
  'operations', concat_ws(',', CASE WHEN p.pubinsert THEN 'insert' END,
    CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
    CASE WHEN p.pubtruncate THEN 'truncate' END),
  'viaRoot', p.pubviaroot::text,
  'rowSecurity', CASE WHEN NOT c.relrowsecurity THEN 'off'
    WHEN c.relforcerowsecurity THEN 'forced' ELSE 'on' END,
  'policies', (SELECT md5(string_agg(concat_ws(' ', y.polname, y.polcmd, y.polpermissive,
      y.polroles::text, regexp_replace(y.polqual::text, ':location -?[0-9]+', '', 'g'), '/',
      regexp_replace(y.polwithcheck::text, ':location -?[0-9]+', '', 'g')), ';' ORDER BY y.polname)) FROM pg_policy y WHERE y.polrelid = c.oid),
  'hides', row_security_active(c.oid)::text,
  'select', (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))::text,
  'constraints', (SELECT jsonb_agg(jsonb_build_object(
      'id', o.oid::bigint::text, 'name', o.conname,
      'kind', CASE o.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign'
        WHEN 'c' THEN 'check' ELSE 'exclusion' END,
      'state', md5(regexp_replace(pg_get_constraintdef(o.oid),
        '( NOT VALID| NOT ENFORCED| DEFERRABLE| INITIALLY DEFERRED)+$', '')),
      'enforcement', concat_ws(' ',
        CASE WHEN NOT o.convalidated THEN 'not-valid' END,
        CASE WHEN to_jsonb(o) @> '{"conenforced": false}' THEN 'not-enforced' END,
        CASE WHEN o.condeferred THEN 'deferred' WHEN o.condeferrable THEN 'deferrable' END)))
    FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype IN ('p', 'u', 'f', 'c', 'x')),
  'indexes', (SELECT jsonb_agg(jsonb_build_object(
      'id', x.indexrelid::bigint::text, 'name', k.relname,
      'kind', CASE WHEN x.indisunique THEN 'unique' ELSE 'plain' END,
      'state', md5(regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING ', '')),
      'enforcement', CASE WHEN x.indisvalid THEN '' ELSE 'invalid' END))
    FROM pg_index x JOIN pg_class k ON k.oid = x.indexrelid
    WHERE x.indrelid = c.oid
      AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.conrelid = c.oid)),
  'collations', (SELECT jsonb_agg(jsonb_build_object(
      'id', a.attnum::text, 'name', a.attname,
      'kind', CASE WHEN EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indisunique
        AND a.attnum = ANY (x.indkey)) THEN 'key' ELSE 'plain' END,
      'state', ln.nspname || '.' || l.collname, 'enforcement', ''))
    FROM pg_attribute a JOIN pg_collation l ON l.oid = a.attcollation
      JOIN pg_namespace ln ON ln.oid = l.collnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'columnStorage', (SELECT jsonb_agg(jsonb_build_object(
      'id', a.attnum::text, 'name', a.attname, 'kind', '',
      'state', concat_ws('/', a.attstorage, a.attcompression,
        coalesce(to_jsonb(a) ->> 'attstattarget', '-1'), a.attoptions::text),
      'enforcement', ''))
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'identityColumns', (SELECT jsonb_agg(jsonb_build_object(
      'id', a.attnum::text, 'name', a.attname, 'kind', '', 'state', a.attidentity, 'enforcement', ''))
    FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> ''),
  'defaults', (SELECT jsonb_agg(jsonb_build_object(
      'id', a.attnum::text, 'name', a.attname,
      'kind', CASE WHEN EXISTS (
          SELECT FROM regexp_matches(d.adbin::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') AS f(id)
            JOIN pg_proc q ON q.oid = f.id[1]::oid WHERE q.provolatile <> 'i')
        THEN 'volatile' ELSE 'constant' END,
      'state', md5(regexp_replace(d.adbin::text, ':location -?[0-9]+', '', 'g')), 'enforcement', ''))
    FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attgenerated = ''),
  'generated', (SELECT jsonb_agg(jsonb_build_object(
      'id', a.attnum::text, 'name', a.attname,
      'kind', CASE a.attgenerated WHEN 's' THEN 'stored' ELSE 'virtual' END,
      'state', md5(regexp_replace(d.adbin::text, ':location -?[0-9]+', '', 'g')), 'enforcement', ''))
    FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attgenerated <> ''),
  'domains', (SELECT jsonb_agg(DISTINCT jsonb_build_object(
      'id', t.oid::bigint::text, 'name', tn.nspname || '.' || t.typname, 'kind', 'domain',
      'state', md5(concat_ws(' ', t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault,
        (SELECT string_agg(o.conname || ' ' || pg_get_constraintdef(o.oid), ';' ORDER BY o.conname)
          FROM pg_constraint o WHERE o.contypid = t.oid))),
      'enforcement', ''))
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
      JOIN pg_namespace tn ON tn.oid = t.typnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'composites', (SELECT jsonb_agg(DISTINCT jsonb_build_object(
      'id', t.oid::bigint::text, 'name', tn.nspname || '.' || t.typname, 'kind', 'composite',
      'state', (SELECT md5(coalesce(string_agg(concat_ws(' ', f.attnum, f.attname, f.atttypid, f.atttypmod),
          ';' ORDER BY f.attnum), ''))
        FROM pg_attribute f WHERE f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped),
      'enforcement', ''))
    FROM pg_attribute a JOIN pg_type s ON s.oid = a.atttypid
      JOIN pg_type t ON t.oid = CASE WHEN s.typcategory = 'A' THEN s.typelem ELSE s.oid END
        AND t.typtype = 'c'
      JOIN pg_namespace tn ON tn.oid = t.typnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'extensions', (SELECT jsonb_agg(DISTINCT jsonb_build_object(
      'id', x.oid::bigint::text, 'name', x.extname, 'kind', 'extension',
      'state', x.extversion, 'enforcement', ''))
    FROM pg_attribute a JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = a.atttypid
        AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
      JOIN pg_extension x ON x.oid = d.refobjid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)))
FROM wanted w
  LEFT JOIN pg_class c ON c.oid = w.oid
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_publication p ON p.pubname = w.publication
  LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
