package dev.weirkeeper.drift.postgres.catalog;

/**
 * The queries of a catalog reading: one per class of objects, each over all schemas that were asked
 * for. They run with an empty search path, so that every name in a definition is qualified.
 *
 * <p>Each takes one parameter, the schemas; an empty array asks for all that are not the system's.
 */
final class CatalogSql {
  private CatalogSql() {}

  /** Is a schema {@code n} asked for? */
  private static final String ASKED =
      " n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
          + " AND (cardinality(asked.names) = 0 OR n.nspname = ANY (asked.names)) ";

  private static final String ASKING = " (SELECT ?::text[] AS names) AS asked ";

  /** Members of extensions belong to the extension. */
  private static String own(String catalog, String oid) {
    return " NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '"
        + catalog
        + "'::regclass AND x.objid = "
        + oid
        + " AND x.deptype = 'e') ";
  }

  private static String comment(String catalog, String oid) {
    return " (SELECT x.description FROM pg_description x WHERE x.classoid = '"
        + catalog
        + "'::regclass AND x.objoid = "
        + oid
        + " AND x.objsubid = 0) ";
  }

  static String namespaces() {
    return "SELECT n.oid, n.nspname,"
        + comment("pg_namespace", "n.oid")
        + "FROM pg_namespace n,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND"
        + own("pg_namespace", "n.oid")
        + "ORDER BY n.nspname";
  }

  static String relations() {
    return "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence,"
        + " pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), c.reloptions,"
        + " c.relrowsecurity, c.relforcerowsecurity, c.relreplident,"
        + " (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace), tn.nspname,"
        + " t.typname,"
        + comment("pg_class", "c.oid")
        + ", s.srvname, f.ftoptions, CASE WHEN c.relkind IN ('v', 'm')"
        + " THEN pg_get_viewdef(c.oid) END, c.reltype,"
        + " (SELECT r.typarray FROM pg_type r WHERE r.oid = c.reltype)"
        + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        + " LEFT JOIN pg_type t ON t.oid = c.reloftype AND c.reloftype <> 0"
        + " LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace"
        + " LEFT JOIN pg_foreign_table f ON f.ftrelid = c.oid"
        + " LEFT JOIN pg_foreign_server s ON s.oid = f.ftserver,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND c.relkind IN ('r', 'p', 'f', 'c', 'v', 'm') AND"
        + own("pg_class", "c.oid")
        + "ORDER BY n.nspname, c.relname";
  }

  static String relationNames() {
    return "SELECT c.oid, n.nspname, c.relname FROM pg_class c"
        + " JOIN pg_namespace n ON n.oid = c.relnamespace,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND c.relkind IN ('r', 'p', 'f', 'c', 'v', 'm') AND"
        + own("pg_class", "c.oid");
  }

  static String columns(int major) {
    return "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),"
        + " a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,"
        + " CASE WHEN a.attcollation <> t.typcollation THEN cn.nspname END,"
        + " CASE WHEN a.attcollation <> t.typcollation THEN cl.collname END, a.attstorage,"
        + (major >= 14 ? " a.attcompression," : " '',")
        + " a.attstattarget, a.attoptions, a.attfdwoptions, a.attislocal, a.attinhcount,"
        + " x.description, t.typstorage"
        + " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        + " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid"
        + " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        + " LEFT JOIN pg_collation cl ON cl.oid = a.attcollation"
        + " LEFT JOIN pg_namespace cn ON cn.oid = cl.collnamespace"
        + " LEFT JOIN pg_description x ON x.classoid = 'pg_class'::regclass"
        + " AND x.objoid = a.attrelid AND x.objsubid = a.attnum,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND c.relkind IN ('r', 'p', 'f', 'c', 'v', 'm') AND a.attnum > 0"
        + " AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum";
  }

  /** With the numbers of the columns: to name them here takes longer than all else. */
  static String constraints() {
    return "SELECT k.oid, k.conrelid, k.conname, k.contype, pg_get_constraintdef(k.oid),"
        + " k.conkey, rn.nspname, r.relname, k.convalidated, k.conislocal,"
        + " k.coninhcount + CASE WHEN k.conparentid <> 0 THEN 1 ELSE 0 END,"
        + comment("pg_constraint", "k.oid")
        + "FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
        + " JOIN pg_namespace n ON n.oid = c.relnamespace"
        + " LEFT JOIN pg_class r ON r.oid = k.confrelid AND k.confrelid <> 0"
        + " LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND k.contype <> 't' ORDER BY k.conrelid, k.conname";
  }

  /** The body of an index is what remains of its definition behind {@code ON table}. */
  static String indexes() {
    return "SELECT c.oid, n.nspname, c.relname, i.indrelid, pg_get_indexdef(c.oid),"
        + " (SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a"
        + " WHERE a.attrelid = i.indrelid AND a.attnum IN (SELECT unnest(i.indkey::int2[])"
        + " UNION SELECT x.refobjsubid FROM pg_depend x WHERE x.classid = 'pg_class'::regclass"
        + " AND x.objid = c.oid AND x.refclassid = 'pg_class'::regclass"
        + " AND x.refobjid = i.indrelid)),"
        + " i.indisunique, i.indisvalid, k.conname, c.reloptions,"
        + " (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace),"
        + comment("pg_class", "c.oid")
        + ", i.indisreplident, i.indisclustered, quote_ident(c.relname),"
        + " i.indrelid::regclass::text, (SELECT string_agg(o.name || '=' || CASE"
        + " WHEN quote_ident(o.value) = o.value THEN o.value ELSE quote_literal(o.value) END,"
        + " ', ' ORDER BY o.place) FROM (SELECT split_part(u.text, '=', 1) AS name,"
        + " substr(u.text, strpos(u.text, '=') + 1) AS value, u.place"
        + " FROM unnest(c.reloptions) WITH ORDINALITY u (text, place)) AS o)"
        + " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        + " JOIN pg_class r ON r.oid = i.indrelid"
        + " JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_constraint k"
        + " ON k.conindid = c.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'),"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND r.relkind IN ('r', 'p', 'm', 'f') ORDER BY n.nspname, c.relname";
  }

  static String inheritance() {
    return "SELECT h.inhrelid, pn.nspname, p.relname FROM pg_inherits h"
        + " JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace"
        + " JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace,"
        + ASKING
        + "WHERE"
        + ASKED
        + "ORDER BY h.inhrelid, h.inhseqno";
  }

  static String sequences() {
    return "SELECT c.oid, n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart,"
        + " s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relpersistence,"
        + " ton.nspname, t.relname, a.attname, d.deptype,"
        + comment("pg_class", "c.oid")
        + "FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid"
        + " JOIN pg_namespace n ON n.oid = c.relnamespace"
        + " LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid"
        + " AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0"
        + " AND d.deptype IN ('a', 'i') LEFT JOIN pg_class t ON t.oid = d.refobjid"
        + " LEFT JOIN pg_namespace ton ON ton.oid = t.relnamespace"
        + " LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND"
        + own("pg_class", "c.oid")
        + "ORDER BY n.nspname, c.relname";
  }

  static String enums() {
    return "SELECT t.oid, n.nspname, t.typname, t.typarray,"
        + comment("pg_type", "t.oid")
        + ", (SELECT array_agg(e.oid::text ORDER BY e.enumsortorder) FROM pg_enum e"
        + " WHERE e.enumtypid = t.oid), (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder)"
        + " FROM pg_enum e WHERE e.enumtypid = t.oid) FROM pg_type t"
        + " JOIN pg_namespace n ON n.oid = t.typnamespace,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND t.typtype = 'e' AND"
        + own("pg_type", "t.oid")
        + "ORDER BY n.nspname, t.typname";
  }

  static String domains() {
    return "SELECT t.oid, n.nspname, t.typname, t.typarray,"
        + comment("pg_type", "t.oid")
        + ", format_type(t.typbasetype, t.typtypmod), t.typnotnull,"
        + " coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault),"
        + " CASE WHEN t.typcollation <> b.typcollation"
        + " THEN quote_ident(cn.nspname) || '.' || quote_ident(cl.collname) END FROM pg_type t"
        + " JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype"
        + " LEFT JOIN pg_collation cl ON cl.oid = t.typcollation"
        + " LEFT JOIN pg_namespace cn ON cn.oid = cl.collnamespace,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND t.typtype = 'd' AND"
        + own("pg_type", "t.oid")
        + "ORDER BY n.nspname, t.typname";
  }

  /** A NOT NULL of a domain is said by its nullability. */
  static String domainChecks() {
    return "SELECT k.oid, k.contypid, k.conname, pg_get_constraintdef(k.oid), k.convalidated"
        + " FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid"
        + " JOIN pg_namespace n ON n.oid = t.typnamespace,"
        + ASKING
        + "WHERE"
        + ASKED
        + "AND k.contypid <> 0 AND k.contype <> 'n' ORDER BY k.contypid, k.conname";
  }

  /** Catalog, OID, column and what they need, of all that is not the system's own. */
  static String dependencies() {
    return "SELECT d.classid::regclass::text, d.objid, d.objsubid, d.refclassid::regclass::text,"
        + " d.refobjid, d.refobjsubid, d.deptype FROM pg_depend d, "
        + ASKING
        + "WHERE cardinality(asked.names) >= 0 AND d.objid >= 16384 AND d.refobjid >= 16384"
        + " AND d.deptype IN ('n', 'a', 'i') AND d.refclassid <> 'pg_namespace'::regclass";
  }

  /** What belongs to extensions, by the extension. */
  static String members() {
    return "SELECT d.classid::regclass::text, d.objid, d.refobjid FROM pg_depend d, "
        + ASKING
        + "WHERE cardinality(asked.names) >= 0 AND d.deptype = 'e'"
        + " AND d.refclassid = 'pg_extension'::regclass";
  }

  /** OIDs of what belongs to something else: defaults to columns, rules to views. */
  static String parts() {
    return "SELECT 'pg_attrdef', d.oid, d.adrelid, d.adnum::int FROM pg_attrdef d, "
        + ASKING
        + "WHERE cardinality(asked.names) >= 0 AND d.oid >= 16384"
        + " UNION ALL SELECT 'pg_rewrite', r.oid, r.ev_class, 0 FROM pg_rewrite r"
        + " WHERE r.rulename = '_RETURN' AND r.oid >= 16384";
  }

  /**
   * What is there and is not modelled: kind, identity, all that the catalog says of it, where it
   * is, and the relation that it goes with.
   */
  static String others(int major) {
    return "SELECT o.kind, o.identity, o.definition, o.catalog, o.oid, pn.nspname, p.relname,"
        + " o.make FROM (SELECT n.nspname AS schema, 'function' AS kind, n.nspname || '.' ||"
        + " p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS"
        + " identity, CASE WHEN p.prokind = 'a' THEN (SELECT row_to_json(g)::text FROM"
        + " pg_aggregate g WHERE g.aggfnoid = p.oid) ELSE pg_get_functiondef(p.oid) END ||"
        + " coalesce(obj_description(p.oid, 'pg_proc'), '') AS definition, 'pg_proc' AS"
        + " catalog, p.oid AS oid, 0::oid AS part, NULL::text AS make FROM pg_proc p JOIN"
        + " pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^pg_' AND n.nspname"
        + " <> 'information_schema' AND"
        + own("pg_proc", "p.oid")
        + "AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass AND"
        + " x.objid = p.oid AND x.deptype = 'i') UNION ALL SELECT n.nspname, 'trigger', n.nspname"
        + " || '.' || c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text"
        + " || coalesce(obj_description(t.oid, 'pg_trigger'), ''), 'pg_trigger', t.oid, c.oid, CASE"
        + " WHEN t.tgenabled = 'O' AND obj_description(t.oid, 'pg_trigger') IS NULL THEN"
        + " pg_get_triggerdef(t.oid) END FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal UNION ALL SELECT"
        + " n.nspname, 'rule', n.nspname || '.' || c.relname || '.' || r.rulename,"
        + " pg_get_ruledef(r.oid) || r.ev_enabled::text || coalesce(obj_description(r.oid,"
        + " 'pg_rewrite'), ''), 'pg_rewrite', r.oid, c.oid, CASE WHEN r.ev_enabled = 'O' AND"
        + " obj_description(r.oid, 'pg_rewrite') IS NULL THEN pg_get_ruledef(r.oid) END FROM"
        + " pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid ="
        + " c.relnamespace WHERE r.rulename <> '_RETURN' UNION ALL SELECT n.nspname, 'policy',"
        + " n.nspname || '.' || c.relname || '.' || p.polname, p.polcmd::text || p.polpermissive ||"
        + " (SELECT string_agg(CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r) END, ',' ORDER"
        + " BY 1) FROM unnest(p.polroles) r) || coalesce(pg_get_expr(p.polqual, p.polrelid), '') ||"
        + " '/' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') ||"
        + " coalesce(obj_description(p.oid, 'pg_policy'), ''), 'pg_policy', p.oid, c.oid, NULL FROM"
        + " pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid ="
        + " c.relnamespace UNION ALL SELECT n.nspname, 'statistics', n.nspname || '.' || s.stxname,"
        + " pg_get_statisticsobjdef(s.oid) || coalesce(obj_description(s.oid, 'pg_statistic_ext'),"
        + " ''), 'pg_statistic_ext', s.oid, s.stxrelid, NULL FROM pg_statistic_ext s JOIN"
        + " pg_namespace n ON n.oid = s.stxnamespace UNION ALL SELECT n.nspname, 'range', n.nspname"
        + " || '.' || t.typname, format_type(r.rngsubtype, NULL) || '/' ||"
        + " r.rngcanonical::regproc::text || '/' || r.rngsubdiff::regproc::text ||"
        + " r.rngcollation::text || coalesce(obj_description(t.oid, 'pg_type'), ''), 'pg_type',"
        + " t.oid, 0, NULL FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n"
        + " ON n.oid = t.typnamespace WHERE"
        + own("pg_type", "t.oid")
        + " UNION ALL SELECT n.nspname, 'base-type', n.nspname || '.' || t.typname,"
        + " t.typlen || '/' || t.typinput::text || coalesce(obj_description(t.oid, 'pg_type'), ''),"
        + " 'pg_type', t.oid, 0, NULL FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
        + " WHERE t.typtype = 'b' AND t.typcategory <> 'A' AND t.typisdefined AND"
        + own("pg_type", "t.oid")
        + " UNION ALL SELECT n.nspname, 'collation', n.nspname || '.' || c.collname,"
        + " (to_jsonb(c) - '{oid,collnamespace,collowner,collversion}'::text[])::text"
        + " || coalesce(obj_description(c.oid, 'pg_collation'), ''), 'pg_collation', c.oid, 0, NULL"
        + " FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE"
        + own("pg_collation", "c.oid")
        + " UNION ALL SELECT n.nspname, 'operator', o.identity, o.identity, 'pg_operator', p.oid,"
        + " 0, NULL FROM pg_operator p JOIN pg_namespace n ON n.oid = p.oprnamespace,"
        + " pg_identify_object('pg_operator'::regclass, p.oid, 0) o WHERE"
        + own("pg_operator", "p.oid")
        + " UNION ALL SELECT n.nspname, 'text-search', n.nspname || '.' || t.cfgname, '',"
        + " 'pg_ts_config', t.oid, 0, NULL FROM pg_ts_config t"
        + " JOIN pg_namespace n ON n.oid = t.cfgnamespace WHERE"
        + own("pg_ts_config", "t.oid")
        + " UNION ALL SELECT '', 'cast', o.identity, c.castcontext::text || c.castmethod::text,"
        + " 'pg_cast', c.oid, 0, NULL FROM pg_cast c,"
        + " pg_identify_object('pg_cast'::regclass, c.oid, 0) o WHERE c.oid >= 16384 AND"
        + own("pg_cast", "c.oid")
        + " UNION ALL SELECT '', 'extension', e.extname, e.extversion || '/' ||"
        + " e.extnamespace::regnamespace::text, 'pg_extension', e.oid, 0, NULL FROM pg_extension e"
        + " WHERE e.extname <> 'plpgsql' UNION ALL SELECT '', 'publication', p.pubname,"
        + " (to_jsonb(p) - '{oid,pubowner}'::text[])::text || coalesce((SELECT string_agg("
        + (major >= 15
            ? "r.prrelid::regclass::text || coalesce(pg_get_expr(r.prqual, r.prrelid), '')"
                + " || coalesce((SELECT string_agg(a.attname, ',' ORDER BY a.attname)"
                + " FROM pg_attribute a WHERE a.attrelid = r.prrelid"
                + " AND a.attnum = ANY (r.prattrs::int2[])), '')"
            : "r.prrelid::regclass::text")
        + ", ';' ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r"
        + " WHERE r.prpubid = p.oid), '')"
        + (major >= 15
            ? " || coalesce((SELECT string_agg(s.pnnspid::regnamespace::text, ';' ORDER BY 1)"
                + " FROM pg_publication_namespace s WHERE s.pnpubid = p.oid), '')"
            : "")
        + " || coalesce(obj_description(p.oid, 'pg_publication'), ''), 'pg_publication', p.oid, 0,"
        + " NULL FROM pg_publication p UNION ALL SELECT '', 'event-trigger', e.evtname, e.evtevent"
        + " || e.evtfoid::regproc::text || e.evtenabled::text || coalesce(e.evttags::text, ''),"
        + " 'pg_event_trigger', e.oid, 0, NULL FROM pg_event_trigger e UNION ALL SELECT '',"
        + " 'foreign-server', s.srvname, coalesce(s.srvtype, '') || '/' || coalesce(s.srvversion,"
        + " '') || coalesce(s.srvoptions::text, ''), 'pg_foreign_server', s.oid, 0, NULL FROM"
        + " pg_foreign_server s UNION ALL SELECT '', 'foreign-data-wrapper', w.fdwname,"
        + " coalesce(w.fdwoptions::text, ''), 'pg_foreign_data_wrapper', w.oid, 0, NULL FROM"
        + " pg_foreign_data_wrapper w WHERE"
        + own("pg_foreign_data_wrapper", "w.oid")
        + ") AS o LEFT JOIN pg_class p ON p.oid = o.part AND o.part <> 0"
        + " LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace JOIN "
        + ASKING
        + "ON o.schema !~ '^pg_' AND o.schema <> 'information_schema'"
        + " AND (cardinality(asked.names) = 0 OR o.schema = '' OR o.schema = ANY (asked.names))"
        + " ORDER BY 1, 2";
  }

  /** Where the log of the server stands; a replica has none of its own. */
  static String stamp(int major) {
    return "SELECT "
        + (major >= 13 ? "pg_current_snapshot()" : "txid_current_snapshot()")
        + "::text, (SELECT system_identifier::text FROM pg_control_system()),"
        + " (SELECT timeline_id FROM pg_control_checkpoint()),"
        + " (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
        + " ELSE pg_current_wal_lsn() END)::text,"
        + " (SELECT oid::text FROM pg_database WHERE datname = current_database())";
  }

  /**
   * Changes whenever a row of the catalogs that are read does. The functions that write definitions
   * look at the newest catalog and not at the snapshot: if this is the same in the snapshot and
   * after it, both were the same.
   */
  static String state() {
    StringBuilder all = new StringBuilder("SELECT ");
    String joined = "";
    for (String catalog :
        new String[] {
          "pg_namespace",
          "pg_class",
          "pg_attribute",
          "pg_attrdef",
          "pg_constraint",
          "pg_index",
          "pg_inherits",
          "pg_sequence",
          "pg_type",
          "pg_enum",
          "pg_proc",
          "pg_trigger",
          "pg_rewrite",
          "pg_policy",
          "pg_description"
        }) {
      all.append(joined)
          .append("(SELECT count(*) || ':' || coalesce(sum(hashtext(t.ctid::text || t.xmin::text)")
          .append("::numeric), 0) FROM ")
          .append(catalog)
          .append(" t ")
          .append(
              switch (catalog) {
                case "pg_class" -> "WHERE t.oid >= 16384 AND t.relpersistence <> 't'";
                case "pg_attribute" ->
                    "WHERE t.attrelid IN (SELECT c.oid FROM pg_class c"
                        + " WHERE c.oid >= 16384 AND c.relpersistence <> 't')";
                case "pg_inherits", "pg_description" -> "";
                case "pg_sequence" -> "WHERE t.seqrelid >= 16384";
                case "pg_index" ->
                    "WHERE t.indrelid IN (SELECT c.oid FROM pg_class c"
                        + " WHERE c.oid >= 16384 AND c.relpersistence <> 't')";
                case "pg_type" ->
                    "WHERE t.oid >= 16384 AND t.typrelid NOT IN (SELECT c.oid"
                        + " FROM pg_class c WHERE c.relpersistence = 't')";
                default -> "WHERE t.oid >= 16384";
              })
          .append(")");
      joined = " || '/' || ";
    }
    return all.toString();
  }
}
