package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Knows whether the schema is still the one that was read. A whole reading takes a second on a
 * large database, too long to hold a lock for; so beside it stands a mark of all catalog rows that
 * describe it, by the transactions that wrote them. Equal marks mean that nobody changed anything
 * in between; unequal ones only that it has to be read again, for some rows are rewritten without a
 * change of the schema.
 */
final class CatalogWatch {
  /** Reads the schema in one snapshot; leaves no transaction open. */
  @FunctionalInterface
  interface Source {
    DatabaseSchema read(Connection connection) throws SQLException;
  }

  /**
   * @param mark taken before the schema was read: what changed meanwhile shows later
   * @param fingerprint of all of it
   * @param state of what a rehearsal can foretell
   */
  record Seen(String mark, DatabaseSchema schema, Hash fingerprint, Hash state) {}

  /** The first OID that is not the server's own. */
  private static final int FIRST_OF_USERS = 16_384;

  private static final String OURS =
      "n.nspname !~ '^pg_(temp|toast)' AND n.nspname NOT IN ('pg_catalog', 'information_schema')";

  private static final String OF_CLASS =
      " JOIN pg_catalog.pg_class c ON c.oid = %s JOIN pg_catalog.pg_namespace n"
          + " ON n.oid = c.relnamespace WHERE "
          + OURS;

  /** Catalogs, what tells their rows apart, and which rows describe objects of users. */
  private static final List<String> PARTS =
      List.of(
          part("pg_namespace n", "n", "n.oid", " WHERE " + OURS),
          part(
              "pg_class c",
              "c",
              "c.oid",
              " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE " + OURS),
          part("pg_attribute x", "x", "x.attrelid || '.' || x.attnum", of("x.attrelid")),
          part("pg_attrdef x", "x", "x.oid", of("x.adrelid")),
          part("pg_index x", "x", "x.indexrelid", of("x.indexrelid")),
          part("pg_trigger x", "x", "x.oid", of("x.tgrelid")),
          part("pg_rewrite x", "x", "x.oid", of("x.ev_class")),
          part("pg_policy x", "x", "x.oid", of("x.polrelid")),
          part("pg_inherits x", "x", "x.inhrelid || '.' || x.inhparent", of("x.inhrelid")),
          part("pg_sequence x", "x", "x.seqrelid", of("x.seqrelid")),
          part(
              "pg_constraint x",
              "x",
              "x.oid",
              " JOIN pg_catalog.pg_namespace n ON n.oid = x.connamespace WHERE " + OURS),
          part(
              "pg_type x",
              "x",
              "x.oid",
              " JOIN pg_catalog.pg_namespace n ON n.oid = x.typnamespace WHERE " + OURS),
          part(
              "pg_proc x",
              "x",
              "x.oid",
              " JOIN pg_catalog.pg_namespace n ON n.oid = x.pronamespace WHERE " + OURS),
          part("pg_enum x", "x", "x.oid", ""),
          part("pg_extension x", "x", "x.oid", ""),
          part(
              "pg_description x",
              "x",
              "x.objoid || '.' || x.classoid || '.' || x.objsubid",
              " WHERE x.objoid >= " + FIRST_OF_USERS));

  /** Catalogs of objects that the schema has by a hash of their definition. */
  private static final List<String> WITH_OIDS =
      List.of(
          "pg_statistic_ext",
          "pg_operator",
          "pg_opclass",
          "pg_opfamily",
          "pg_amop",
          "pg_amproc",
          "pg_collation",
          "pg_conversion",
          "pg_cast",
          "pg_language",
          "pg_transform",
          "pg_am",
          "pg_ts_config",
          "pg_ts_dict",
          "pg_ts_parser",
          "pg_ts_template",
          "pg_publication",
          "pg_publication_rel",
          "pg_event_trigger",
          "pg_foreign_data_wrapper",
          "pg_foreign_server");

  private static final List<String> OTHERS =
      List.of(
          part("pg_foreign_table x", "x", "x.ftrelid", ""),
          part(
              "pg_ts_config_map x",
              "x",
              "x.mapcfg || '.' || x.maptokentype || '.' || x.mapseqno",
              " WHERE x.mapcfg >= " + FIRST_OF_USERS));

  /** Publications have whole schemas since then. */
  private static final int PUBLISHED_SCHEMAS = 15;

  private final Session session;
  private final Source source;
  private final String sql;

  CatalogWatch(Session session, Source source) throws SQLException {
    this.session = session;
    this.source = source;
    this.sql = sql(session.connection.getMetaData().getDatabaseMajorVersion());
  }

  private static String sql(int major) {
    List<String> parts = new ArrayList<>(PARTS);
    parts.addAll(OTHERS);
    List<String> named = new ArrayList<>(WITH_OIDS);
    if (major >= PUBLISHED_SCHEMAS) {
      named.add("pg_publication_namespace");
    }
    for (String catalog : named) {
      parts.add(part(catalog + " x", "x", "x.oid", " WHERE x.oid >= " + FIRST_OF_USERS));
    }
    return "SELECT pg_catalog.md5(pg_catalog.concat_ws(',', " + String.join(", ", parts) + "))";
  }

  private static String of(String relation) {
    return OF_CLASS.formatted(relation);
  }

  private static String part(String catalog, String alias, String id, String where) {
    return "(SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum("
        + "pg_catalog.hashtextextended("
        + id
        + " || '/' || "
        + alias
        + ".xmin::text, 0)::numeric), 0) FROM pg_catalog."
        + catalog
        + where
        + ")";
  }

  Seen look() throws SQLException {
    String mark = mark();
    DatabaseSchema schema = source.read(session.connection);
    return new Seen(mark, schema, schema.fingerprint(), Prediction.state(schema));
  }

  /** Whether nothing was changed since then; also within a transaction that holds its locks. */
  boolean isStill(Seen seen) throws SQLException {
    return mark().equals(seen.mark());
  }

  private String mark() throws SQLException {
    return session.text(sql).orElseThrow();
  }
}
