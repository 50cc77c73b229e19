package dev.weirkeeper.contracts.gate;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What becomes of each staged row, by what the checks found and what the policy says of them. */
final class SqlFate {
  /** The row goes to quarantine. */
  static final int QUARANTINE = 1;

  /** The row of a replay is dropped. */
  static final int DROP = 2;

  private final SqlBatch batch;
  private final GatePlan plan;
  private final String stage;
  private final String fate;

  SqlFate(SqlBatch batch) throws SQLException {
    this.batch = batch;
    plan = batch.plan();
    stage = batch.stage();
    fate = batch.fate();
    batch.execute(batch.dialect().createScratch() + " " + fate + " (row_no bigint, fate bigint)");
  }

  /**
   * Decides anew.
   *
   * @param checks whose rows go to quarantine
   * @param in how many rows the batch has
   * @throws GateRefusedException if good rows have no key, or one together, where keys are needed
   */
  GateTally decide(Set<Integer> checks, long in) throws SQLException, GateRefusedException {
    List<String> codes = new ArrayList<>(List.of(Integer.toString(SqlChecks.KEY_PUBLISHED)));
    checks.forEach(check -> codes.add(SqlChecks.codes(check)));
    batch.execute("DELETE FROM " + fate);
    batch.execute(
        "INSERT INTO "
            + fate
            + " SELECT row_no, max(CASE WHEN code = "
            + SqlChecks.PUBLISHED_ALREADY
            + " THEN "
            + DROP
            + " ELSE "
            + QUARANTINE
            + " END) FROM "
            + batch.broken()
            + " WHERE code = "
            + SqlChecks.PUBLISHED_ALREADY
            + " OR code IN ("
            + String.join(", ", codes)
            + ") GROUP BY row_no");
    batch.dialect().analyze(batch.connection(), fate);
    long dropped = batch.count("SELECT count(*) FROM " + fate + " WHERE fate = " + DROP);
    long published = batch.count("SELECT count(*) FROM " + stage + " s WHERE " + isGood());
    requireKeys();
    return new GateTally(in, published, in - published - dropped, dropped);
  }

  /** That a staged row, called s, is published. */
  String isGood() {
    return "s.wk_bad = 0 AND NOT EXISTS (SELECT 1 FROM "
        + fate
        + " f WHERE f.row_no = s.wk_row_no)";
  }

  /** Two rows with one key, or one without, are no upsert. */
  private void requireKeys() throws SQLException, GateRefusedException {
    if (plan.mode().kind() != WriteMode.Kind.UPSERT) {
      return;
    }
    List<String> keys = plan.mode().keys();
    String without =
        keys.stream()
            .map(key -> "s." + SqlNames.quoted(key) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    long bare =
        batch.count(
            "SELECT count(*) FROM " + stage + " s WHERE " + isGood() + " AND (" + without + ")");
    long twice =
        batch.count(
            "SELECT count(*) FROM (SELECT 1 AS one FROM "
                + stage
                + " s WHERE "
                + isGood()
                + " GROUP BY "
                + SqlNames.of("s", keys)
                + " HAVING count(*) > 1) x");
    if (bare + twice > 0) {
      throw new GateRefusedException(
          bare
              + " good rows have no key ("
              + String.join(", ", keys)
              + ") and "
              + twice
              + " keys have several good rows: add rules not-null and unique for the key, so that"
              + " they go to quarantine");
    }
  }
}
