package dev.weirkeeper.drift.plan;

/** Statements that change nothing and fail if rows are not as a step needs them. */
final class Guards {
  private Guards() {}

  /**
   * Fails if a row meets a condition.
   *
   * @param table as it is written in SQL
   * @param what says what is wrong with such rows; never shows a value
   */
  static String noRow(String table, String condition, String what) {
    return block(
        "BEGIN IF EXISTS (SELECT FROM "
            + table
            + " WHERE "
            + condition
            + ") THEN RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = "
            + Sql.literal(what)
            + "; END IF; END");
  }

  /** An anonymous block; its body is quoted with a tag that does not occur in it. */
  static String block(String body) {
    String tag = "$wk$";
    for (int i = 0; body.contains(tag); i++) {
      tag = "$wk" + i + "$";
    }
    return "DO " + tag + body + tag;
  }
}
