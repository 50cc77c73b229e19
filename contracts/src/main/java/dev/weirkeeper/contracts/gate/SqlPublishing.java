package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Rule;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** Brings staged rows to where they are to be: into the table, or into quarantine. */
final class SqlPublishing {
  private static final GateRule KEY_RULE =
      new GateRule("key-published", "a key that is not published", List.of(), Rule.Severity.INFO);

  private final SqlBatch batch;
  private final SqlFate fate;
  private final Connection connection;
  private final GatePlan plan;
  private final SqlQuarantine quarantine;
  private final String table;
  private final List<String> columns;
  private final String stage;
  private final String bad;
  private final String broken;
  private final String replaying;

  SqlPublishing(SqlBatch batch, SqlFate fate) {
    this.batch = batch;
    this.fate = fate;
    connection = batch.connection();
    plan = batch.plan();
    quarantine = batch.quarantine();
    table = batch.table();
    columns = batch.columns();
    stage = batch.stage();
    bad = batch.bad();
    broken = batch.broken();
    replaying = batch.replaying();
  }

  /**
   * Puts rows into quarantine, or says anew what is said about those of a replay.
   *
   * @param locallyBad how many rows break a rule of the input
   * @return how many rows are there for this batch
   */
  long keepBad(Hash id, long locallyBad) throws SQLException {
    if (plan.replay().isPresent()) {
      return keepReplayed(id, locallyBad);
    }
    long kept = keepLoaded(batch, id, locallyBad);
    kept += quarantine.keep(connection, plan, id, checkedBad());
    if (locallyBad > 0) {
      // What breaks a rule about single rows may break one about the target too.
      batch.execute(
          "UPDATE "
              + quarantine.table()
              + " AS q SET wk_rules = substr(q.wk_rules, 1, length(q.wk_rules) - 1) || ',' ||"
              + " substr(x.rules, 2), wk_reasons = substr(q.wk_reasons, 1,"
              + " length(q.wk_reasons) - 1) || ',' || substr(x.reasons, 2) FROM ("
              + labels()
              + ") x, "
              + stage
              + " s WHERE q.wk_batch = "
              + SqlNames.literal(id.hex())
              + " AND q.wk_row_no = x.row_no AND s.wk_row_no = x.row_no AND s.wk_bad = 1");
    }
    return kept;
  }

  /** Puts the rows that break a rule of the input into quarantine. */
  static long keepLoaded(SqlBatch batch, Hash id, long locallyBad) throws SQLException {
    return locallyBad == 0
        ? 0
        : batch
            .quarantine()
            .keep(batch.connection(), batch.plan(), id, "SELECT * FROM " + batch.bad());
  }

  /** Rows that only checks send to quarantine, in the form that it takes. */
  private String checkedBad() {
    return "SELECT s.wk_row_no, s.wk_digest, x.rules AS wk_rules, x.reasons AS wk_reasons,"
        + " CASE x.severity WHEN 2 THEN 'CRITICAL' WHEN 1 THEN 'WARNING' ELSE 'INFO' END"
        + " AS wk_severity, CAST(NULL AS text) AS wk_untyped"
        + (columns.isEmpty() ? "" : ", " + SqlNames.of("s", columns))
        + " FROM "
        + stage
        + " s JOIN "
        + batch.fate()
        + " f ON f.row_no = s.wk_row_no AND f.fate = "
        + SqlFate.QUARANTINE
        + " JOIN ("
        + labels()
        + ") x ON x.row_no = s.wk_row_no WHERE s.wk_bad = 0";
  }

  /** The rules that checks found broken, by row. */
  private String labels() {
    StringBuilder rules = new StringBuilder("CASE code");
    StringBuilder reasons = new StringBuilder("CASE code");
    StringBuilder severities = new StringBuilder("CASE code");
    for (int i = 0; i < plan.checks().size(); i++) {
      TargetCheck check = plan.checks().get(i);
      GateRule rule = plan.rules().get(check.rule());
      boolean unique = check instanceof TargetCheck.Unique;
      label(
          SqlChecks.found(i),
          rule,
          unique ? "repeated in the batch" : "missing",
          rules,
          reasons,
          severities);
      label(SqlChecks.taken(i), rule, "in the target already", rules, reasons, severities);
    }
    label(SqlChecks.KEY_PUBLISHED, KEY_RULE, "in the target already", rules, reasons, severities);
    return "SELECT row_no, '[' || string_agg("
        + rules
        + " END, ',' ORDER BY code) || ']' AS rules, '[' || string_agg("
        + reasons
        + " END, ',' ORDER BY code) || ']' AS reasons, max("
        + severities
        + " END) AS severity FROM "
        + broken
        + " WHERE code <> "
        + SqlChecks.PUBLISHED_ALREADY
        + " GROUP BY row_no";
  }

  private static void label(
      int code,
      GateRule rule,
      String observed,
      StringBuilder rules,
      StringBuilder reasons,
      StringBuilder severities) {
    String when = " WHEN " + code + " THEN ";
    rules.append(when).append(SqlNames.literal(Json.of(rule.id()).text()));
    reasons.append(when).append(SqlNames.literal(SqlQuarantine.reason(rule, observed)));
    severities.append(when).append(rank(rule.severity()));
  }

  private static int rank(Rule.Severity severity) {
    return switch (severity) {
      case INFO -> 0;
      case WARNING -> 1;
      case CRITICAL -> 2;
    };
  }

  /** Rows of a replay are in quarantine already: only what is said about them changes. */
  private long keepReplayed(Hash id, long locallyBad) throws SQLException {
    String same = "q.wk_batch = r.wk_batch AND q.wk_row_no = r.wk_row_no";
    batch.execute(
        "UPDATE "
            + quarantine.table()
            + " AS q SET wk_status = 'WAIVED', wk_replay = NULL FROM "
            + replaying
            + " r, "
            + batch.fate()
            + " f WHERE "
            + same
            + " AND f.row_no = r.row_no AND f.fate = "
            + SqlFate.DROP);
    long kept = 0;
    if (locallyBad > 0) {
      kept +=
          batch.update(
              "UPDATE "
                  + quarantine.table()
                  + " AS q SET wk_status = 'OPEN', wk_replay = NULL, wk_rules = x.wk_rules,"
                  + " wk_reasons = x.wk_reasons, wk_severity = x.wk_severity FROM "
                  + replaying
                  + " r, "
                  + bad
                  + " x WHERE "
                  + same
                  + " AND x.wk_row_no = r.row_no AND NOT EXISTS (SELECT 1 FROM "
                  + batch.fate()
                  + " f WHERE f.row_no = r.row_no AND f.fate = "
                  + SqlFate.DROP
                  + ")");
    }
    kept +=
        batch.update(
            "UPDATE "
                + quarantine.table()
                + " AS q SET wk_status = 'OPEN', wk_replay = NULL, wk_rules = x.wk_rules,"
                + " wk_reasons = x.wk_reasons, wk_severity = x.wk_severity FROM "
                + replaying
                + " r, ("
                + checkedBad()
                + ") x WHERE "
                + same
                + " AND x.wk_row_no = r.row_no");
    batch.execute(
        "UPDATE "
            + quarantine.table()
            + " AS q SET wk_status = 'REPLAYED', wk_replay = NULL, wk_replayed_batch = "
            + SqlNames.literal(id.hex())
            + " FROM "
            + replaying
            + " r, "
            + stage
            + " s WHERE "
            + same
            + " AND s.wk_row_no = r.row_no AND "
            + fate.isGood());
    return kept;
  }

  /**
   * Writes the rows that are good to the table.
   *
   * @return how many
   */
  long publishGood() throws SQLException {
    String values = SqlNames.of("s", columns);
    if (plan.mode().kind() == WriteMode.Kind.APPEND) {
      return batch.update(
          "INSERT INTO "
              + table
              + " ("
              + SqlNames.quoted(columns)
              + ") SELECT "
              + values
              + " FROM "
              + stage
              + " s WHERE "
              + fate.isGood()
              + " ORDER BY s.wk_row_no");
    }
    List<String> keys = plan.mode().keys();
    List<String> others = columns.stream().filter(column -> !keys.contains(column)).toList();
    String match = SqlBatch.equal("t", keys, "s", keys, Expr.Nulls.DISTINCT);
    long replaced =
        others.isEmpty()
            ? batch.count(
                "SELECT count(*) FROM "
                    + stage
                    + " s WHERE "
                    + fate.isGood()
                    + " AND EXISTS (SELECT 1 FROM "
                    + table
                    + " t WHERE "
                    + match
                    + ")")
            : batch.update(
                "UPDATE "
                    + table
                    + " AS t SET "
                    + others.stream()
                        .map(c -> SqlNames.quoted(c) + " = s." + SqlNames.quoted(c))
                        .collect(Collectors.joining(", "))
                    + " FROM "
                    + stage
                    + " s WHERE "
                    + match
                    + " AND "
                    + fate.isGood());
    long added =
        batch.update(
            "INSERT INTO "
                + table
                + " ("
                + SqlNames.quoted(columns)
                + ") SELECT "
                + values
                + " FROM "
                + stage
                + " s WHERE "
                + fate.isGood()
                + " AND NOT EXISTS (SELECT 1 FROM "
                + table
                + " t WHERE "
                + match
                + ") ORDER BY s.wk_row_no");
    return replaced + added;
  }
}
