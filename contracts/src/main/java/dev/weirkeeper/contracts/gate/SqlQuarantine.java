package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.gate.GateDialect.Load;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The quarantine of one target: its columns, all of which may be NULL, and what is known about each
 * row. It follows the table, and never loses a column.
 */
final class SqlQuarantine {
  private static final String PREFIX = "wk_";

  /** What a quarantine says about a row, with the types of its columns. */
  private static final Map<String, String> ABOUT = about();

  private static Map<String, String> about() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("wk_batch", "text NOT NULL");
    columns.put("wk_row_no", "bigint NOT NULL");
    columns.put("wk_digest", "text NOT NULL");
    columns.put("wk_copy", "bigint NOT NULL");
    columns.put("wk_contract", "text NOT NULL");
    columns.put("wk_contract_version", "text NOT NULL");
    columns.put("wk_contract_digest", "text NOT NULL");
    columns.put("wk_rules", "text NOT NULL");
    columns.put("wk_reasons", "text NOT NULL");
    columns.put("wk_severity", "text NOT NULL");
    columns.put("wk_first_seen", "text NOT NULL");
    columns.put("wk_attempts", "bigint NOT NULL");
    columns.put("wk_status", "text NOT NULL");
    columns.put("wk_replayed_batch", "text");
    columns.put("wk_untyped", "text");
    columns.put("wk_replay", "text");
    return columns;
  }

  private final GateDialect dialect;
  private final Asset asset;
  private final Asset own;
  private final String name;
  private final long limit;

  SqlQuarantine(GateDialect dialect, Asset asset, long limit) {
    this.dialect = dialect;
    this.asset = asset;
    this.limit = limit;
    String plain = SqlNames.quarantine(asset);
    this.own = new Asset(asset.system(), SqlNames.SCHEMA + "." + plain);
    this.name = SqlNames.own(plain);
  }

  /** As SQL. */
  String table() {
    return name;
  }

  boolean exists(Connection connection) throws SQLException {
    return !dialect.columns(connection, own).isEmpty();
  }

  /** Whether it has all columns of the table, in their types. */
  boolean fits(Connection connection, List<TargetColumn> columns) throws SQLException {
    Map<String, TargetColumn> there = types(connection);
    return there.containsKey("wk_batch")
        && columns.stream()
            .allMatch(
                column ->
                    there.containsKey(column.name())
                        && column.type().equals(there.get(column.name()).type()));
  }

  private Map<String, TargetColumn> types(Connection connection) throws SQLException {
    return dialect.columns(connection, own).stream()
        .collect(Collectors.toMap(TargetColumn::name, column -> column));
  }

  void evolve(Connection connection, List<TargetColumn> columns)
      throws SQLException, GateRefusedException {
    for (TargetColumn column : columns) {
      if (column.name().startsWith(PREFIX)) {
        throw new GateRefusedException(
            "Column \""
                + column.name()
                + "\" of "
                + asset
                + " begins with wk_, which the quarantine keeps for itself; rename it");
      }
    }
    Map<String, TargetColumn> there = types(connection);
    try (Statement statement = connection.createStatement()) {
      if (there.isEmpty()) {
        List<String> parts = new ArrayList<>();
        ABOUT.forEach((about, type) -> parts.add(about + " " + type));
        columns.forEach(column -> parts.add(SqlNames.quoted(column.name()) + " " + column.type()));
        parts.add("PRIMARY KEY (wk_batch, wk_row_no)");
        statement.execute("CREATE TABLE " + name + " (" + String.join(", ", parts) + ")");
        return;
      }
      for (TargetColumn column : columns) {
        TargetColumn old = there.get(column.name());
        String change = "ALTER TABLE " + name;
        String quoted = SqlNames.quoted(column.name());
        String add = change + " ADD COLUMN " + quoted + " " + column.type();
        if (old == null) {
          statement.execute(add);
        } else if (!old.type().equals(column.type())) {
          if (holdsAll(column, old)) {
            statement.execute(change + " ALTER COLUMN " + quoted + " TYPE " + column.type());
          } else {
            // The database would round, or not convert at all: what came stays as it came.
            statement.execute(
                change
                    + " RENAME COLUMN "
                    + quoted
                    + " TO "
                    + SqlNames.quoted(aside(column.name(), there.keySet())));
            statement.execute(add);
          }
        }
      }
    }
  }

  /** Whether each value of the old type is one of the new type, and is the same there. */
  private static boolean holdsAll(TargetColumn now, TargetColumn old) {
    boolean whole = old.kind().compareTo(CellKind.INT64) <= 0;
    return switch (now.kind()) {
      case INT16, INT32, INT64 -> whole && old.kind().compareTo(now.kind()) <= 0;
      case FLOAT64 -> old.kind() == CellKind.FLOAT32 || old.kind() == CellKind.FLOAT64;
      case DECIMAL ->
          old.kind() == CellKind.DECIMAL
              && (now.precision() == 0
                  || (old.precision() > 0
                      && now.scale() >= old.scale()
                      && now.precision() - now.scale() >= old.precision() - old.scale()));
      case TEXT ->
          old.kind() == CellKind.TEXT
              && !old.type().startsWith("character(")
              && (now.precision() == 0
                  || (old.precision() > 0 && now.precision() >= old.precision()));
      default -> false;
    };
  }

  private static String aside(String column, Set<String> taken) {
    String readable = column.replaceAll("[^A-Za-z0-9]+", "_");
    String cut = readable.substring(0, Math.min(readable.length(), 36));
    int count = 1;
    while (taken.contains(PREFIX + "was_" + cut + "_" + count)) {
      count++;
    }
    return PREFIX + "was_" + cut + "_" + count;
  }

  /** Columns that have a value in some row that a replay would take. */
  Set<String> filled(Connection connection, QuarantineFilter filter, List<String> columns)
      throws SQLException {
    Set<String> filled = new LinkedHashSet<>();
    Set<String> there = types(connection).keySet();
    for (String column : columns) {
      if (!there.contains(column)) {
        continue;
      }
      String some =
          "SELECT count(*) FROM "
              + name
              + " WHERE "
              + waiting(filter)
              + " AND "
              + SqlNames.quoted(column)
              + " IS NOT NULL";
      if (SqlBatch.count(connection, some) > 0) {
        filled.add(column);
      }
    }
    return filled;
  }

  /** Refuses a replay that would leave values behind for which the table has no column. */
  void requirePlaces(Connection connection, QuarantineFilter filter, List<TargetColumn> there)
      throws SQLException, GateRefusedException {
    Set<String> kept = new LinkedHashSet<>();
    dialect.columns(connection, own).forEach(column -> kept.add(column.name()));
    kept.removeAll(ABOUT.keySet());
    there.forEach(column -> kept.remove(column.name()));
    Set<String> left = filled(connection, filter, List.copyOf(kept));
    if (!left.isEmpty()) {
      throw new GateRefusedException(
          "Rows in "
              + name
              + " have values in "
              + SqlNames.quoted(left)
              + ", and "
              + asset
              + " has no such columns: they were renamed or dropped, or changed their type. Move"
              + " the values to where they belong now, or set them to NULL, and replay again");
    }
  }

  /** Columns of the scratch table that bad rows are loaded into. */
  static List<Load> loaded(List<Typing> typings) {
    List<Load> columns = new ArrayList<>();
    columns.add(number("wk_row_no"));
    for (String text : List.of("wk_digest", "wk_rules", "wk_reasons", "wk_severity")) {
      columns.add(text(text));
    }
    columns.add(text("wk_untyped"));
    typings.forEach(typing -> columns.add(new Load(typing.column().name(), typing.column())));
    return columns;
  }

  static Load number(String column) {
    return new Load(
        column,
        new TargetColumn(column, "bigint", CellKind.INT64, 0, 0, TargetColumn.Absence.NULLABLE));
  }

  static Load text(String column) {
    return new Load(
        column,
        new TargetColumn(column, "text", CellKind.TEXT, 0, 0, TargetColumn.Absence.NULLABLE));
  }

  static String ddl(List<Load> columns) {
    return columns.stream()
        .map(load -> SqlNames.quoted(load.name()) + " " + load.column().type())
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /**
   * Stores rows of a query that has the columns of {@link #loaded}.
   *
   * @return how many
   */
  long keep(Connection connection, GatePlan plan, Hash batch, String from) throws SQLException {
    List<String> columns = plan.typings().stream().map(typing -> typing.column().name()).toList();
    String sql =
        "INSERT INTO "
            + name
            + " (wk_batch, wk_row_no, wk_digest, wk_copy, wk_contract, wk_contract_version,"
            + " wk_contract_digest, wk_rules, wk_reasons, wk_severity, wk_first_seen, wk_attempts,"
            + " wk_status, wk_untyped"
            + (columns.isEmpty() ? "" : ", " + SqlNames.quoted(columns))
            + ") SELECT "
            + SqlNames.literal(batch.hex())
            + ", x.wk_row_no, x.wk_digest, row_number() OVER (PARTITION BY x.wk_digest ORDER BY"
            + " x.wk_row_no), "
            + SqlNames.literal(plan.contract().id())
            + ", "
            + SqlNames.literal(plan.contract().version())
            + ", "
            + SqlNames.literal(plan.contract().digest().hex())
            + ", x.wk_rules, x.wk_reasons, x.wk_severity, "
            + SqlNames.literal(plan.now().toString())
            + ", 1, 'OPEN', x.wk_untyped"
            + (columns.isEmpty() ? "" : ", " + SqlNames.of("x", columns))
            + " FROM ("
            + from
            + ") x";
    try (Statement statement = connection.createStatement()) {
      return statement.executeLargeUpdate(sql);
    }
  }

  /** Refuses if it holds more open rows than it may. */
  void requireRoom(Connection connection) throws SQLException, GateRefusedException {
    if (limit == Long.MAX_VALUE) {
      return;
    }
    long open =
        SqlBatch.count(
            connection, "SELECT count(*) FROM " + name + " WHERE wk_status IN ('OPEN', 'FIXED')");
    if (open > limit) {
      throw new GateRefusedException(
          "The quarantine of "
              + asset
              + " is full: it may hold "
              + limit
              + " open rows; replay or waive some, then send the batch again");
    }
  }

  /** Which rows a replay takes. */
  static String waiting(QuarantineFilter filter) {
    return condition(filter) + " AND wk_status IN ('OPEN', 'FIXED') AND wk_untyped IS NULL";
  }

  private static String condition(QuarantineFilter filter) {
    String sql = filter.batch().map(b -> "wk_batch = " + SqlNames.literal(b.hex())).orElse("1 = 1");
    Optional<String> element = filter.rule().map(rule -> SqlNames.literal(Json.of(rule).text()));
    return sql + element.map(id -> " AND position(" + id + " IN wk_rules) > 0").orElse("");
  }

  String select(QuarantineFilter filter, int atMost) {
    return "SELECT wk_batch, wk_row_no, wk_digest, wk_rules, wk_severity, wk_first_seen,"
        + " wk_attempts, wk_status, wk_replayed_batch FROM "
        + name
        + " WHERE "
        + condition(filter)
        + " ORDER BY wk_first_seen, wk_batch, wk_row_no LIMIT "
        + atMost;
  }

  /** Why a row is here, as JSON; says nothing of its values. */
  static String reason(GateRule rule, String observed) {
    return Json.of(Map.of("rule", rule.id(), "observed", observed, "expected", rule.expected()))
        .text();
  }
}
