package dev.weirkeeper.healing.postgres;

import java.util.Set;

/** A table of the target, by the schema and the name behind the first dot. */
record TableName(String schema, String name) {
  /** Schemas that no change may reach: PostgreSQL's own, the ledger's and the boundary's. */
  private static final Set<String> OFF_LIMITS = Set.of("information_schema", "weirkeeper", "wk");

  static TableName parse(String table) throws Refusal {
    int dot = table.indexOf('.');
    if (dot < 0) {
      throw new Refusal("The table is named without its schema; name it as in public.orders");
    }
    TableName parsed = new TableName(table.substring(0, dot), table.substring(dot + 1));
    parsed.sql();
    if (OFF_LIMITS.contains(parsed.schema) || parsed.schema.startsWith("pg_")) {
      throw new Refusal(
          "Schema " + Sql.shown(parsed.schema) + " holds bookkeeping, which no change may touch");
    }
    return parsed;
  }

  /** The qualified name in quotes. */
  String sql() throws Refusal {
    return Sql.name(schema) + "." + Sql.name(name);
  }

  /** The name for messages. */
  String shown() {
    return Sql.shown(schema) + "." + Sql.shown(name);
  }
}
