package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;

/** Carries the rights that somebody has on one column alone over to another column. */
final class ColumnRights {
  private ColumnRights() {}

  static String copy(ObjectName table, String from, String to) {
    return Guards.block(
        "DECLARE g record; BEGIN FOR g IN SELECT x.privilege_type AS what, "
            + ViewRights.WHO
            + " AS who, x.is_grantable FROM pg_catalog.pg_attribute a CROSS JOIN LATERAL"
            + " pg_catalog.aclexplode(a.attacl) x WHERE a.attrelid = "
            + Sql.named(table)
            + "::pg_catalog.regclass AND a.attname = "
            + Sql.literal(from)
            + " LOOP EXECUTE pg_catalog.format('GRANT %s (%I) ON %s TO %s%s', g.what, "
            + Sql.literal(to)
            + ", "
            + Sql.named(table)
            + ", g.who, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END); END LOOP;"
            + " END");
  }
}
