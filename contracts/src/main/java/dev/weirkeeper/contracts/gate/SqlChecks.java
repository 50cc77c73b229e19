package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.sql.SqlCondition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks the database which staged rows break what was asked about them: keys that repeat or that are
 * taken, references to nothing, and for a replay what is published already. What is found is kept
 * by code in a scratch table.
 */
final class SqlChecks {
  /** A row of a replay that is dropped: what is published stands for it. */
  static final int PUBLISHED_ALREADY = -1;

  /** A row of a replay whose key is published; somebody is to say what becomes of it. */
  static final int KEY_PUBLISHED = -2;

  private final SqlBatch batch;
  private final GateDialect dialect;
  private final Connection connection;
  private final GatePlan plan;
  private final String table;
  private final List<String> columns;
  private final String stage;
  private final String broken;
  private final String replaying;

  SqlChecks(SqlBatch batch) throws SQLException {
    this.batch = batch;
    dialect = batch.dialect();
    connection = batch.connection();
    plan = batch.plan();
    table = batch.table();
    columns = batch.columns();
    stage = batch.stage();
    broken = batch.broken();
    replaying = batch.replaying();
    batch.execute(dialect.createScratch() + " " + broken + " (code bigint, row_no bigint)");
  }

  /** The code of a row that breaks a check within its batch, or that refers to nothing. */
  static int found(int check) {
    return 2 * check;
  }

  /** The code of a row whose values the target has already. */
  static int taken(int check) {
    return 2 * check + 1;
  }

  /** All codes of a check, as a list of SQL. */
  static String codes(int check) {
    return found(check) + ", " + taken(check);
  }

  /**
   * Finds out which staged rows break a check as the table is now.
   *
   * @return how many rows break each check
   */
  List<Long> run(CallControl control) throws SQLException, GateRefusedException {
    batch.execute("DELETE FROM " + broken);
    dialect.keepOthersOut(connection, batch.asset());
    judgeReplay();
    for (int i = 0; i < plan.checks().size(); i++) {
      Optional<String> given = control.cancelled().get();
      if (given.isPresent()) {
        throw new GateRefusedException("The write was given up: " + given.get());
      }
      if (plan.checks().get(i) instanceof TargetCheck.Unique unique) {
        repeated(unique, i);
      }
      against(i);
    }
    while (leaningOnBroken() > 0) {
      // Rows that lean on the ones just found are next.
    }
    List<Long> counts = new ArrayList<>();
    for (int i = 0; i < plan.checks().size(); i++) {
      counts.add(
          batch.count(
              "SELECT count(DISTINCT row_no) FROM "
                  + broken
                  + " WHERE code IN ("
                  + codes(i)
                  + ")"));
    }
    dialect.analyze(connection, broken);
    return List.copyOf(counts);
  }

  private void judgeReplay() throws SQLException {
    if (plan.replay().isEmpty()) {
      return;
    }
    Replay how = plan.replay().get();
    batch.execute(
        "INSERT INTO "
            + broken
            + " SELECT "
            + PUBLISHED_ALREADY
            + ", r.row_no FROM "
            + replaying
            + " r WHERE EXISTS (SELECT 1 FROM "
            + batch.quarantine().table()
            + " q WHERE q.wk_status = 'REPLAYED' AND q.wk_digest = r.wk_digest"
            + " AND q.wk_copy = r.wk_copy)"
            + " OR EXISTS (SELECT 1 FROM "
            + replaying
            + " o WHERE o.row_no < r.row_no AND o.wk_digest = r.wk_digest"
            + " AND o.wk_copy = r.wk_copy)");
    List<String> keys = plan.mode().keys();
    if (keys.isEmpty()) {
      return;
    }
    boolean asks = how.onPublished() == Replay.OnPublished.ASK;
    String newer =
        how.newestBy()
            .map(SqlNames::quoted)
            .map(
                by ->
                    // A row that may be older replaces nothing.
                    " AND (s."
                        + by
                        + " IS NULL OR t."
                        + by
                        + " IS NULL OR t."
                        + by
                        + " >= s."
                        + by
                        + ")")
            .orElse("");
    batch.execute(
        "INSERT INTO "
            + broken
            + " SELECT "
            + (asks ? KEY_PUBLISHED : PUBLISHED_ALREADY)
            + ", s.wk_row_no FROM "
            + stage
            + " s WHERE EXISTS (SELECT 1 FROM "
            + table
            + " t WHERE "
            + SqlBatch.equal("t", keys, "s", keys, Expr.Nulls.DISTINCT)
            + newer
            + ")");
    if (how.newestBy().isPresent()) {
      // Of several rows with one key the newest is published, the others are older than it.
      batch.execute(
          "INSERT INTO "
              + broken
              + " SELECT "
              + PUBLISHED_ALREADY
              + ", row_no FROM (SELECT s.wk_row_no AS row_no, row_number() OVER (PARTITION BY "
              + SqlNames.of("s", keys)
              + " ORDER BY s."
              + SqlNames.quoted(how.newestBy().get())
              + " DESC NULLS LAST, s.wk_row_no DESC) AS n FROM "
              + stage
              + " s WHERE s.wk_bad = 0) x WHERE n > 1");
    }
  }

  private static String considered(int check) {
    return "(s.wk_considered & " + (1L << check) + ") <> 0";
  }

  /** Rows of a replay that are dropped take no part: what is published stands for them. */
  private String takesPart() {
    return plan.replay().isEmpty()
        ? ""
        : " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " d WHERE d.row_no = s.wk_row_no AND d.code = "
            + PUBLISHED_ALREADY
            + ")";
  }

  /** Finds rows that break a check as things stand; how many were not found before. */
  private long against(int index) throws SQLException, GateRefusedException {
    TargetCheck check = plan.checks().get(index);
    return check instanceof TargetCheck.Unique unique
        ? inTarget(unique, index)
        : missing((TargetCheck.Refers) check, index);
  }

  /**
   * A row may be good only because of another row of the batch: the one that it refers to, or one
   * that replaces the row of the target in its way. Where that one is broken by whichever check, so
   * is this one.
   */
  private long leaningOnBroken() throws SQLException, GateRefusedException {
    long found = 0;
    for (int i = 0; i < plan.checks().size(); i++) {
      TargetCheck check = plan.checks().get(i);
      boolean leans =
          check instanceof TargetCheck.Refers refers ? isSelf(refers) : batch.isUpsert();
      found += leans ? against(i) : 0;
    }
    return found;
  }

  private void repeated(TargetCheck.Unique check, int index) throws SQLException {
    String partition = "PARTITION BY " + SqlNames.of("s", check.columns());
    String number =
        check.duplicates().keep() == Duplicates.Keep.NONE
            ? "count(*) OVER (" + partition + ")"
            : "row_number() OVER ("
                + partition
                + " ORDER BY s.wk_bad"
                + check.duplicates().by().stream()
                    .map(by -> ", s." + SqlNames.quoted(by) + " NULLS LAST")
                    .collect(Collectors.joining())
                + ", s.wk_row_no)";
    batch.execute(
        "INSERT INTO "
            + broken
            + " SELECT "
            + found(index)
            + ", row_no FROM (SELECT s.wk_row_no AS row_no, "
            + number
            + " AS n FROM "
            + stage
            + " s WHERE "
            + considered(index)
            + notNull(check)
            + takesPart()
            + ") x WHERE n > 1");
  }

  private long inTarget(TargetCheck.Unique check, int index) throws SQLException {
    boolean upsert = batch.isUpsert();
    if (upsert && Set.copyOf(check.columns()).equals(Set.copyOf(plan.mode().keys()))) {
      // A row of the target with the same values is the one that is replaced.
      return 0;
    }
    String replaced =
        upsert
            ? " AND NOT EXISTS (SELECT 1 FROM "
                + stage
                + " r WHERE r.wk_bad = 0 AND "
                + SqlBatch.equal(
                    "r", plan.mode().keys(), "t", plan.mode().keys(), Expr.Nulls.DISTINCT)
                + " AND (r.wk_row_no = s.wk_row_no OR NOT EXISTS (SELECT 1 FROM "
                + broken
                + " d WHERE d.row_no = r.wk_row_no)))"
            : "";
    return batch.update(
        "INSERT INTO "
            + broken
            + " SELECT "
            + taken(index)
            + ", s.wk_row_no FROM "
            + stage
            + " s WHERE "
            + considered(index)
            + notNull(check)
            + takesPart()
            + " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " b WHERE b.row_no = s.wk_row_no AND b.code IN ("
            + codes(index)
            + ")) AND EXISTS (SELECT 1 FROM "
            + table
            + " t WHERE "
            + SqlBatch.equal("t", check.columns(), "s", check.columns(), check.nulls())
            + scope(check)
            + replaced
            + ")");
  }

  private static String notNull(TargetCheck.Unique check) {
    return check.nulls() == Expr.Nulls.EQUAL
        ? ""
        : check.columns().stream()
            .map(column -> " AND s." + SqlNames.quoted(column) + " IS NOT NULL")
            .collect(Collectors.joining());
  }

  private String scope(TargetCheck.Unique check) throws SQLException {
    return check.simple() == TargetCheck.Scope.WHOLE
        ? ""
        : " AND ("
            + SqlCondition.of(dialect.sql(), SqlReplay.fields(targetColumns()), check.within())
            + ") IS TRUE";
  }

  private List<TargetColumn> targetColumns() throws SQLException {
    batch.session().settle();
    return dialect.columns(connection, batch.asset());
  }

  private boolean isSelf(TargetCheck.Refers check) {
    return dialect.table(check.table()).equals(table) && columns.containsAll(check.keys());
  }

  private long missing(TargetCheck.Refers check, int index)
      throws SQLException, GateRefusedException {
    batch.session().settle();
    if (!dialect.exists(connection, new Asset(batch.asset().system(), check.table()))) {
      throw new GateRefusedException(
          "There is no table " + check.table() + " to refer to, or this login may not see it");
    }
    String unknown =
        "INSERT INTO "
            + broken
            + " SELECT "
            + found(index)
            + ", s.wk_row_no FROM "
            + stage
            + " s WHERE "
            + considered(index)
            + takesPart()
            + " AND NOT EXISTS (SELECT 1 FROM "
            + dialect.table(check.table())
            + " r WHERE "
            + SqlBatch.equal("r", check.keys(), "s", check.columns(), Expr.Nulls.DISTINCT)
            + ")";
    if (!isSelf(check)) {
      String referred = dialect.table(check.table());
      dialect.keepReferred(
          connection,
          referred,
          "SELECT 1 FROM "
              + referred
              + " r WHERE EXISTS (SELECT 1 FROM "
              + stage
              + " s WHERE "
              + considered(index)
              + " AND "
              + SqlBatch.equal("r", check.keys(), "s", check.columns(), Expr.Nulls.DISTINCT)
              + ")");
      return batch.update(unknown);
    }
    // A row may refer to one of its own batch, unless that one goes to quarantine, and so on.
    String orphan =
        unknown
            + " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " o WHERE o.row_no = s.wk_row_no AND o.code = "
            + found(index)
            + ") AND NOT EXISTS (SELECT 1 FROM "
            + stage
            + " p WHERE p.wk_bad = 0 AND "
            + SqlBatch.equal("p", check.keys(), "s", check.columns(), Expr.Nulls.DISTINCT)
            + " AND NOT EXISTS (SELECT 1 FROM "
            + broken
            + " b WHERE b.row_no = p.wk_row_no))";
    long found = 0;
    long more;
    while ((more = batch.update(orphan)) > 0) {
      // Rows that refer to the ones just found are next.
      found += more;
    }
    return found;
  }
}
