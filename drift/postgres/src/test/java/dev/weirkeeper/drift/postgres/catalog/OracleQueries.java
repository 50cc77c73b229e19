package dev.weirkeeper.drift.postgres.catalog;

import java.util.LinkedHashMap;
import java.util.Map;

/** One query for each class of object: first the name, then one column for each property. */
final class OracleQueries {
  /** A schema that is not the server's own. */
  static final String MINE = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

  /** What initdb made has ids below this one. */
  private static final int FIRST_OID = 16384;

  private static final String RELATION =
      " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ";

  /** Tables of all kinds, and types that were made as composite ones. */
  private static final String TABULAR =
      " c.relkind IN ('r', 'p', 'f', 'c') AND (c.relkind <> 'c' OR EXISTS (SELECT FROM pg_type y"
          + " WHERE y.typrelid = c.oid AND y.typtype = 'c'))";

  private OracleQueries() {}

  static Map<String, String> of(int major) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("schema", schemas());
    all.put("table", tables());
    all.put("column", columns(major));
    all.put(CatalogOracle.COLUMN_ORDER, columnOrder());
    all.put("constraint", constraints("c.contype NOT IN ('t', 'n')", ", c.coninhcount AS depth"));
    all.put("notnull_constraint", constraints("c.contype = 'n'", ""));
    all.put("index", indexes());
    all.put("sequence", sequences());
    all.put("enum", enums());
    all.put("domain", domains());
    all.put("range", ranges());
    all.put("collation", collations());
    all.put("extension", EXTENSIONS);
    all.put("policy", policies());
    all.put("publication", publications(major));
    all.put("statistics", statistics());
    all.put("view", views());
    all.put("function", functions());
    all.put("trigger", triggers());
    all.put("rule", rules());
    all.put("event_trigger", EVENT_TRIGGERS);
    all.put("foreign", FOREIGN);
    all.put(CatalogOracle.ACL, OraclePrivileges.query());
    return all;
  }

  /** That an object came with no extension. */
  static String own(String catalog, String oid) {
    return " NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '"
        + catalog
        + "'::regclass AND x.objid = "
        + oid
        + " AND x.deptype = 'e')";
  }

  /** That an object was made by somebody and lies in a schema that is not the server's own. */
  static String made(String oid) {
    return oid + " >= " + FIRST_OID + " AND " + MINE;
  }

  private static String schemas() {
    return "SELECT n.nspname, obj_description(n.oid, 'pg_namespace') AS comment"
        + " FROM pg_namespace n WHERE "
        + MINE
        + " AND"
        + own("pg_namespace", "n.oid");
  }

  private static String tables() {
    return """
    SELECT n.nspname || '.' || c.relname, c.relkind AS kind, c.relpersistence AS persistence,
      pg_get_partkeydef(c.oid) AS partition_key, pg_get_expr(c.relpartbound, c.oid) AS bound,
      (SELECT string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno)
        FROM pg_inherits h WHERE h.inhrelid = c.oid) AS inherits,
      (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o) AS options,
      c.relrowsecurity AS row_security, c.relforcerowsecurity AS forced,
      c.relreplident AS replica_identity,
      (SELECT i.indexrelid::regclass FROM pg_index i
        WHERE i.indrelid = c.oid AND i.indisreplident) AS replica_index,
      (SELECT i.indexrelid::regclass FROM pg_index i
        WHERE i.indrelid = c.oid AND i.indisclustered) AS cluster_index,
      (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
      CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
      obj_description(c.oid, 'pg_class') AS comment
    """
        + RELATION
        + "WHERE "
        + made("c.oid")
        + " AND"
        + TABULAR
        + " AND"
        + own("pg_class", "c.oid");
  }

  private static String columns(int major) {
    String compression = major >= 14 ? "nullif(a.attcompression::text, '')" : "NULL";
    return """
    SELECT n.nspname || '.' || c.relname || '.' || a.attname,
      format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
      pg_get_expr(d.adbin, d.adrelid) AS default, a.attidentity AS identity,
      a.attgenerated AS generated,
      CASE WHEN a.attcollation <> t.typcollation THEN
        (SELECT o.collnamespace::regnamespace::text || '.' || o.collname
          FROM pg_collation o WHERE o.oid = a.attcollation) END AS collation,
      a.attstorage AS storage, COMPRESSION AS compression,
      CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
      array_to_string(a.attoptions, ', ') AS options,
      array_to_string(a.attfdwoptions, ', ') AS foreign_options,
      a.attislocal AS local, col_description(c.oid, a.attnum) AS comment
    """
            .replace("COMPRESSION", compression)
        + RELATION
        + "JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid"
        + " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE "
        + made("c.oid")
        + " AND a.attnum > 0 AND NOT a.attisdropped AND"
        + TABULAR
        + " AND"
        + own("pg_class", "c.oid");
  }

  private static String columnOrder() {
    return "SELECT n.nspname || '.' || c.relname,"
        + " string_agg(a.attname, ', ' ORDER BY a.attnum) AS order"
        + RELATION
        + "JOIN pg_attribute a ON a.attrelid = c.oid WHERE "
        + made("c.oid")
        + " AND a.attnum > 0 AND NOT a.attisdropped AND"
        + TABULAR
        + " AND"
        + own("pg_class", "c.oid")
        + " GROUP BY 1";
  }

  private static String constraints(String which, String more) {
    return "SELECT n.nspname || '.' || r.relname || '.' || c.conname, c.contype AS type,"
        + " pg_get_constraintdef(c.oid) AS definition, c.convalidated AS validated"
        + more
        + ", obj_description(c.oid, 'pg_constraint') AS comment FROM pg_constraint c"
        + " JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace"
        + " WHERE "
        + which
        + " AND "
        + made("c.oid")
        + " AND"
        + own("pg_class", "r.oid");
  }

  private static String indexes() {
    return """
    SELECT n.nspname || '.' || c.relname, pg_get_indexdef(c.oid) AS definition,
      i.indisvalid AS valid,
      (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o) AS options,
      (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
      (SELECT h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = c.oid) AS parent,
      obj_description(c.oid, 'pg_class') AS comment
    """
        + RELATION
        + "JOIN pg_index i ON i.indexrelid = c.oid WHERE "
        + made("c.oid")
        + " AND"
        + own("pg_class", "i.indrelid");
  }

  private static String sequences() {
    return """
    SELECT n.nspname || '.' || c.relname, format_type(s.seqtypid, NULL) AS type,
      s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS min, s.seqmax AS max,
      s.seqcache AS cache, s.seqcycle AS cycle, c.relpersistence AS persistence,
      (SELECT d.refobjid::regclass::text || '.' || a.attname || ' ' || d.deptype::text
        FROM pg_depend d JOIN pg_attribute a
          ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.objid = c.oid AND d.deptype IN ('a', 'i')) AS owned_by,
      obj_description(c.oid, 'pg_class') AS comment
    """
        + RELATION
        + "JOIN pg_sequence s ON s.seqrelid = c.oid WHERE "
        + made("c.oid")
        + " AND"
        + own("pg_class", "c.oid");
  }

  private static String enums() {
    return "SELECT n.nspname || '.' || t.typname, (SELECT"
        + " json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e"
        + " WHERE e.enumtypid = t.oid) AS labels, obj_description(t.oid, 'pg_type') AS comment"
        + " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
        + " WHERE t.typtype = 'e' AND "
        + made("t.oid")
        + " AND"
        + own("pg_type", "t.oid");
  }

  private static String domains() {
    return """
    SELECT n.nspname || '.' || t.typname, format_type(t.typbasetype, t.typtypmod) AS base,
      t.typnotnull AS not_null, t.typdefault AS default,
      (SELECT string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid) || ' ' || k.convalidated,
          '; ' ORDER BY k.conname)
        FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype <> 'n') AS constraints,
      obj_description(t.oid, 'pg_type') AS comment
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd'
    """
        + " AND "
        + made("t.oid")
        + " AND"
        + own("pg_type", "t.oid");
  }

  private static String ranges() {
    return """
    SELECT n.nspname || '.' || t.typname, format_type(r.rngsubtype, NULL) AS subtype,
      (SELECT o.collname FROM pg_collation o WHERE o.oid = r.rngcollation) AS collation,
      r.rngcanonical AS canonical, r.rngsubdiff AS difference,
      obj_description(t.oid, 'pg_type') AS comment
    FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid
    JOIN pg_namespace n ON n.oid = t.typnamespace
    """
        + " WHERE "
        + made("t.oid")
        + " AND"
        + own("pg_type", "t.oid");
  }

  private static String collations() {
    return "SELECT n.nspname || '.' || c.collname, c.collprovider AS provider,"
        + " c.collisdeterministic AS deterministic,"
        + " obj_description(c.oid, 'pg_collation') AS comment"
        + " FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE "
        + made("c.oid")
        + " AND"
        + own("pg_collation", "c.oid");
  }

  private static final String EXTENSIONS =
      "SELECT e.extname, e.extversion AS version, e.extnamespace::regnamespace AS schema"
          + " FROM pg_extension e WHERE e.extname <> 'plpgsql'";

  private static String policies() {
    return """
    SELECT n.nspname || '.' || c.relname || '.' || p.polname, p.polcmd AS command,
      p.polpermissive AS permissive,
      (SELECT string_agg(CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r)::text END, ', '
          ORDER BY 1) FROM unnest(p.polroles) r) AS roles,
      pg_get_expr(p.polqual, c.oid) AS using, pg_get_expr(p.polwithcheck, c.oid) AS check,
      obj_description(p.oid, 'pg_policy') AS comment
    """
        + RELATION
        + "JOIN pg_policy p ON p.polrelid = c.oid WHERE "
        + made("p.oid");
  }

  private static String publications(int major) {
    String member =
        major >= 15
            ? "r.prrelid::regclass::text || coalesce(' where ' || pg_get_expr(r.prqual, r.prrelid),"
                + " '') || coalesce((SELECT ' columns ' || string_agg(a.attname, ' ' ORDER BY 1)"
                + " FROM unnest(r.prattrs) k JOIN pg_attribute a ON a.attrelid = r.prrelid AND"
                + " a.attnum = k), '')"
            : "r.prrelid::regclass::text";
    String schemas =
        major >= 15
            ? "(SELECT string_agg(s.pnnspid::regnamespace::text, ', ' ORDER BY 1)"
                + " FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)"
            : "NULL";
    return "SELECT p.pubname, p.puballtables AS everything, p.pubinsert AS inserts,"
        + " p.pubupdate AS updates, p.pubdelete AS deletes, p.pubtruncate AS truncates, "
        + (major >= 13 ? "p.pubviaroot" : "false")
        + " AS via_root, (SELECT string_agg("
        + member
        + ", ', ' ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r"
        + " WHERE r.prpubid = p.oid) AS members, "
        + schemas
        + " AS schemas, obj_description(p.oid, 'pg_publication') AS comment FROM pg_publication p";
  }

  private static String statistics() {
    return "SELECT n.nspname || '.' || s.stxname, pg_get_statisticsobjdef(s.oid) AS definition"
        + " FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE "
        + made("s.oid");
  }

  private static String views() {
    return """
    SELECT n.nspname || '.' || c.relname, c.relkind AS kind, pg_get_viewdef(c.oid) AS definition,
      (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o) AS options,
      obj_description(c.oid, 'pg_class') AS comment,
      (SELECT string_agg(a.attname || ': ' || col_description(c.oid, a.attnum), ', '
          ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)
        AS column_comments
    """
        + RELATION
        + "WHERE c.relkind IN ('v', 'm') AND "
        + made("c.oid")
        + " AND"
        + own("pg_class", "c.oid");
  }

  private static String functions() {
    return """
    SELECT n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
      p.prokind AS kind,
      CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE
        (SELECT concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggcombinefn,
            format_type(g.aggtranstype, NULL), g.agginitval, g.aggkind, g.aggsortop::regoperator)
          FROM pg_aggregate g WHERE g.aggfnoid = p.oid) END AS definition,
      obj_description(p.oid, 'pg_proc') AS comment
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass
      AND i.objid = p.oid AND i.deptype = 'i')
    """
        + " AND "
        + made("p.oid")
        + " AND"
        + own("pg_proc", "p.oid");
  }

  private static String triggers() {
    return "SELECT n.nspname || '.' || c.relname || '.' || t.tgname,"
        + " pg_get_triggerdef(t.oid) AS definition, t.tgenabled AS enabled,"
        + " obj_description(t.oid, 'pg_trigger') AS comment"
        + RELATION
        + "JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal AND "
        + made("t.oid");
  }

  private static String rules() {
    return "SELECT n.nspname || '.' || c.relname || '.' || r.rulename,"
        + " pg_get_ruledef(r.oid) AS definition, r.ev_enabled AS enabled,"
        + " obj_description(r.oid, 'pg_rewrite') AS comment"
        + RELATION
        + "JOIN pg_rewrite r ON r.ev_class = c.oid WHERE r.rulename <> '_RETURN' AND "
        + made("r.oid");
  }

  private static final String EVENT_TRIGGERS =
      "SELECT e.evtname, e.evtevent AS event, e.evtfoid::regproc AS function,"
          + " e.evtenabled AS enabled, array_to_string(e.evttags, ', ') AS tags"
          + " FROM pg_event_trigger e";

  private static final String FOREIGN =
      "SELECT s.srvname, s.srvtype AS type, s.srvversion AS version,"
          + " array_to_string(s.srvoptions, ', ') AS options FROM pg_foreign_server s UNION ALL"
          + " SELECT 'wrapper ' || w.fdwname, NULL, NULL, array_to_string(w.fdwoptions, ', ')"
          + " FROM pg_foreign_data_wrapper w";
}
