package dev.weirkeeper.drift.postgres.catalog;

import java.util.ArrayList;
import java.util.List;

/** Who owns and who may do what, for the oracle. */
final class OraclePrivileges {
  private OraclePrivileges() {}

  static String query() {
    List<String> parts = new ArrayList<>();
    parts.add(
        "SELECT 'relation ' || n.nspname || '.' || c.relname, "
            + granted(
                "coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r'"
                    + " END::\"char\", c.relowner))")
            + " AS granted, pg_get_userbyid(c.relowner) AS owner FROM pg_class c"
            + " JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND "
            + OracleQueries.made("c.oid")
            + " AND"
            + OracleQueries.own("pg_class", "c.oid"));
    parts.add(
        "SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname, "
            + granted("a.attacl")
            + ", NULL FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attacl IS NOT NULL AND "
            + OracleQueries.made("c.oid")
            + " AND"
            + OracleQueries.own("pg_class", "c.oid"));
    parts.add(
        "SELECT 'function ' || n.nspname || '.' || p.proname || '('"
            + " || pg_get_function_identity_arguments(p.oid) || ')', "
            + granted("coalesce(p.proacl, acldefault('f', p.proowner))")
            + ", pg_get_userbyid(p.proowner) FROM pg_proc p"
            + " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE "
            + OracleQueries.made("p.oid")
            + " AND"
            + OracleQueries.own("pg_proc", "p.oid"));
    parts.add(
        "SELECT 'schema ' || n.nspname, "
            + granted("coalesce(n.nspacl, acldefault('n', n.nspowner))")
            + ", pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE "
            + OracleQueries.MINE);
    parts.add(
        "SELECT 'type ' || n.nspname || '.' || t.typname, "
            + granted("coalesce(t.typacl, acldefault('T', t.typowner))")
            + ", pg_get_userbyid(t.typowner) FROM pg_type t"
            + " JOIN pg_namespace n ON n.oid = t.typnamespace"
            + " WHERE t.typtype IN ('e', 'd') AND "
            + OracleQueries.made("t.oid")
            + " AND"
            + OracleQueries.own("pg_type", "t.oid"));
    parts.add(
        "SELECT concat('default ', n.nspname, ' ', pg_get_userbyid(d.defaclrole), ' ',"
            + " d.defaclobjtype), "
            + granted("d.defaclacl")
            + ", NULL FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace");
    return String.join(" UNION ALL ", parts);
  }

  private static String granted(String list) {
    return "(SELECT string_agg(g, ', ' ORDER BY g) FROM (SELECT CASE e.grantee WHEN 0 THEN 'public'"
        + " ELSE pg_get_userbyid(e.grantee)::text END || ':' || e.privilege_type"
        + " || CASE WHEN e.is_grantable THEN '*' ELSE '' END AS g FROM aclexplode("
        + list
        + ") e) y)";
  }
}
