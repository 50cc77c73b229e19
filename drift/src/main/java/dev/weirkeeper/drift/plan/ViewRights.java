package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;

/**
 * Gives a view what a schema does not tell: owner, rights, rights on columns, and defaults of
 * columns, of the view that was there before or of the table that it stands for. The server
 * remembers them in a setting of the transaction, and writes names into statements itself.
 */
final class ViewRights {
  /** Whose right {@code x} of {@code aclexplode} is, as GRANT names it. */
  static final String WHO =
      "CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE"
          + " pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)::text) END";

  private ViewRights() {}

  private static String setting(ObjectName view) {
    return Sql.literal("weirkeeper." + Leftovers.name("kept", view.toString()));
  }

  /** What a view has that is dropped, to be made again. */
  static String remember(ObjectName view) {
    return remember(
        view,
        view,
        ", 'defaults', (SELECT pg_catalog.jsonb_object_agg(a.attname,"
            + " pg_catalog.pg_get_expr(d.adbin, d.adrelid)) FROM pg_catalog.pg_attrdef d JOIN"
            + " pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE"
            + " d.adrelid = c.oid)");
  }

  /** What a table has that a view is to stand for; its defaults hold behind the view as well. */
  static String remember(ObjectName table, ObjectName view) {
    return remember(table, view, "");
  }

  private static String remember(ObjectName of, ObjectName view, String more) {
    return "SELECT pg_catalog.set_config("
        + setting(view)
        + ", (SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('owner',"
        + " pg_catalog.pg_get_userbyid(c.relowner), 'rights', c.relacl::text, 'columns', (SELECT"
        + " pg_catalog.jsonb_object_agg(a.attname, a.attacl::text) FROM pg_catalog.pg_attribute a"
        + " WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL)"
        + more
        + "))::text FROM pg_catalog.pg_class c WHERE c.oid = "
        + Sql.named(of)
        + "::pg_catalog.regclass), true)";
  }

  static String giveAgain(ObjectName view) {
    return give(view, "a.attname = k.key");
  }

  /** A column of the view with another name has the rights of the column that it shows. */
  static String giveWith(ObjectName view, String shown, String name) {
    return give(
        view,
        "(a.attname = k.key OR k.key = "
            + Sql.literal(shown)
            + " AND a.attname = "
            + Sql.literal(name)
            + ")");
  }

  /** Columns that the view has no more lose what they had; rights by default are taken first. */
  private static String give(ObjectName view, String column) {
    String name = Sql.named(view);
    String oid = name + "::pg_catalog.regclass";
    String has =
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = "
            + oid
            + " AND NOT a.attisdropped AND "
            + column;
    return Guards.block(
        "DECLARE kept jsonb := pg_catalog.current_setting("
            + setting(view)
            + ")::jsonb; g record; BEGIN IF kept->>'owner' <> current_user THEN EXECUTE"
            + " pg_catalog.format('ALTER TABLE %s OWNER TO %I', "
            + name
            + ", kept->>'owner'); END IF; FOR g IN SELECT DISTINCT "
            + WHO
            + " AS who FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl)"
            + " x WHERE c.oid = "
            + oid
            + " AND x.grantee <> c.relowner LOOP EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM"
            + " %s', "
            + name
            + ", g.who); END LOOP; FOR g IN SELECT x.privilege_type AS what, '' AS part, "
            + WHO
            + " AS who, x.is_grantable FROM pg_catalog.aclexplode((kept->>'rights')::aclitem[]) x"
            + " WHERE pg_catalog.pg_get_userbyid(x.grantee)::text <> kept->>'owner' UNION ALL SELECT"
            + " x.privilege_type, '(' || pg_catalog.quote_ident(a.attname) || ')', "
            + WHO
            + ", x.is_grantable FROM pg_catalog.jsonb_each_text(kept->'columns') k"
            + has
            + " CROSS JOIN LATERAL pg_catalog.aclexplode(k.value::aclitem[]) x LOOP EXECUTE"
            + " pg_catalog.format('GRANT %s %s ON %s TO %s%s', g.what, g.part, "
            + name
            + ", g.who, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END); END LOOP;"
            + " FOR g IN SELECT a.attname AS key, k.value FROM"
            + " pg_catalog.jsonb_each_text(kept->'defaults') k"
            + has
            + " LOOP EXECUTE pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', "
            + name
            + ", g.key, g.value); END LOOP; END");
  }
}
