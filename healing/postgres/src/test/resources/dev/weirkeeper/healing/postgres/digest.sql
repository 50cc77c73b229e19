-- Everything that an attack could have changed, in one hash.
SELECT md5(string_agg(x.line, E'\n' ORDER BY x.line)) FROM (
  SELECT concat_ws('|', 'class', oid, relname, relnamespace, relowner, relkind, relpersistence, relispartition, relrowsecurity,
                   relforcerowsecurity, relreplident, reltablespace, relfilenode, relacl, reloptions, relhastriggers) AS line
  FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT concat_ws('|', 'attribute', attrelid, attnum, attname, atttypid, atttypmod, attnotnull, atthasdef,
                             attisdropped, attidentity, attgenerated, attacl) FROM pg_attribute WHERE attrelid >= 16384
  UNION ALL SELECT concat_ws('|', 'default', adrelid, adnum, pg_get_expr(adbin, adrelid)) FROM pg_attrdef
  UNION ALL SELECT concat_ws('|', 'constraint', oid, conname, conrelid, convalidated, pg_get_constraintdef(oid)) FROM pg_constraint WHERE oid >= 16384
  UNION ALL SELECT concat_ws('|', 'index', indexrelid, indisvalid, indisclustered, indisreplident) FROM pg_index WHERE indexrelid >= 16384
  UNION ALL SELECT concat_ws('|', 'trigger', oid, tgrelid, tgname, tgfoid, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws('|', 'event trigger', evtname, evtenabled, evtfoid) FROM pg_event_trigger
  UNION ALL SELECT concat_ws('|', 'routine', oid, proname, pronamespace, proowner, prosecdef, md5(prosrc), proconfig, proacl)
    FROM pg_proc WHERE oid >= 16384 OR proacl IS NOT NULL
  UNION ALL SELECT concat_ws('|', 'type', oid, typname, typnamespace, typowner, typtype, typacl) FROM pg_type WHERE oid >= 16384
  UNION ALL SELECT concat_ws('|', 'label', oid, enumtypid, enumsortorder, enumlabel) FROM pg_enum
  UNION ALL SELECT concat_ws('|', 'schema', oid, nspname, nspowner, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
  UNION ALL SELECT concat_ws('|', 'policy', oid, polname, polrelid) FROM pg_policy
  UNION ALL SELECT concat_ws('|', 'rule', oid, rulename, ev_class) FROM pg_rewrite WHERE oid >= 16384
  UNION ALL SELECT concat_ws('|', 'role', oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
                             rolbypassrls, rolconnlimit) FROM pg_roles
  UNION ALL SELECT concat_ws('|', 'member', roleid, member, admin_option) FROM pg_auth_members
  UNION ALL SELECT concat_ws('|', 'database', oid, datname, datdba, coalesce(datacl, acldefault('d', datdba))) FROM pg_database
  UNION ALL SELECT concat_ws('|', 'database setting', setdatabase, setrole, setconfig) FROM pg_db_role_setting
  UNION ALL SELECT concat_ws('|', 'description', objoid, classoid, objsubid, description) FROM pg_description WHERE objoid >= 16384
  UNION ALL SELECT concat_ws('|', 'inherits', inhrelid, inhparent) FROM pg_inherits
  UNION ALL SELECT concat_ws('|', 'publication', pubname) FROM pg_publication
  UNION ALL SELECT concat_ws('|', 'subscription', subname) FROM pg_subscription
  UNION ALL SELECT concat_ws('|', 'slot', slot_name) FROM pg_replication_slots
  UNION ALL SELECT concat_ws('|', 'prepared', gid) FROM pg_prepared_xacts
  UNION ALL SELECT concat_ws('|', 'operator', oid, oprname) FROM pg_operator WHERE oid >= 16384
  UNION ALL SELECT concat_ws('|', 'cast', oid) FROM pg_cast WHERE oid >= 16384
  UNION ALL SELECT concat_ws('|', 'extension', extname) FROM pg_extension
  UNION ALL SELECT concat_ws('|', 'language', lanname) FROM pg_language
  UNION ALL SELECT concat_ws('|', 'wrapper', fdwname) FROM pg_foreign_data_wrapper
  UNION ALL SELECT concat_ws('|', 'default right', oid, defaclacl) FROM pg_default_acl
  UNION ALL SELECT concat_ws('|', 'statistics', oid, stxname) FROM pg_statistic_ext
  UNION ALL SELECT concat_ws('|', 'large object', oid, lomowner, lomacl) FROM pg_largeobject_metadata
  UNION ALL SELECT concat_ws('|', 'large object page', loid, pageno, md5(data)) FROM pg_largeobject
  UNION ALL SELECT concat_ws('|', 'sequence', schemaname, sequencename, last_value) FROM pg_sequences WHERE schemaname <> 'wk'
  UNION ALL SELECT 'orders ' || o FROM gold.orders o
  UNION ALL SELECT 'events ' || o FROM gold.events o
  UNION ALL SELECT 'lines ' || o FROM gold.lines o
  UNION ALL SELECT 'mirror ' || o FROM gold.mirror o
  UNION ALL SELECT 'secret ' || o FROM gold.secret o
  UNION ALL SELECT 'ledger ' || o FROM weirkeeper.ledger o
  UNION ALL SELECT 'installed ' || o FROM wk.installed o
  UNION ALL SELECT 'managed schema ' || o FROM wk.managed_schema o
  UNION ALL SELECT 'managed ' || o FROM wk.managed o
  UNION ALL SELECT 'limits ' || o FROM wk.limits_at_first o
  UNION ALL SELECT 'act ' || o FROM wk.act o
  UNION ALL SELECT 'approval ' || o FROM wk.approval o
  UNION ALL SELECT 'deleted ' || o FROM wk.deleted o
) AS x
