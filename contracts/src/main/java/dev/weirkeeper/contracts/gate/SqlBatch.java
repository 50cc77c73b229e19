package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.Expr;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What the parts of one write share: where it goes, by which session and plan, and the scratch
 * tables of its own.
 *
 * @param tag tells its scratch tables from those of other writes
 */
record SqlBatch(
    Asset asset,
    GateDialect dialect,
    GateConnection session,
    GatePlan plan,
    SqlQuarantine quarantine,
    String tag) {
  private static final SecureRandom TAGS = new SecureRandom();

  static SqlBatch of(
      Asset asset,
      GateDialect dialect,
      GateConnection session,
      GatePlan plan,
      SqlQuarantine quarantine) {
    byte[] random = new byte[6];
    TAGS.nextBytes(random);
    return new SqlBatch(
        asset, dialect, session, plan, quarantine, HexFormat.of().formatHex(random));
  }

  Connection connection() {
    return session.sql();
  }

  /** The table that the batch is for, as SQL. */
  String table() {
    return dialect.table(asset.name());
  }

  /** Names of the input's columns. */
  List<String> columns() {
    return plan.typings().stream().map(typing -> typing.column().name()).toList();
  }

  /** Whether rows wait beside the table until something was asked about them. */
  boolean isStaged() {
    return !plan.checks().isEmpty() || isUpsert() || plan.replay().isPresent();
  }

  boolean isUpsert() {
    return plan.mode().kind() == WriteMode.Kind.UPSERT;
  }

  /** Rows that wait, with what the input's own rules said about them. */
  String stage() {
    return SqlNames.own("stage_" + tag);
  }

  /** Rows that break rules of the input, as the quarantine takes them. */
  String bad() {
    return SqlNames.own("bad_" + tag);
  }

  /** What was found out about staged rows, by codes of {@link SqlChecks}. */
  String broken() {
    return SqlNames.own("broken_" + tag);
  }

  /** What becomes of staged rows that are not published. */
  String fate() {
    return SqlNames.own("fate_" + tag);
  }

  /** Rows that a replay took out of the quarantine. */
  String replaying() {
    return SqlNames.own("replay_" + tag);
  }

  void execute(String sql) throws SQLException {
    update(sql);
  }

  long update(String sql) throws SQLException {
    session.settle();
    try (Statement statement = connection().createStatement()) {
      return statement.execute(sql) ? 0 : Math.max(0, statement.getLargeUpdateCount());
    }
  }

  long count(String sql) throws SQLException {
    session.settle();
    return count(connection(), sql);
  }

  static long count(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }

  /** That columns of two aliases are equal. */
  static String equal(
      String left, List<String> columns, String right, List<String> others, Expr.Nulls nulls) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      parts.add(
          left
              + "."
              + SqlNames.quoted(columns.get(i))
              + (nulls == Expr.Nulls.EQUAL ? " IS NOT DISTINCT FROM " : " = ")
              + right
              + "."
              + SqlNames.quoted(others.get(i)));
    }
    return String.join(" AND ", parts);
  }
}
